package gitstore

import (
	"context"
	"errors"

	"gitpost/gitstore/git"
	"gitpost/gitstore/remote"
)

// Access is what a remote has and lets this user do.
type Access = remote.Access

// HostKey is the key that an SSH host shows.
type HostKey = remote.HostKey

// remote is the part of the configuration that is about the remote.
func (c *Config) remote() remote.Config {
	return remote.Config{URL: c.Remote, Username: c.Username, Password: c.Password,
		SSHKeyFile: c.SSHKeyFile, KnownHostsFile: c.KnownHostsFile}
}

// Probe asks the remote what it has and begins a push without sending anything. It changes
// nothing, here or there. Of c it needs no Dir.
func Probe(ctx context.Context, c Config) (Access, error) {
	r, err := remote.New(c.remote())
	if err != nil {
		return Access{}, err
	}
	return r.Probe(ctx, c.Branch)
}

// TryPush proves that the remote accepts this user's pushes: it makes the branch
// gitpost-write-check and deletes it. A rule about the configured branch alone does not show
// in it. Of c it needs no Dir.
func TryPush(ctx context.Context, c Config) error {
	a, err := Probe(ctx, c)
	if err != nil {
		return err
	}
	if a.Empty() {
		return errors.New("the remote is empty; its first commit will show whether it accepts pushes")
	}
	tip, err := git.ParseOID(string(a.Tip))
	if err != nil {
		return err
	}
	r, err := remote.New(c.remote())
	if err != nil {
		return err
	}
	return r.TryPush(ctx, tip)
}

// FileLimit is what a host says of the size of one file.
type FileLimit = remote.FileLimit

// LimitOf is what is known of the host of a remote's address; the zero value when nothing is.
func LimitOf(address string) FileLimit { return remote.LimitOf(address) }

// Environ is the environment for programs that are started: without gitpost's own variables, which
// may hold secrets, and without those that point Git to another repository.
func Environ() []string { return remote.Environ() }

// ReadHostKey connects to the host of an ssh remote as far as its key, and trusts nothing. Of
// c it needs Remote and KnownHostsFile. A host that shows another key than known_hosts has is
// an error. For other remotes it returns the zero HostKey.
func ReadHostKey(ctx context.Context, c Config) (HostKey, error) {
	return remote.ReadHostKey(ctx, c.remote())
}

// NewDeployKey makes an ed25519 key pair: the private key at path (mode 0600, must not
// exist), the public one at path+".pub". It returns the public line, which goes into the
// host's list of deploy keys with write access.
func NewDeployKey(path, comment string) (public string, err error) {
	return remote.NewDeployKey(path, comment)
}
