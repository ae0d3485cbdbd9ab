package gitstore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestHTTPWithTokenAsPassword(t *testing.T) {
	t.Parallel()
	remote := remoteWith(t, map[string]string{"a.md": "a\n"})
	w := serveHTTP(t, remote, "git", "ghp_sesame1234")
	s := open(t, Config{Remote: w.repo(remote), Password: "ghp_sesame1234"})
	for _, name := range []string{"b.md", "c.md", "d.md"} {
		pushed(t, s, put(t, s, "post "+name, map[string]string{name: name}))
	}
	if got := show(t, remote, "d.md"); got != "d.md" {
		t.Errorf("d.md is %q", got)
	}
	// One advertisement for the clone, one for the first look, one for all pushes.
	if n := w.adverts.Load(); n > 3 {
		t.Errorf("%d ref advertisements for three pushes", n)
	}
	h := checkout(t, remote)
	h.edit(map[string]string{"hand.md": "hand\n"}, "by hand")
	pushed(t, s, put(t, s, "post", map[string]string{"e.md": "e"}))
	wantFiles(t, s.Snapshot(), map[string]string{"a.md": "a\n", "b.md": "b.md", "c.md": "c.md", "d.md": "d.md",
		"e.md": "e", "hand.md": "hand\n"})
	fsck(t, remote)
	config, err := os.ReadFile(filepath.Join(s.c.Dir, "config"))
	if err != nil || strings.Contains(string(config), "sesame") {
		t.Errorf("the clone's config: %v\n%s", err, config)
	}
}

func TestBadCredentialIsToldInWordsAndWithoutTheSecret(t *testing.T) {
	t.Parallel()
	remote := remoteWith(t, map[string]string{"a.md": "a\n"})
	w := serveHTTP(t, remote, "git", "right")
	for _, c := range []Config{
		{Remote: w.repo(remote), Password: "wrong-token-77"},
		{Remote: strings.Replace(w.repo(remote), "http://", "http://git:wrong-token-77@", 1)},
	} {
		c.Dir = filepath.Join(t.TempDir(), "clone")
		_, err := Open(t.Context(), c)
		var e *RemoteError
		if !errors.As(err, &e) || e.Unreachable || !strings.Contains(err.Error(), "token") {
			t.Errorf("got %v", err)
		}
		if err != nil && strings.Contains(err.Error(), "wrong-token-77") {
			t.Errorf("the error shows the secret: %v", err)
		}
	}
}

func TestHookReasonReachesTheAnswer(t *testing.T) {
	t.Parallel()
	for _, over := range []string{"file", "http"} {
		t.Run(over, func(t *testing.T) {
			remote := remoteWith(t, map[string]string{"a.md": "a\n"})
			url := remote
			if over == "http" {
				url = serveHTTP(t, remote, "", "").repo(remote)
			}
			hook(t, remote, "pre-receive",
				`echo "GH006: Protected branch update failed for main." >&2; echo "Changes must be made through a pull request." >&2; exit 1`)
			s := open(t, Config{Remote: url})
			c := put(t, s, "post", map[string]string{"b.md": "b"})
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			p := s.WaitPushed(ctx, c)
			if p.Pushed || !strings.Contains(p.Reason, "GH006: Protected branch update failed for main.") ||
				!strings.Contains(p.Reason, "pull request") {
				t.Errorf("got %+v", p)
			}
			if st := s.Status(); st.Problem != p.Reason || st.Unpushed != 1 || st.OldestWait.IsZero() {
				t.Errorf("status: %+v", st)
			}
			unhook(t, remote, "pre-receive")
			synced(t, s)
			if st := s.Status(); st.Problem != "" || st.Unpushed != 0 {
				t.Errorf("status after the hook is gone: %+v", st)
			}
			if got := show(t, remote, "b.md"); got != "b" {
				t.Errorf("b.md is %q", got)
			}
		})
	}
}

