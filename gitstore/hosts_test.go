package gitstore

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// A repository that is renamed at the host is followed, and said to have moved; what was made
// anew under the old name is used at once.
func TestRenamedRepositoryIsFollowedAndReported(t *testing.T) {
	t.Parallel()
	repo := remoteWith(t, map[string]string{"a.md": "a\n"})
	other := remoteWith(t, map[string]string{"a.md": "a\n"})
	web, anew := serveHTTP(t, repo, "git", "sesame-4711"), serveHTTP(t, other, "git", "sesame-4711")
	var renamed atomic.Bool
	var fresh atomic.Bool
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rest, old := strings.CutPrefix(r.URL.Path, "/old")
		switch {
		case old && fresh.Load():
			r.URL.Path = rest
			anew.Config.Handler.ServeHTTP(w, r)
		case old && renamed.Load():
			http.Redirect(w, r, "/new"+rest+"?"+r.URL.RawQuery, http.StatusMovedPermanently)
		default:
			r.URL.Path = strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/old"), "/new")
			web.Config.Handler.ServeHTTP(w, r)
		}
	}))
	defer host.Close()
	s := open(t, Config{Remote: host.URL + "/old/remote.git", Password: "sesame-4711"})
	pushed(t, s, put(t, s, "one", map[string]string{"one.md": "1\n"}))
	renamed.Store(true)
	pushed(t, s, put(t, s, "two", map[string]string{"two.md": "2\n"}))
	if got := show(t, repo, "two.md"); got != "2" {
		t.Errorf("two.md is %q", got)
	}
	if st := s.Status(); st.Moved != host.URL+"/new/remote.git" {
		t.Errorf("it moved to %q", st.Moved)
	}
	a, err := Probe(t.Context(), Config{Remote: host.URL + "/old/remote.git", Password: "sesame-4711"})
	if err != nil || a.Moved != host.URL+"/new/remote.git" || a.Write != nil {
		t.Errorf("probe: %+v, %v", a, err)
	}
	fresh.Store(true)
	c := put(t, s, "three", map[string]string{"three.md": "3\n"})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s.WaitPushed(ctx, c)
	if _, err := tryGit(t, repo, "cat-file", "-e", "main:three.md"); err == nil {
		t.Error("the post went to the renamed repository although another one has its old name")
	}
}

func TestSHA256RepositoryIsToldInOneSentence(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "remote.git")
	if out, err := tryGit(t, ".", "init", "-q", "--bare", "-b", "main", "--object-format=sha256", dir); err != nil {
		t.Skipf("this git makes no SHA-256 repository: %s", out)
	}
	check := func(what string, err error) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), "SHA-256 repository, which gitpost cannot use") ||
			strings.Contains(err.Error(), "pkt-line") {
			t.Errorf("%s: %v", what, err)
		}
	}
	_, err := Probe(t.Context(), Config{Remote: dir})
	check("probe of an empty one", err)
	work := filepath.Join(t.TempDir(), "work")
	runGit(t, ".", "init", "-q", "-b", "main", "--object-format=sha256", work)
	h := &hand{t, work}
	h.commit(map[string]string{"a.md": "a\n"}, "first")
	h.git("push", "-q", dir, "main")
	for _, url := range []string{dir, serveHTTP(t, dir, "", "").repo(dir)} {
		_, err = Open(t.Context(), Config{Dir: filepath.Join(t.TempDir(), "clone"), Remote: url})
		check("open "+url, err)
		_, err = Probe(t.Context(), Config{Remote: url})
		check("probe "+url, err)
	}
	// Later: the repository was made anew as one.
	repo := remoteWith(t, map[string]string{"a.md": "a\n"})
	s := open(t, Config{Remote: repo})
	synced(t, s)
	if err := errors.Join(os.RemoveAll(repo), os.Rename(dir, repo)); err != nil {
		t.Fatal(err)
	}
	check("sync", s.Sync(t.Context()))
	p := s.WaitPushed(t.Context(), put(t, s, "post", map[string]string{"b.md": "b"}))
	check("push", errors.New(p.Reason))
}

func TestHooksOfALocalRepositorySeeNoSecret(t *testing.T) {
	t.Setenv("GITPOST_HOOKS_SECRET", "sesame-4711")
	t.Setenv("GITPOST_INTROSPECTION_SECRET", "sesame-4712")
	repo := remoteWith(t, map[string]string{"a.md": "a\n"})
	out := filepath.Join(t.TempDir(), "env")
	for _, name := range []string{"pre-receive", "update", "post-receive"} {
		hook(t, repo, name, `env >>"`+out+`"`)
	}
	s := open(t, Config{Remote: repo})
	pushed(t, s, put(t, s, "post", map[string]string{"b.md": "b"}))
	env, err := os.ReadFile(out)
	if err != nil || !bytes.Contains(env, []byte("PATH=")) {
		t.Fatalf("the hooks' environment: %v", err)
	}
	if bytes.Contains(env, []byte("sesame")) || bytes.Contains(env, []byte("GITPOST_")) {
		t.Errorf("the hooks see:\n%s", env)
	}
}

func TestTryPushProvesAndLeavesNothing(t *testing.T) {
	t.Parallel()
	repo := remoteWith(t, map[string]string{"a.md": "a\n"})
	before := runGit(t, repo, "for-each-ref")
	if err := TryPush(t.Context(), Config{Remote: repo}); err != nil {
		t.Errorf("got %v", err)
	}
	if after := runGit(t, repo, "for-each-ref"); after != before {
		t.Errorf("the refs changed from %s to %s", before, after)
	}
	// A host that lets readers begin a push, and refuses it then.
	hook(t, repo, "pre-receive", `echo "error: User permission denied for writing." >&2; exit 1`)
	a, err := Probe(t.Context(), Config{Remote: repo})
	if err != nil || a.Write != nil {
		t.Errorf("probe: %+v, %v", a, err)
	}
	if err := TryPush(t.Context(), Config{Remote: repo}); err == nil ||
		!strings.Contains(err.Error(), "User permission denied") {
		t.Errorf("got %v", err)
	}
	if err := TryPush(t.Context(), Config{Remote: emptyRemote(t)}); err == nil {
		t.Error("an empty remote proves nothing")
	}
}

func TestHashesInTheLogAreReadable(t *testing.T) {
	t.Parallel()
	repo := remoteWith(t, map[string]string{"a.md": "a\n"})
	var log bytes.Buffer
	s := open(t, Config{Remote: repo, Log: slog.New(slog.NewJSONHandler(&log, nil))})
	synced(t, s)
	before := string(s.Snapshot().Commit())
	h := checkout(t, repo)
	h.git("commit", "-q", "--amend", "-m", "rewritten")
	h.git("push", "-q", "-f", "origin", "HEAD:refs/heads/main")
	synced(t, s)
	shut(t, s)
	if !strings.Contains(log.String(), `"before":"`+before+`"`) ||
		!strings.Contains(log.String(), `"now":"`+h.git("rev-parse", "HEAD")+`"`) {
		t.Errorf("the log:\n%s", log.String())
	}
}
