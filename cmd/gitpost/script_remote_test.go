package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"net/http/cgi"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"sync/atomic"

	"golang.org/x/crypto/ssh"
)

// gitHost is Git's own HTTP server for the repositories of a scenario.
type gitHost struct {
	address string
	server  *http.Server
	done    chan struct{}

	behave atomic.Pointer[behaviour] // nil: as usual
}

// git-http start [TOKEN] serves the scenario's folder over HTTP at $GITHTTP, which is http://$GITHOST, for any user
// with that token as password; git-http stop is an outage.
func (s *scene) gitHTTP(args []string) {
	s.usage(args, 1, "git-http start [TOKEN] | stop")
	if args[0] == "stop" {
		s.gitHost.stop()
		return
	}
	backend, err := find("git-http-backend")
	s.check(err)
	var address string
	if s.gitHost != nil {
		address = s.gitHost.address
	} else {
		address = freeAddress()
	}
	l, err := listen(address)
	s.check(err)
	token := ""
	if len(args) > 1 {
		token = args[1]
	}
	remotes, err := filepath.Glob(s.ts.MkAbs("*.git"))
	s.check(err)
	for _, remote := range remotes {
		s.git(remote, "config", "http.receivepack", "true")
	}
	h := &gitHost{address: l.Addr().String(), done: make(chan struct{})}
	h.server = &http.Server{Handler: h.behaving(guarded(token, &cgi.Handler{
		Path: backend, Root: "/",
		Env:    []string{"GIT_PROJECT_ROOT=" + s.ts.MkAbs("."), "GIT_HTTP_EXPORT_ALL=1", "HOME=" + s.ts.Getenv("HOME")},
		Stderr: s.ts.Stderr(),
	}))}
	go func() {
		h.server.Serve(l)
		close(h.done)
	}()
	s.gitHost = h
	s.ts.Setenv("GITHTTP", "http://"+h.address)
	s.ts.Setenv("GITHOST", h.address)
}

func (h *gitHost) stop() {
	h.server.Close()
	<-h.done
}

// guarded requires the token as the password of basic authentication.
func guarded(token string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, password, _ := r.BasicAuth(); password != token {
			w.Header().Set("WWW-Authenticate", `Basic realm="git"`)
			http.Error(w, "no", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// sshd starts OpenSSH's server on loopback. $SSHREMOTE is remote.git there; the client's key
// is in the file id, the host's in known_hosts, its fingerprint in $FINGERPRINT.
func (s *scene) sshd([]string) {
	program, err := find("sshd")
	s.check(err)
	if os.Getuid() == 0 {
		s.check(os.MkdirAll("/run/sshd", 0o755)) // where sshd confines itself when root starts it
	}
	host, client := s.key("host_key"), s.key("id")
	s.check(os.WriteFile(s.ts.MkAbs("authorized_keys"), ssh.MarshalAuthorizedKey(client), 0o600))
	address := freeAddress()
	name, port, _ := strings.Cut(address, ":")
	known := fmt.Sprintf("[%s]:%s %s", name, port, ssh.MarshalAuthorizedKey(host))
	s.check(os.WriteFile(s.ts.MkAbs("known_hosts"), []byte(known), 0o600))
	config := fmt.Sprintf("ListenAddress %s\nHostKey %s\nAuthorizedKeysFile %s\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nPermitRootLogin prohibit-password\nPidFile none\n",
		address, s.ts.MkAbs("host_key"), s.ts.MkAbs("authorized_keys"))
	s.check(os.WriteFile(s.ts.MkAbs("sshd_config"), []byte(config), 0o600))
	p, err := s.start([]string{program, "-D", "-e", "-f", s.ts.MkAbs("sshd_config")}, nil)
	s.check(err)
	s.ts.Defer(p.kill)
	answers := func() bool {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			conn.Close()
		}
		return err == nil
	}
	if !p.until(answers) {
		s.ts.Fatalf("sshd does not answer:\n%s", p.output())
	}
	me, err := user.Current()
	s.check(err)
	s.ts.Setenv("FINGERPRINT", ssh.FingerprintSHA256(host))
	s.ts.Setenv("SSHREMOTE", fmt.Sprintf("ssh://%s@%s%s", me.Username, address,
		filepath.ToSlash(s.ts.MkAbs("remote.git"))))
}

// key makes a key pair, and a file with the private one.
func (s *scene) key(file string) ssh.PublicKey {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	s.check(err)
	block, err := ssh.MarshalPrivateKey(private, "")
	s.check(err)
	s.check(os.WriteFile(s.ts.MkAbs(file), pem.EncodeToMemory(block), 0o600))
	key, err := ssh.NewPublicKey(public)
	s.check(err)
	return key
}
