package gitstore

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing/transport"
	gitssh "github.com/go-git/go-git/v5/plumbing/transport/ssh"
	"github.com/skeema/knownhosts"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"gitpost/gitstore/git"
)

// sshSession is how go-git asks for the configuration of a connection.
type sshSession struct{ config *ssh.ClientConfig }

func (s *sshSession) Name() string                             { return "gitstore-ssh" }
func (s *sshSession) String() string                           { return s.Name() }
func (s *sshSession) ClientConfig() (*ssh.ClientConfig, error) { return s.config, nil }

// sshAuth reads keys and known hosts anew for each session, so that what an operator
// mends takes effect without a restart.
func sshAuth(c Config, ep *transport.Endpoint, user string) (transport.AuthMethod, error) {
	keys, err := sshKeys(c)
	if err != nil {
		return nil, err
	}
	files, err := knownHostsFiles(c)
	if err != nil {
		return nil, err
	}
	addr := sshAddress(ep)
	db, err := knownhosts.NewDB(files...)
	if err != nil {
		return nil, fmt.Errorf("read known_hosts: %w", err)
	}
	algorithms := db.HostKeyAlgorithms(addr)
	where := "known_hosts"
	if len(files) > 0 {
		where = files[0]
	}
	check := db.HostKeyCallback()
	return &sshSession{&ssh.ClientConfig{
		User:    user,
		Auth:    []ssh.AuthMethod{keys},
		Timeout: 30 * time.Second,
		// Without this list the server may choose a kind of key that known_hosts does not
		// have, and a good host would be refused.
		HostKeyAlgorithms: algorithms,
		HostKeyCallback: func(host string, from net.Addr, key ssh.PublicKey) error {
			err := check(host, from, key)
			switch {
			case knownhosts.IsHostKeyChanged(err):
				return &RemoteError{Op: "connect to", Remote: addr, Err: err,
					Reason: fmt.Sprintf("the host's key is not the one in %s (it shows %s); somebody may be listening in", where, ssh.FingerprintSHA256(key)),
					Hint:   "ask the host's operator whether the key was changed, and only then replace its line"}
			case knownhosts.IsHostUnknown(err):
				return &RemoteError{Op: "connect to", Remote: addr, Err: err,
					Reason: fmt.Sprintf("the host is not in %s (it shows the key %s)", where, ssh.FingerprintSHA256(key)),
					Hint:   fmt.Sprintf("compare that fingerprint with the one the host publishes, then add this line: %s", knownhosts.Line([]string{addr}, key))}
			}
			return err
		},
	}}, nil
}

// sshAddress is where go-git will connect to: ~/.ssh/config may rename a host.
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

func knownHostsFiles(c Config) ([]string, error) {
	if c.KnownHostsFile != "" {
		if _, err := os.Stat(c.KnownHostsFile); err != nil {
			return nil, fmt.Errorf("known_hosts: %w", err)
		}
		return []string{c.KnownHostsFile}, nil
	}
	var files []string
	if home, err := os.UserHomeDir(); err == nil {
		files = append(files, filepath.Join(home, ".ssh", "known_hosts"))
	}
	files = append(files, "/etc/ssh/ssh_known_hosts")
	var there []string
	for _, f := range files {
		if _, err := os.Stat(f); err == nil {
			there = append(there, f)
		}
	}
	return there, nil
}

// sshKeys is the configured key; without one the agent's keys and those in ~/.ssh.
func sshKeys(c Config) (ssh.AuthMethod, error) {
	if c.SSHKeyFile != "" {
		signer, err := readSSHKey(c.SSHKeyFile)
		if err != nil {
			return nil, err
		}
		return ssh.PublicKeys(signer), nil
	}
	return ssh.PublicKeysCallback(func() ([]ssh.Signer, error) {
		var signers []ssh.Signer
		if sock := os.Getenv("SSH_AUTH_SOCK"); sock != "" {
			if conn, err := net.DialTimeout("unix", sock, 5*time.Second); err == nil {
				// The signers speak through conn; it closes with the last of them.
				if s, err := agent.NewClient(conn).Signers(); err == nil {
					signers = append(signers, s...)
				}
			}
		}
		if home, err := os.UserHomeDir(); err == nil {
			for _, name := range []string{"id_ed25519", "id_ecdsa", "id_rsa"} {
				if s, err := readSSHKey(filepath.Join(home, ".ssh", name)); err == nil {
					signers = append(signers, s)
				}
			}
		}
		if len(signers) == 0 {
			return nil, errors.New("there is no SSH key: no agent, and none in ~/.ssh without a passphrase; name one in the configuration")
		}
		return signers, nil
	}), nil
}

func readSSHKey(path string) (ssh.Signer, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("SSH key: %w", err)
	}
	signer, err := ssh.ParsePrivateKey(data)
	var locked *ssh.PassphraseMissingError
	if errors.As(err, &locked) {
		return nil, fmt.Errorf("SSH key %s has a passphrase, and nobody is there to type it; use a deploy key without one, or an agent", path)
	}
	if err != nil {
		return nil, fmt.Errorf("SSH key %s: %w", path, err)
	}
	return signer, nil
}

// NewDeployKey makes an ed25519 key pair: the private key at path (mode 0600, must not
// exist), the public one at path+".pub". It returns the public line, which goes into the
// host's list of deploy keys with write access.
func NewDeployKey(path, comment string) (public string, err error) {
	comment = strings.Join(strings.Fields(comment), "-")
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return "", err
	}
	block, err := ssh.MarshalPrivateKey(key, comment)
	if err != nil {
		return "", err
	}
	line, err := ssh.NewPublicKey(pub)
	if err != nil {
		return "", err
	}
	public = strings.TrimSpace(string(ssh.MarshalAuthorizedKey(line)))
	if comment != "" {
		public += " " + comment
	}
	if err := git.WriteSynced(path, pem.EncodeToMemory(block), 0o600); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return "", fmt.Errorf("make a deploy key: %s exists already; remove it or choose another path", path)
		}
		return "", fmt.Errorf("make a deploy key: %w", err)
	}
	if err := os.WriteFile(path+".pub", []byte(public+"\n"), 0o644); err != nil {
		return "", fmt.Errorf("make a deploy key: %w", err)
	}
	return public, nil
}