func TestRemoteDownKeepsCommitsAndNobodyWaits(t *testing.T) {
	t.Parallel()
	remote := remoteWith(t, map[string]string{"a.md": "a\n"})
	w := serveHTTP(t, remote, "", "")
	s := open(t, Config{Remote: w.repo(remote)})
	synced(t, s)
	w.down.Store(true)
	c := put(t, s, "post", map[string]string{"b.md": "b"})
	if p := s.WaitPushed(t.Context(), c); p.Pushed || !strings.Contains(p.Reason, "503") {
		t.Errorf("got %+v", p)
	}
	// Known to be down: the answer comes at once, from what is known.
	c2 := put(t, s, "post", map[string]string{"c.md": "c"})
	if p := s.WaitPushed(t.Context(), c2); p.Pushed || p.Reason == "" {
		t.Errorf("got %+v", p)
	}
	w.down.Store(false)
	// The retry comes by itself.
	for s.Status().Unpushed > 0 {
		select {
		case <-time.After(20 * time.Millisecond):
		case <-t.Context().Done():
			t.Fatal("never pushed")
		}
	}
	pushed(t, s, c)
	pushed(t, s, c2)
	if got := show(t, remote, "c.md"); got != "c" {
		t.Errorf("c.md is %q", got)
	}
}

func TestLostAnswerToAPushDoublesNothing(t *testing.T) {
	t.Parallel()
	remote := remoteWith(t, map[string]string{"a.md": "a\n"})
	w := serveHTTP(t, remote, "", "")
	s := open(t, Config{Remote: w.repo(remote)})
	synced(t, s)
	w.cut.Store(true)
	c := put(t, s, "post", map[string]string{"b.md": "b"})
	if p := s.WaitPushed(t.Context(), c); p.Pushed {
		t.Fatalf("the answer was to be lost: %+v", p)
	}
	h := checkout(t, remote)
	h.edit(map[string]string{"hand.md": "hand\n"}, "by hand")
	synced(t, s)
	pushed(t, s, c)
	if got := runGit(t, remote, "rev-list", "--count", "main"); got != "3" {
		t.Errorf("%s commits, want 3:\n%s", got, runGit(t, remote, "log", "--oneline", "main"))
	}
}

func TestUnreachableRemoteIsAnErrorOnlyWithoutAClone(t *testing.T) {
	t.Parallel()
	remote := remoteWith(t, map[string]string{"a.md": "a\n"})
	w := serveHTTP(t, remote, "", "")
	url := w.repo(remote)
	dir := filepath.Join(t.TempDir(), "clone")
	s := open(t, Config{Dir: dir, Remote: url})
	shut(t, s)
	w.Close()
	s = open(t, Config{Dir: dir, Remote: url})
	wantFiles(t, s.Snapshot(), map[string]string{"a.md": "a\n"})
	c := put(t, s, "post", map[string]string{"b.md": "b"})
	p := s.WaitPushed(t.Context(), c)
	if p.Pushed || !strings.Contains(p.Reason, "cannot be reached") {
		t.Errorf("got %+v", p)
	}
	_, err := Open(t.Context(), Config{Dir: filepath.Join(t.TempDir(), "other"), Remote: url})
	var e *RemoteError
	if !errors.As(err, &e) || !e.Unreachable {
		t.Errorf("without a clone: %v", err)
	}
}

