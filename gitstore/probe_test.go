package gitstore

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func probe(t *testing.T, c Config) (Access, error) {
	t.Helper()
	return Probe(t.Context(), c)
}

func TestProbeTellsWhatTheRemoteHas(t *testing.T) {
	t.Parallel()
	remote := remoteWith(t, map[string]string{"a.txt": "a\n"})
	before := runGit(t, remote, "for-each-ref")
	a, err := probe(t, Config{Remote: remote})
	if err != nil || a.Write != nil || a.Branch != "main" || a.Empty() ||
		string(a.Tip) != runGit(t, remote, "rev-parse", "main") {
		t.Fatalf("%+v, %v", a, err)
	}
	if a, err := probe(t, Config{Remote: emptyRemote(t)}); err != nil || !a.Empty() || a.Write != nil {
		t.Errorf("of an empty remote: %+v, %v", a, err)
	}
	if _, err := probe(t, Config{Remote: remote, Branch: "gone"}); err == nil ||
		!strings.Contains(err.Error(), "no branch gone; the remote has main") {
		t.Errorf("of a missing branch: %v", err)
	}
	if _, err := probe(t, Config{Remote: filepath.Join(t.TempDir(), "none.git")}); err == nil {
		t.Error("a missing repository is no error")
	}
	if after := runGit(t, remote, "for-each-ref"); after != before {
		t.Errorf("the remote changed from %q to %q", before, after)
	}
	fsck(t, remote)
}

func TestProbeTellsWhyNothingMayBePushed(t *testing.T) {
	t.Parallel()
	t.Run("a folder that somebody works in", func(t *testing.T) {
		work := checkout(t, remoteWith(t, map[string]string{"a.txt": "a\n"})).dir
		a, err := probe(t, Config{Remote: work})
		if err != nil || a.Write == nil || !strings.Contains(a.Write.Error(), "bare repository") {
			t.Fatalf("%+v, %v", a, err)
		}
		runGit(t, work, "config", "receive.denyCurrentBranch", "updateInstead")
		if a, err := probe(t, Config{Remote: work}); err != nil || a.Write != nil {
			t.Errorf("with updateInstead: %+v, %v", a, err)
		}
	})
	t.Run("a token that may only read", func(t *testing.T) {
		remote := remoteWith(t, map[string]string{"a.txt": "a\n"})
		web := serveHTTP(t, remote, "", "")
		readOnly := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.Contains(r.URL.RawQuery, "receive-pack") {
				http.Error(w, "no write access", http.StatusForbidden)
				return
			}
			web.Config.Handler.ServeHTTP(w, r)
		}))
		defer readOnly.Close()
		a, err := probe(t, Config{Remote: readOnly.URL + "/" + filepath.Base(remote), Password: "t0ken"})
		if err != nil || a.Write == nil || !strings.Contains(a.Write.Error(), "may write") {
			t.Fatalf("%+v, %v", a, err)
		}
	})
	t.Run("a folder without write access", func(t *testing.T) {
		if os.Getuid() == 0 {
			t.Skip("root may write everywhere: run the test as another user")
		}
		remote := remoteWith(t, map[string]string{"a.txt": "a\n"})
		objects := filepath.Join(remote, "objects")
		if err := os.Chmod(objects, 0o500); err != nil {
			t.Fatal(err)
		}
		defer os.Chmod(objects, 0o700)
		if a, err := probe(t, Config{Remote: remote}); err != nil || a.Write == nil {
			t.Errorf("%+v, %v", a, err)
		}
	})
}

func TestHostKeyIsReadBeforeItIsTrusted(t *testing.T) {
	t.Parallel()
	remote := remoteWith(t, map[string]string{"a.txt": "a\n"})
	dir := t.TempDir()
	public, err := NewDeployKey(filepath.Join(dir, "id"), "test")
	if err != nil {
		t.Fatal(err)
	}
	s := serveSSH(t, public)
	known := filepath.Join(dir, "known_hosts")
	if err := os.WriteFile(known, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c := Config{Remote: s.repo(remote), SSHKeyFile: filepath.Join(dir, "id"), KnownHostsFile: known}
	key, err := ReadHostKey(t.Context(), c)
	if err != nil || key.Known || key.Type != "ssh-ed25519" || key.Address != s.addr ||
		!strings.HasPrefix(key.Fingerprint, "SHA256:") {
		t.Fatalf("of a stranger: %+v, %v", key, err)
	}
	if err := os.WriteFile(known, []byte(key.Line+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if again, err := ReadHostKey(t.Context(), c); err != nil || !again.Known || again.Fingerprint != key.Fingerprint {
		t.Errorf("of a known host: %+v, %v", again, err)
	}
	if a, err := probe(t, c); err != nil || a.Write != nil || a.Branch != "main" {
		t.Errorf("the remote behind it: %+v, %v", a, err)
	}
	c.KnownHostsFile = s.knownHosts // has the host's other key only
	if key, err := ReadHostKey(t.Context(), c); err != nil || !key.Known || key.Type != "ecdsa-sha2-nistp256" {
		t.Errorf("of a host known by another kind of key: %+v, %v", key, err)
	}
	host, _ := os.ReadFile(s.knownHosts)
	other, err := NewDeployKey(filepath.Join(dir, "other"), "")
	if err != nil {
		t.Fatal(err)
	}
	name, _, _ := strings.Cut(string(host), " ")
	if err := os.WriteFile(known, []byte(name+" "+other+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c.KnownHostsFile = known
	if key, err := ReadHostKey(t.Context(), c); err == nil || !strings.Contains(err.Error(), "listening in") {
		t.Errorf("of a host with another key than before: %+v, %v", key, err)
	}
}
