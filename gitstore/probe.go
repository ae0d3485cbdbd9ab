package gitstore

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/config"
	"github.com/go-git/go-git/v5/plumbing/transport"
	"github.com/skeema/knownhosts"
	"golang.org/x/crypto/ssh"

	"gitpost/gitstore/git"
)

// Access is what a remote lets its visitor do.
type Access struct {
	Branch   string   // the configured one, or the remote's HEAD; "" when the remote is empty
	Tip      Hash     // of that branch
	Branches []string // all that the remote has
	Write    error    // why nothing may be pushed; nil when it may
}

// Empty reports that the remote has no branch.
func (a Access) Empty() bool { return len(a.Branches) == 0 }

// Probe asks the remote what it has and whether it would take a push. It sends nothing and
// changes nothing, here or there. Of c it needs no Dir.
func Probe(ctx context.Context, c Config) (Access, error) {
	r, err := newRemote(c)
	if err != nil {
		return Access{}, err
	}
	session, adv, err := r.advertise(ctx)
	if err != nil {
		return Access{}, r.explain("look at", err)
	}
	if session != nil {
		// Closing a session that asked for nothing may give an error that says nothing new.
		_ = session.Close()
	}
	a := Access{Branches: branchNames(adv), Branch: c.Branch}
	if !a.Empty() {
		if a.Branch == "" {
			if a.Branch, err = defaultBranch(adv); err != nil {
				return a, err
			}
		}
		tip, ok := adv.References["refs/heads/"+a.Branch]
		if !ok {
			return a, &RemoteError{Op: "look at", Remote: r.name,
				Reason: fmt.Sprintf("there is no branch %s; the remote has %s", a.Branch, strings.Join(a.Branches, ", ")),
				Hint:   "name the branch in the configuration"}
		}
		a.Tip = git.OID(tip).Hash()
	}
	a.Write = r.mayPush(ctx, a.Branch)
	return a, nil
}

// mayPush begins a push and leaves it at that.
func (r *remote) mayPush(ctx context.Context, branch string) error {
	session, _, err := r.receiver(ctx)
	if err != nil {
		return r.explain("push to", err)
	}
	r.release(session, true)
	if !r.local() {
		return nil
	}
	return r.pathTakesPush(branch)
}

// pathTakesPush looks at what a git of this machine would only say in the middle of a push.
func (r *remote) pathTakesPush(branch string) error {
	folder := filepath.FromSlash(r.ep.Path)
	if _, err := os.Stat(filepath.Join(folder, ".git")); err == nil {
		folder = filepath.Join(folder, ".git")
		if checkedOut(folder, branch) {
			return &RemoteError{Op: "push to", Remote: r.name,
				Reason: fmt.Sprintf("it is a folder that somebody works in, with the branch %s checked out, and Git takes no push to that", branch),
				Hint:   "name a bare repository (git clone --bare makes one), or run there: git config receive.denyCurrentBranch updateInstead"}
		}
	}
	probe, err := os.CreateTemp(filepath.Join(folder, "objects"), "tmp_obj_")
	if err != nil {
		return &RemoteError{Op: "push to", Remote: r.name, Err: err,
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

// HostKey is the key that an SSH host shows.
type HostKey struct {
	Address     string // host:port, as known_hosts names it
	Type        string // "ssh-ed25519"
	Fingerprint string // "SHA256:…"
	Line        string // for known_hosts
	Known       bool   // a known_hosts file has this key for this host
}

var errSeen = errors.New("the key was seen")

// ReadHostKey connects to the host of an ssh remote as far as its key, and trusts nothing. Of
// c it takes Remote and KnownHostsFile. A host that shows another key than known_hosts has
// is an error. For other remotes it returns the zero HostKey.
func ReadHostKey(ctx context.Context, c Config) (HostKey, error) {
	ep, err := transport.NewEndpoint(c.Remote)
	if err != nil {
		return HostKey{}, fmt.Errorf("the remote is no URL and no path: %s", redactURL(c.Remote))
	}
	if ep.Protocol != "ssh" {
		return HostKey{}, nil
	}
	addr := sshAddress(ep)
	fail := func(err error) error {
		return (&remote{ep: ep, name: addr}).explain("read the SSH key of", err)
	}
	files, err := knownHostsFiles(c)
	if err != nil {
		return HostKey{}, err
	}
	db, err := knownhosts.NewDB(files...)
	if err != nil {
		return HostKey{}, fmt.Errorf("read known_hosts: %w", err)
	}
	algorithms := db.HostKeyAlgorithms(addr)
	if len(algorithms) == 0 {
		// The kinds that hosts publish fingerprints of, the shortest first.
		algorithms = []string{ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256}
	}
	ctx, cancel := context.WithTimeoutCause(ctx, greeting, errSilent)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return HostKey{}, fail(err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	var key HostKey
	var changed error
	check := db.HostKeyCallback()
	_, _, _, err = ssh.NewClientConn(conn, addr, &ssh.ClientConfig{
		User: "git", HostKeyAlgorithms: algorithms,
		HostKeyCallback: func(host string, from net.Addr, shown ssh.PublicKey) error {
			err := check(host, from, shown)
			key = HostKey{Address: addr, Type: shown.Type(), Fingerprint: ssh.FingerprintSHA256(shown),
				Line: knownhosts.Line([]string{addr}, shown), Known: err == nil}
			if knownhosts.IsHostKeyChanged(err) {
				changed = &RemoteError{Op: "connect to", Remote: addr, Err: err,
					Reason: fmt.Sprintf("the host's key is not the one in %s (it shows %s); somebody may be listening in", files[0], key.Fingerprint),
					Hint:   "ask the host's operator whether the key was changed, and only then replace its line"}
			}
			return errSeen
		},
	})
	switch {
	case changed != nil:
		return HostKey{}, changed
	case key.Line == "":
		return HostKey{}, fail(err)
	}
	return key, nil
}