func TestSSHWithKeyFileAndKnownHosts(t *testing.T) {
	t.Parallel()
	key := filepath.Join(t.TempDir(), "key")
	public, err := NewDeployKey(key, "gitpost for me")
	if err != nil {
		t.Fatal(err)
	}
	if st, err := os.Stat(key); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("the private key: %v, %v", st.Mode(), err)
	}
	if _, err := NewDeployKey(key, ""); err == nil {
		t.Error("an existing key was overwritten")
	}
	server := serveSSH(t, public)
	remote := remoteWith(t, map[string]string{"a.md": "a\n"})
	c := Config{Remote: server.repo(remote), SSHKeyFile: key, KnownHostsFile: server.knownHosts}
	s := open(t, c)
	pushed(t, s, put(t, s, "post", map[string]string{"b.md": "b"}))
	h := checkout(t, remote)
	h.edit(map[string]string{"hand.md": "hand\n"}, "by hand")
	synced(t, s)
	wantFiles(t, s.Snapshot(), map[string]string{"a.md": "a\n", "b.md": "b", "hand.md": "hand\n"})
	pushed(t, s, put(t, s, "post", map[string]string{"c.md": "c"}))

	t.Run("unknown host is refused with its fingerprint", func(t *testing.T) {
		empty := filepath.Join(t.TempDir(), "known_hosts")
		if err := os.WriteFile(empty, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		c := c
		c.Dir, c.KnownHostsFile = filepath.Join(t.TempDir(), "clone"), empty
		_, err := Open(t.Context(), c)
		if err == nil || !strings.Contains(err.Error(), "SHA256:") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("changed host key is refused", func(t *testing.T) {
		other, err := NewDeployKey(filepath.Join(t.TempDir(), "other"), "")
		if err != nil {
			t.Fatal(err)
		}
		known := filepath.Join(t.TempDir(), "known_hosts")
		host, port, _ := strings.Cut(server.addr, ":")
		if err := os.WriteFile(known, []byte("["+host+"]:"+port+" "+other+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		c := c
		c.Dir, c.KnownHostsFile = filepath.Join(t.TempDir(), "clone"), known
		_, err = Open(t.Context(), c)
		if err == nil || !strings.Contains(err.Error(), "not the one in") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("key that the host does not know", func(t *testing.T) {
		c := c
		c.Dir, c.SSHKeyFile = filepath.Join(t.TempDir(), "clone"), filepath.Join(t.TempDir(), "stranger")
		if _, err := NewDeployKey(c.SSHKeyFile, ""); err != nil {
			t.Fatal(err)
		}
		_, err := Open(t.Context(), c)
		if err == nil || !strings.Contains(err.Error(), "deploy key") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("hook over ssh", func(t *testing.T) {
		hook(t, remote, "pre-receive", "echo no posting on sundays >&2; exit 1")
		if p := s.WaitPushed(t.Context(), put(t, s, "post", map[string]string{"d.md": "d"})); p.Pushed ||
			!strings.Contains(p.Reason, "no posting on sundays") {
			t.Errorf("got %+v", p)
		}
		unhook(t, remote, "pre-receive")
	})
	t.Run("no such repository", func(t *testing.T) {
		c := c
		c.Dir, c.Remote = filepath.Join(t.TempDir(), "clone"), c.Remote+"x"
		_, err := Open(t.Context(), c)
		if err == nil || !strings.Contains(err.Error(), "no such repository") {
			t.Errorf("got %v", err)
		}
	})
}

func TestThinPackIsSmallAndServerThatCannotUseItGetsAFullOne(t *testing.T) {
	t.Parallel()
	remote := remoteWith(t, map[string]string{"a.md": "a\n"})
	runGit(t, remote, "config", "receive.unpackLimit", "1")
	w := serveHTTP(t, remote, "", "")
	s := open(t, Config{Remote: w.repo(remote)})
	many := make(map[string]string)
	for i := range 400 {
		many[fmt.Sprintf("post-%d.md", i)] = fmt.Sprint("text ", i)
	}
	before := s.Snapshot().commit
	list, err := s.db.NewObjects(before, put(t, s, "many", many).Snapshot.commit, true)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(list); n != 402 {
		t.Errorf("%d objects for a commit, a tree and 400 files", n)
	}
	synced(t, s)
	before = s.Snapshot().commit
	w.brokenThin.Store(true)
	pushes := w.pushes.Load()
	c := put(t, s, "one more", map[string]string{"zz.md": "z"})
	size := func(thin bool) int64 {
		list, err := s.db.NewObjects(before, c.Snapshot.commit, thin)
		if err != nil {
			t.Fatal(err)
		}
		body, err := s.db.Pack(t.Context(), list)
		if err != nil {
			t.Fatal(err)
		}
		return body.Size
	}
	if thin, full := size(true), size(false); thin > 1000 || full < 8000 {
		t.Errorf("for one file beside 400 a thin pack has %d bytes, a full one %d", thin, full)
	}
	pushed(t, s, c)
	if n := w.pushes.Load() - pushes; n != 2 {
		t.Errorf("%d pushes, want a thin and a full one", n)
	}
	fsck(t, remote)
}

// Git's own words for this are ten lines about a setting that is better left alone.
func TestRepositoryWithAWorkTreeIsRefusedInWords(t *testing.T) {
	t.Parallel()
	h := checkout(t, remoteWith(t, map[string]string{"a.md": "a\n"}))
	s := open(t, Config{Remote: h.dir})
	c := put(t, s, "post", map[string]string{"b.md": "b\n"})
	if p := s.WaitPushed(t.Context(), c); p.Pushed || !strings.Contains(p.Reason, "git clone --bare") {
		t.Errorf("the push to a work tree: %+v", p)
	}
}
