package remote

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing/transport"
	gitssh "github.com/go-git/go-git/v5/plumbing/transport/ssh"
	"github.com/skeema/knownhosts"
	"golang.org/x/crypto/ssh"
	sshknownhosts "golang.org/x/crypto/ssh/knownhosts"
	"golang.org/x/net/proxy"
)

// dialSSH starts a service at an SSH host. Keys and known hosts are read anew for each
// session, so that what an operator fixes takes effect without a restart.
func dialSSH(ctx context.Context, c Config, ep *transport.Endpoint, service string) (conversation, error) {
	addr := sshAddress(ep)
	config, err := sshConfig(c, addr, ep.User)
	if err != nil {
		return nil, err
	}
	conn, err := proxy.Dial(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	link, channels, requests, err := ssh.NewClientConn(conn, addr, config)
	if err != nil {
		conn.Close()
		return nil, err
	}
	client := ssh.NewClient(link, channels, requests)
	s, err := startSSH(client, service+" "+quoteShell(ep.Path))
	if err != nil {
		client.Close()
		return nil, err
	}
	return s, nil
}

func startSSH(client *ssh.Client, command string) (conversation, error) {
	session, err := client.NewSession()
	if err != nil {
		return nil, err
	}
	words := &lockedTail{}
	session.Stderr = words
	in, err := session.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := session.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := session.Start(command); err != nil {
		return nil, err
	}
	return &stream{in: in, out: out, words: words, kill: func() { client.Close() },
		wait: func() error { return errors.Join(session.Wait(), client.Close()) }}, nil
}

func quoteShell(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

func sshConfig(c Config, addr, user string) (*ssh.ClientConfig, error) {
	keys, err := sshKeys(c)
	if err != nil {
		return nil, err
	}
	db, err := knownHosts(c)
	if err != nil {
		return nil, err
	}
	check := db.HostKeyCallback()
	return &ssh.ClientConfig{
		User:    user,
		Auth:    []ssh.AuthMethod{keys},
		Timeout: 30 * time.Second,
		// Without this list the server may choose a kind of key that known_hosts does not
		// have, and a good host would be refused.
		HostKeyAlgorithms: db.HostKeyAlgorithms(addr),
		HostKeyCallback: func(host string, from net.Addr, key ssh.PublicKey) error {
			err := check(host, from, key)
			switch {
			case knownhosts.IsHostKeyChanged(err):
				return changedKey(addr, key, err)
			case knownhosts.IsHostUnknown(err):
				return unknownKey(c, addr, key, err)
			}
			return err
		},
	}, nil
}

// unknownKey is a host that no known_hosts file has.
func unknownKey(c Config, addr string, key ssh.PublicKey, err error) error {
	return &Error{Op: "connect to", Remote: addr, Err: err,
		Reason: fmt.Sprintf("the host is not in known_hosts (it shows the key %s)", ssh.FingerprintSHA256(key)),
		Hint: fmt.Sprintf("compare that fingerprint with the one the host publishes, then add this line to %s: %s",
			ownKnownHosts(c), knownhosts.Line([]string{addr}, key))}
}

// changedKey is a host that shows another key than the one that is noted.
func changedKey(addr string, key ssh.PublicKey, err error) error {
	where := "known_hosts"
	var known *sshknownhosts.KeyError
	if errors.As(err, &known) && len(known.Want) > 0 {
		where = fmt.Sprintf("%s line %d", known.Want[0].Filename, known.Want[0].Line)
	}
	return &Error{Op: "connect to", Remote: addr, Err: err,
		Reason: fmt.Sprintf("the host's key is not the one in %s (it shows %s); somebody may be listening in",
			where, ssh.FingerprintSHA256(key)),
		Hint: "ask the host's operator whether the key was changed, and only then replace its line"}
}

// sshAddress is where to connect to: ~/.ssh/config may rename a host.
func sshAddress(ep *transport.Endpoint) string {
	host, port := ep.Host, ep.Port
	if port <= 0 {
		port = gitssh.DefaultPort
	}
	if config := gitssh.DefaultSSHConfig; config != nil {
		if name := config.Get(ep.Host, "Hostname"); name != "" {
			host = name
			if p, err := strconv.Atoi(config.Get(ep.Host, "Port")); err == nil {
				port = p
			}
		}
	}
	return net.JoinHostPort(strings.Trim(host, "[]"), strconv.Itoa(port))
}
