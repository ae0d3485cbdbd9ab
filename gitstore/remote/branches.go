package remote

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/protocol/packp"

	"gitpost/gitstore/git"
)

// Refs is what a remote has; the zero value is an empty remote.
type Refs struct{ adv *packp.AdvRefs }

// Branches lists the branches, sorted.
func (a Refs) Branches() []string {
	if a.adv == nil {
		return nil
	}
	var names []string
	for ref := range a.adv.References {
		if name, ok := strings.CutPrefix(ref, "refs/heads/"); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Branch is the tip of a branch.
func (a Refs) Branch(name string) (git.OID, bool) {
	if a.adv == nil {
		return git.ZeroOID, false
	}
	h, ok := a.adv.References["refs/heads/"+name]
	return git.OID(h), ok
}

// DefaultBranch is the branch that the remote's HEAD names. Where the host does not say, it
// is the only branch that HEAD can mean.
func (a Refs) DefaultBranch() (string, error) {
	names := a.Branches()
	if a.adv == nil {
		return "", fmt.Errorf("the remote is empty")
	}
	for _, v := range a.adv.Capabilities.Get("symref") {
		if name, ok := strings.CutPrefix(v, "HEAD:refs/heads/"); ok && slices.Contains(names, name) {
			return name, nil
		}
	}
	var same []string
	for _, n := range names {
		if a.adv.Head != nil && a.adv.References["refs/heads/"+n] == *a.adv.Head {
			same = append(same, n)
		}
	}
	if len(same) == 0 {
		same = names
	}
	for _, usual := range []string{"main", "master"} {
		if slices.Contains(same, usual) {
			return usual, nil
		}
	}
	if len(same) == 1 {
		return same[0], nil
	}
	return "", fmt.Errorf("the remote has no default branch; name one of: %s", strings.Join(names, ", "))
}
