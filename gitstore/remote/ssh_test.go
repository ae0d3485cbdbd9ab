package remote

import (
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"

	"gitpost/gitstore/git"
)

// serveShell is an SSH host that runs a script for every command.
func serveShell(t *testing.T, script string) Config {
	t.Helper()
	dir := t.TempDir()
	if _, err := NewDeployKey(filepath.Join(dir, "host"), ""); err != nil {
		t.Fatal(err)
	}
	if _, err := NewDeployKey(filepath.Join(dir, "user"), ""); err != nil {
		t.Fatal(err)
	}
	hostKey, err := ReadSSHKey(filepath.Join(dir, "host"))
	if err != nil {
		t.Fatal(err)
	}
	config := &ssh.ServerConfig{PublicKeyCallback: func(ssh.ConnMetadata, ssh.PublicKey) (*ssh.Permissions,
		error) {
		return nil, nil
	}}
	config.AddHostKey(hostKey)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	t.Cleanup(running.Wait)
	t.Cleanup(func() { l.Close() })
	running.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() { serveConn(conn, config, script) })
		}
	})
	known := filepath.Join(dir, "known_hosts")
	host, port, _ := net.SplitHostPort(l.Addr().String())
	line := "[" + host + "]:" + port + " " + string(ssh.MarshalAuthorizedKey(hostKey.PublicKey()))
	if err := os.WriteFile(known, []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	return Config{URL: "ssh://git@" + l.Addr().String() + "/me/it's.git", SSHKeyFile: filepath.Join(dir, "user"),
		KnownHostsFile: known}
}

func serveConn(conn net.Conn, config *ssh.ServerConfig, script string) {
	defer conn.Close()
	_, channels, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for c := range channels {
		channel, requests, err := c.Accept()
		if err != nil {
			return
		}
		for r := range requests {
			if r.Type != "exec" {
				_ = r.Reply(false, nil)
				continue
			}
			_ = r.Reply(true, nil)
			cmd := exec.Command("sh", "-c", script)
			cmd.Env = append(os.Environ(), "SSH_ORIGINAL_COMMAND="+string(r.Payload[4:]))
			cmd.Stdout, cmd.Stderr = channel, channel.Stderr()
			in, _ := cmd.StdinPipe()
			go func() { _, _ = io.Copy(in, channel); in.Close() }()
			status := []byte{0, 0, 0, 0}
			if cmd.Run() != nil {
				status[3] = 1
			}
			_, _ = channel.SendRequest("exit-status", false, status)
			channel.Close()
			break
		}
	}
}

func TestWhatAnSSHHostSaysIsShown(t *testing.T) {
	for name, c := range map[string]struct {
		script string
		want   []string
	}{
		"Gitea": {`echo; printf 'error:\nerror: Deploy Key: 1:gitpost is not authorized to write\nerror:\n' >&2; exit 1`,
			[]string{"the remote says: Deploy Key: 1:gitpost is not authorized to write; ", "may write"}},
		"GitLab": {`printf 'remote: \nremote: ========\nremote: \nremote: ERROR: The project you were looking for could not be found\nremote: \nremote: ========\n' >&2; exit 1`, []string{"no such repository"}},
		"two lines": {`printf 'fatal: first reason\nfatal: second reason\n' >&2; exit 128`,
			[]string{"first reason; second reason"}},
		"banner first": {`echo 'Welcome to the host'; echo 'error: quota exceeded' >&2; exit 1`,
			[]string{"quota exceeded", "raise the quota"}},
		"archived": {`echo 'Gitea: repository is archived' >&2; exit 1`,
			[]string{"repository is archived", "unarchive"}},
		"no repository": {`echo "fatal: '/x.git' does not appear to be a git repository" >&2; exit 128`,
			[]string{"no such repository"}},
		"SHA-256": {`printf '0066%064d HEAD\0multi_ack object-format=sha256 ...' 0; sleep 1`,
			[]string{"SHA-256 repository"}},
		"the quoted path": {`echo "error: $SSH_ORIGINAL_COMMAND" >&2; exit 1`, []string{`/me/it'\''s.git'`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := mustRemote(t, serveShell(t, c.script))
			_, fetchErr := r.Fetch(t.Context())
			pushErr := r.Explain("push to", r.Push(t.Context(), Update{Ref: "refs/heads/main", New: git.OID{1}}, nothing,
				func() {}))
			for _, err := range []error{fetchErr, pushErr} {
				var e *Error
				if !errors.As(err, &e) || e.Unreachable {
					t.Fatalf("got %v", err)
				}
				for _, want := range c.want {
					if !strings.Contains(err.Error(), want) {
						t.Errorf("%q is not in: %v", want, err)
					}
				}
				if strings.Contains(err.Error(), "error:") || strings.Contains(err.Error(), ";;") ||
					strings.Contains(err.Error(), "; ;") {
					t.Errorf("prefixes or empty lines are left: %v", err)
				}
			}
		})
	}
}

// The hint names the file that an operator has to change.
func TestHostKeyHintNamesTheFile(t *testing.T) {
	c := serveShell(t, "exit 1")
	good := c.KnownHostsFile
	c.KnownHostsFile = filepath.Join(t.TempDir(), "mine")
	if err := os.WriteFile(c.KnownHostsFile, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := mustRemote(t, c).Fetch(t.Context()); err == nil ||
		!strings.Contains(err.Error(), "add this line to "+c.KnownHostsFile+": ") {
		t.Errorf("of an unknown host: %v", err)
	}
	line, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	other, err := NewDeployKey(filepath.Join(t.TempDir(), "other"), "")
	if err != nil {
		t.Fatal(err)
	}
	name, _, _ := strings.Cut(string(line), " ")
	if err := os.WriteFile(c.KnownHostsFile, []byte("# mine\n"+name+" "+other+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := mustRemote(t, c).Fetch(t.Context()); err == nil ||
		!strings.Contains(err.Error(), "not the one in "+c.KnownHostsFile+" line 2") {
		t.Errorf("of a changed key: %v", err)
	}
}
