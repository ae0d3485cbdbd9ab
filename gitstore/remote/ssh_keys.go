package remote

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
	"strings"
	"time"

	"github.com/skeema/knownhosts"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"gitpost/gitstore/git"
)

// knownHosts reads the files of known hosts.
func knownHosts(c Config) (*knownhosts.HostKeyDB, error) {
	files, err := knownHostsFiles(c)
	if err != nil {
		return nil, err
	}
	db, err := knownhosts.NewDB(files...)
	if err != nil {
		return nil, fmt.Errorf("read known_hosts: %w", err)
	}
	return db, nil
}

// ownKnownHosts is the file that an operator adds a host to.
func ownKnownHosts(c Config) string {
	if c.KnownHostsFile != "" {
		return c.KnownHostsFile
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "/etc/ssh/ssh_known_hosts"
	}
	return filepath.Join(home, ".ssh", "known_hosts")
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
		signer, err := ReadSSHKey(c.SSHKeyFile)
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
				if s, err := ReadSSHKey(filepath.Join(home, ".ssh", name)); err == nil {
					signers = append(signers, s)
				}
			}
		}
		if len(signers) == 0 {
			return nil, errors.New("no SSH key in an agent or, without a passphrase, in ~/.ssh; name one in the configuration")
		}
		return signers, nil
	}), nil
}

// ReadSSHKey reads a private key without a passphrase.
func ReadSSHKey(path string) (ssh.Signer, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("SSH key: %w", err)
	}
	signer, err := ssh.ParsePrivateKey(data)
	var locked *ssh.PassphraseMissingError
	if errors.As(err, &locked) {
		return nil, fmt.Errorf("SSH key %s has a passphrase; use a deploy key without one, or an agent", path)
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
