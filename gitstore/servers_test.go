package gitstore

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// webServer serves repositories through git http-backend.
type webServer struct {
	*httptest.Server
	user, password string
	down           atomic.Bool // answer 503
	cut            atomic.Bool // take a push and drop the connection before the answer
	brokenThin     atomic.Bool // answer a push as a server that cannot complete the pack
	pushes         atomic.Int64
	adverts        atomic.Int64
}

func serveHTTP(t testing.TB, remote string, user, password string) *webServer {
	t.Helper()
	backend := need(t, "git-http-backend", "git")
	runGit(t, remote, "config", "http.receivepack", "true")
	w := &webServer{user: user, password: password}
	handler := &cgi.Handler{Path: backend, Root: "/", Env: append([]string{
		"GIT_PROJECT_ROOT=" + filepath.Dir(remote), "GIT_HTTP_EXPORT_ALL=1", "GIT_CONFIG_NOSYSTEM=1",
		"GIT_CONFIG_GLOBAL=/dev/null",
	}, gitIsSpared...)}
	w.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/info/refs") {
			w.adverts.Add(1)
		}
		if w.down.Load() {
			http.Error(rw, "down for maintenance", http.StatusServiceUnavailable)
			return
		}
		if w.user != "" || w.password != "" {
			if u, p, _ := r.BasicAuth(); u != w.user || p != w.password {
				rw.Header().Set("WWW-Authenticate", `Basic realm="git"`)
				http.Error(rw, "bad credentials for "+p, http.StatusUnauthorized)
				return
			}
		}
		isPush := strings.HasSuffix(r.URL.Path, "git-receive-pack") && r.Method == http.MethodPost
		if isPush {
			w.pushes.Add(1)
		}
		if isPush && w.brokenThin.Swap(false) {
			_, _ = io.Copy(io.Discard, r.Body)
			rw.Header().Set("Content-Type", "application/x-git-receive-pack-result")
			pkt := func(s string) string { return fmt.Sprintf("%04x%s", len(s)+4, s) }
			report := pkt("unpack index-pack abnormal exit\n") + pkt("ng refs/heads/main unpacker error\n") + "0000"
			_, _ = io.WriteString(rw, pkt("\x01"+report)+"0000")
			return
		}
		if isPush && w.cut.Swap(false) {
			handler.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		}
		handler.ServeHTTP(rw, r)
	}))
	w.Config.ErrorLog = nil
	t.Cleanup(w.Close)
	return w
}

func (w *webServer) repo(remote string) string { return w.URL + "/" + filepath.Base(remote) }

// hook installs a server-side hook.
func hook(t testing.TB, remote, name, script string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(remote, "hooks"), 0o755); err != nil {
		t.Fatal(err)
	}
	// Written by another process: a command that this one starts at the same moment would
	// inherit the open file, and a file that is open for writing cannot be run.
	cmd := exec.Command("sh", "-c", `cat >"$1" && chmod +x "$1"`, "sh", filepath.Join(remote, "hooks", name))
	cmd.Stdin = strings.NewReader("#!/bin/sh\n" + script + "\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// peopleOnly is a pre-receive hook that declines the store's pushes and takes those of people.
const peopleOnly = `read old new ref; [ "$(git log -1 --format=%cn "$new")" != Phone ]`

func unhook(t testing.TB, remote, name string) {
	t.Helper()
	if err := os.Remove(filepath.Join(remote, "hooks", name)); err != nil {
		t.Fatal(err)
	}
}

// sshServer is OpenSSH's sshd on loopback, for the user that runs the test.
type sshServer struct {
	addr       string
	user       string
	dir        string
	knownHosts string
}

// Ports below those that systems hand out by themselves, and above those of the commands' tests.
const firstPort, lastPort = 32000, 32700

var nextPort atomic.Uint32

// freeAddress is a loopback address on which nothing listens, for a program that has to be told
// its port. No address is returned twice. It dials instead of listening: a program that is started
// meanwhile would inherit the listener.
func freeAddress() string {
	for {
		port := firstPort + (uint32(os.Getpid())*16+nextPort.Add(1))%(lastPort-firstPort)
		address := fmt.Sprintf("127.0.0.1:%d", port)
		conn, err := net.Dial("tcp", address)
		if err != nil {
			return address
		}
		conn.Close()
	}
}

func serveSSH(t testing.TB, publicKey string) *sshServer {
	t.Helper()
	sshd := need(t, "sshd", "openssh-server")
	keygen := need(t, "ssh-keygen", "openssh-client")
	who, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	// sshd runs without privilege separation problems only below a folder that others
	// cannot write.
	dir, err := os.MkdirTemp("", "sshd")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	for _, kind := range []string{"ecdsa", "ed25519"} {
		if out, err := exec.Command(keygen, "-q", "-t", kind, "-N", "", "-f",
			filepath.Join(dir, "host_"+kind)).CombinedOutput(); err != nil {
			t.Fatalf("ssh-keygen: %v\n%s", err, out)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "authorized_keys"), []byte(publicKey+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	addr := freeAddress()
	host, port, _ := net.SplitHostPort(addr)
	config := fmt.Sprintf(`ListenAddress %s
Port %s
HostKey %[3]s/host_ecdsa
HostKey %[3]s/host_ed25519
AuthorizedKeysFile %[3]s/authorized_keys
PidFile %[3]s/pid
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
`, host, port, dir)
	if err := os.WriteFile(filepath.Join(dir, "config"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 {
		_ = os.MkdirAll("/run/sshd", 0o755) // Debian makes it when the service starts
	}
	cmd := exec.Command(sshd, "-D", "-e", "-f", filepath.Join(dir, "config"))
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		log.Close()
		if t.Failed() {
			said, _ := os.ReadFile(log.Name())
			t.Logf("sshd said:\n%s", said)
		}
	})
	await(t, "sshd listens", func() bool {
		c, err := net.Dial("tcp", addr)
		if err == nil {
			c.Close()
		}
		return err == nil
	})
	// known_hosts has the ECDSA key only: without the algorithms set from it, the server
	// would offer its ed25519 key, and the client would take it for a stranger.
	key, err := os.ReadFile(filepath.Join(dir, "host_ecdsa.pub"))
	if err != nil {
		t.Fatal(err)
	}
	known := filepath.Join(dir, "known_hosts")
	line := fmt.Sprintf("[%s]:%s %s", host, port, key)
	if err := os.WriteFile(known, []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	return &sshServer{addr: addr, user: who.Username, dir: dir, knownHosts: known}
}

func (s *sshServer) repo(remote string) string {
	return fmt.Sprintf("ssh://%s@%s%s", s.user, s.addr, remote)
}
