package remote

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/config"

	"gitpost/gitstore/git"
)

// Access is what a remote has and lets this user do.
type Access struct {
	Default  string   // the branch that the remote's HEAD names; "" when it does not say
	Branch   string   // the configured one, or the remote's HEAD; "" when the remote is empty
	Tip      git.Hash // of that branch
	Branches []string // all that the remote has
	Moved    string   // where the host redirects to; "" when it does not
	Write    error    // why no push can be begun; nil when one can. Whether a push is accepted, only a push shows
}

// Empty reports whether the remote has no branch.
func (a Access) Empty() bool { return len(a.Branches) == 0 }

// Probe asks the remote what it has and begins a push without sending anything. It changes
// nothing, here or there. branch "" stands for the remote's HEAD.
func (r *Remote) Probe(ctx context.Context, branch string) (Access, error) {
	f, err := r.fetch(ctx)
	if err != nil {
		return Access{}, r.Explain("look at", err)
	}
	f.Close()
	a := Access{Branches: f.Branches(), Branch: branch, Moved: r.Moved()}
	if !a.Empty() {
		a.Default, err = f.DefaultBranch()
		if a.Branch == "" {
			if a.Branch = a.Default; err != nil {
				return a, err
			}
		}
		tip, ok := f.Branch(a.Branch)
		if !ok {
			return a, &Error{Op: "look at", Remote: r.name,
				Reason: fmt.Sprintf("there is no branch %s; the remote has %s",
					a.Branch, strings.Join(a.Branches, ", ")),
				Hint: "set the key branch to the one that the site is built from"}
		}
		a.Tip = tip.Hash()
	}
	if a.Write = r.beginPush(ctx, a.Branch); errors.Is(a.Write, errFormat) {
		return a, a.Write // an empty repository tells its format to pushes only
	}
	return a, nil
}

// beginPush begins a push and sends nothing.
func (r *Remote) beginPush(ctx context.Context, branch string) error {
	s, err := r.receiver(ctx)
	if err != nil {
		return r.Explain("push to", err)
	}
	r.release(s, false)
	if !r.local() {
		return nil
	}
	return r.pathTakesPush(branch)
}

// checkRef is the branch that TryPush makes and deletes.
const checkRef = "refs/heads/gitpost-write-check"

// TryPush proves that this user's pushes are accepted: it makes a branch at tip, a commit that
// the remote has, and deletes it. A rule about one branch alone does not show in it.
func (r *Remote) TryPush(ctx context.Context, tip git.OID) error {
	nothing := func(bool) (git.Pack, error) { return git.EmptyPack(), nil }
	if err := r.Push(ctx, Update{Ref: checkRef, New: tip}, nothing, func() {}); err != nil {
		return r.Explain("push to", err)
	}
	err := r.Push(ctx, Update{Ref: checkRef, Old: tip}, nothing, func() {})
	return r.Explain("delete the branch gitpost-write-check of", err)
}

// pathTakesPush looks at what a git of this machine would only say in the middle of a push.
func (r *Remote) pathTakesPush(branch string) error {
	folder := filepath.FromSlash(r.ep.Path)
	if _, err := os.Stat(filepath.Join(folder, ".git")); err == nil {
		folder = filepath.Join(folder, ".git")
		if checkedOut(folder, branch) {
			return &Error{Op: "push to", Remote: r.name,
				Reason: fmt.Sprintf("it is a work tree with the branch %s checked out, and Git takes no push to that",
					branch),
				Hint: "name a bare repository (git clone --bare makes one), " +
					"or run there: git config receive.denyCurrentBranch updateInstead"}
		}
	}
	probe, err := os.CreateTemp(filepath.Join(folder, "objects"), "tmp_obj_")
	if err != nil {
		return &Error{Op: "push to", Remote: r.name, Err: err,
			Reason: "this user may not write to it", Hint: "give gitpost's user write access to that folder"}
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// checkedOut reports whether a push to the branch is refused because it is the work tree's.
func checkedOut(folder, branch string) bool {
	head, err := git.Refs{Dir: folder}.Head()
	if err != nil || head != branch {
		return false
	}
	text, err := os.ReadFile(filepath.Join(folder, "config"))
	if err != nil {
		return false
	}
	c := config.NewConfig()
	if c.Unmarshal(text) != nil || c.Core.IsBare {
		return false
	}
	rule := strings.ToLower(c.Raw.Section("receive").Option("denyCurrentBranch"))
	return !slices.Contains([]string{"updateinstead", "ignore", "warn", "false"}, rule)
}
