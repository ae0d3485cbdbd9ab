package remote

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/go-git/go-git/v5/plumbing/transport"
	"github.com/skeema/knownhosts"
	"golang.org/x/crypto/ssh"
)

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
	ep, err := transport.NewEndpoint(c.URL)
	if err != nil {
		return HostKey{}, fmt.Errorf("the remote is neither a URL nor a path: %s", redactURL(c.URL))
	}
	if ep.Protocol != "ssh" {
		return HostKey{}, nil
	}
	addr := sshAddress(ep)
	db, err := knownHosts(c)
	if err != nil {
		return HostKey{}, err
	}
	fail := func(err error) (HostKey, error) {
		return HostKey{}, (&Remote{name: addr}).Explain("read the SSH key of", err)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, greetingTimeout, errSilent)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return fail(causeOf(ctx, err))
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	var key HostKey
	check := db.HostKeyCallback()
	_, _, _, err = ssh.NewClientConn(conn, addr, &ssh.ClientConfig{
		User: "git", HostKeyAlgorithms: preferredAlgorithms(db.HostKeyAlgorithms(addr)),
		HostKeyCallback: func(host string, from net.Addr, shown ssh.PublicKey) error {
			err := check(host, from, shown)
			if knownhosts.IsHostKeyChanged(err) {
				return changedKey(addr, shown, err)
			}
			key = HostKey{Address: addr, Type: shown.Type(), Fingerprint: ssh.FingerprintSHA256(shown),
				Line: knownhosts.Line([]string{addr}, shown), Known: err == nil}
			return errSeen
		},
	})
	if key.Line == "" {
		return fail(causeOf(ctx, err))
	}
	return key, nil
}

// preferredAlgorithms is which kinds of host keys to ask for: those that are known or, of a new
// host, those that hosts publish fingerprints of, the shortest first.
func preferredAlgorithms(known []string) []string {
	if len(known) > 0 {
		return known
	}
	return []string{ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521,
		ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256}
}
