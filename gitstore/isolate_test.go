package gitstore

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
)

// noKeys is a hook that inspects every commit of a push, as hosts do that look for secrets.
const noKeys = `while read old new ref; do
  range=$new; [ "$old" = 0000000000000000000000000000000000000000 ] || range=$old..$new
  for c in $(git rev-list $range); do
    if git show $c | grep -q FAKEKEY; then echo "this push holds an access key" >&2; exit 1; fi
  done
done`

// refusedOnce waits until the store knows what the host does with a commit.
func refusedOnce(t *testing.T, s *Store, c *Commit) string {
	t.Helper()
	p := s.WaitPushed(t.Context(), c)
	if p.Pushed {
		t.Fatal("a commit that the host refuses was pushed")
	}
	return p.Reason
}

// noSecret fails when a text is in any object of the remote's branch.
func noSecret(t *testing.T, remote, text string) {
	t.Helper()
	if log := runGit(t, remote, "log", "-p", "--format=%B", "main"); strings.Contains(log, text) {
		t.Errorf("%s is in a pushed commit:\n%s", text, log)
	}
}

func TestOneRefusedCommitDoesNotStopTheOthers(t *testing.T) {
	t.Parallel()
	for _, over := range []string{"file", "http"} {
		t.Run(over, func(t *testing.T) {
			t.Parallel()
			repo := remoteWith(t, map[string]string{"a.md": "a\n"})
			url := repo
			if over == "http" {
				url = serveHTTP(t, repo, "", "").repo(repo)
			}
			hook(t, repo, "pre-receive", noKeys)
			s := open(t, Config{Remote: url})
			before := put(t, s, "before", map[string]string{"before.md": "innocent\n"})
			bad := put(t, s, "key", map[string]string{"key.md": "my FAKEKEY oops\n"})
			after := put(t, s, "after", map[string]string{"after.md": "innocent\n"})
			pushed(t, s, before)
			pushed(t, s, after)
			if reason := refusedOnce(t, s, bad); !strings.Contains(reason, "access key") {
				t.Errorf("the reason: %s", reason)
			}
			later := put(t, s, "later", map[string]string{"later.md": "innocent\n"})
			pushed(t, s, later)
			st := s.Status()
			if st.Unpushed != 1 || len(st.Refused) != 1 || st.Refused[0].Message != "key\n" || len(st.Refused[0].Paths) != 1 ||
				st.Refused[0].Paths[0] != "key.md" || !strings.Contains(st.Problem, "access key") || st.OldestWait.IsZero() {
				t.Errorf("status: %+v", st)
			}
			all := map[string]string{"a.md": "a\n", "before.md": "innocent\n", "key.md": "my FAKEKEY oops\n",
				"after.md": "innocent\n", "later.md": "innocent\n"}
			wantFiles(t, s.Snapshot(), all)
			fix := put(t, s, "repair", map[string]string{"key.md": "removed\n"})
			pushed(t, s, fix)
			pushed(t, s, bad)
			if st := s.Status(); st.Unpushed != 0 || len(st.Refused) != 0 || st.Problem != "" {
				t.Errorf("status after the repair: %+v", st)
			}
			all["key.md"] = "removed\n"
			wantFiles(t, s.Snapshot(), all)
			if got := show(t, repo, "key.md"); got != "removed" {
				t.Errorf("key.md there is %q", got)
			}
			noSecret(t, repo, "FAKEKEY")
			fsck(t, repo)
			fsck(t, s.c.Dir)
		})
	}
}

func TestRefusedCommitGoesWhenItsFileIsDeleted(t *testing.T) {
	t.Parallel()
	repo := remoteWith(t, map[string]string{"a.md": "a\n"})
	hook(t, repo, "pre-receive", noKeys)
	s := open(t, Config{Remote: repo})
	bad := put(t, s, "key", map[string]string{"key.md": "FAKEKEY\n"})
	refusedOnce(t, s, bad)
	pushed(t, s, put(t, s, "innocent", map[string]string{"b.md": "b\n"}))
	refusedOnce(t, s, put(t, s, "no real repair", map[string]string{"key.md": "still FAKEKEY\n"}))
	pushed(t, s, put(t, s, "delete", map[string]string{"key.md": ""}))
	pushed(t, s, bad)
	if st := s.Status(); st.Unpushed != 0 || st.Problem != "" {
		t.Errorf("status: %+v", st)
	}
	wantFiles(t, s.Snapshot(), map[string]string{"a.md": "a\n", "b.md": "b\n"})
	noSecret(t, repo, "FAKEKEY")
	if got, want := runGit(t, repo, "rev-parse", "main"), string(s.Snapshot().Commit()); got != want {
		t.Errorf("the remote is at %s, the clone at %s", got, want)
	}
}

func TestRefusalSurvivesARestartAndAPushByHand(t *testing.T) {
	t.Parallel()
	repo := remoteWith(t, map[string]string{"a.md": "a\n"})
	hook(t, repo, "pre-receive", noKeys)
	dir := filepath.Join(t.TempDir(), "clone")
	s := open(t, Config{Remote: repo, Dir: dir})
	for i := range 5 {
		put(t, s, fmt.Sprint("post ", i), map[string]string{fmt.Sprintf("post-%d.md", i): "text\n"})
	}
	refusedOnce(t, s, put(t, s, "key", map[string]string{"key.md": "FAKEKEY\n"}))
	shut(t, s)
	h := checkout(t, repo)
	h.git("pull", "-q", "--ff-only", "origin", "main")
	h.edit(map[string]string{"hand.md": "by hand\n"}, "by hand")
	hand := h.git("rev-parse", "HEAD")
	s = open(t, Config{Remote: repo, Dir: dir})
	pushed(t, s, put(t, s, "after the restart", map[string]string{"later.md": "text\n"}))
	if st := s.Status(); len(st.Refused) != 1 || st.Unpushed != 1 {
		t.Errorf("status: %+v", st)
	}
	pushed(t, s, put(t, s, "repair", map[string]string{"key.md": "removed\n"}))
	runGit(t, repo, "merge-base", "--is-ancestor", hand, "main")
	noSecret(t, repo, "FAKEKEY")
	fsck(t, repo)
}

// The text of a post was fine until an update.
func TestTheFirstVersionGoesOutWhenAnUpdateIsRefused(t *testing.T) {
	t.Parallel()
	repo := remoteWith(t, map[string]string{"a.md": "a\n"})
	s := open(t, Config{Remote: repo, PushDelay: 1 << 40})
	good := put(t, s, "post", map[string]string{"p.md": "fine\n"})
	bad := put(t, s, "update", map[string]string{"p.md": "FAKEKEY\n"})
	hook(t, repo, "pre-receive", noKeys)
	if err := s.Sync(t.Context()); err == nil {
		t.Error("a refused commit is no error of Sync")
	}
	pushed(t, s, good)
	refusedOnce(t, s, bad)
	if got := show(t, repo, "p.md"); got != "fine" {
		t.Errorf("p.md there is %q", got)
	}
	unhook(t, repo, "pre-receive")
	synced(t, s)
	if got := show(t, repo, "p.md"); got != "FAKEKEY" {
		t.Errorf("p.md there is %q when the rule is gone", got)
	}
}

// A file name, a line in many commits and a size: what hosts look at besides secrets.
func TestManyKindsOfRefusedCommits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		hook       string
		bad, fixed map[string]string
	}{
		"file name": {`while read old new ref; do git log --name-only --format= $old..$new | grep -q '\.exe$' && { echo "GL-HOOK-ERR: forbidden file" >&2; exit 1; }; done; exit 0`,
			map[string]string{"x.exe": "x"}, map[string]string{"x.exe": ""}},
		"size": {`while read old new ref; do git rev-list --objects $old..$new | cut -d' ' -f1 | git cat-file --batch-check='%(objectsize)' |
			while read n; do [ "$n" -gt 5000 ] && { echo "remote: error: File photo.jpg is 120.00 MB; this exceeds GitHub's file size limit of 100.00 MB" >&2; exit 1; }; true; done || exit 1; done`,
			map[string]string{"photo.jpg": strings.Repeat("0123456789", 1000)}, map[string]string{"photo.jpg": "small"}},
		"two guilty": {noKeys,
			map[string]string{"one.md": "FAKEKEY\n", "two.md": "FAKEKEY\n"},
			map[string]string{"one.md": "fine\n", "two.md": ""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			repo := remoteWith(t, map[string]string{"a.md": "a\n"})
			hook(t, repo, "pre-receive", c.hook)
			s := open(t, Config{Remote: repo, PushDelay: 1 << 40})
			var innocent []*Commit
			for i := range 9 {
				innocent = append(innocent, put(t, s, "post", map[string]string{fmt.Sprintf("p-%d.md", i): "text\n"}))
				if i == 4 {
					for path, text := range c.bad {
						put(t, s, "bad", map[string]string{path: text})
					}
				}
			}
			_ = s.Sync(t.Context())
			for _, p := range innocent {
				pushed(t, s, p)
			}
			if st := s.Status(); len(st.Refused) != len(c.bad) {
				t.Errorf("refused: %+v", st.Refused)
			}
			put(t, s, "fixed", c.fixed)
			synced(t, s)
			if st := s.Status(); st.Unpushed != 0 {
				t.Errorf("status: %+v", st)
			}
			fsck(t, repo)
		})
	}
}

// A rule that holds for every push sets nothing in another order: the commits go out as they
// were made when it is gone.
func TestRefusalOfEveryPushKeepsTheCommits(t *testing.T) {
	t.Parallel()
	repo := remoteWith(t, map[string]string{"a.md": "a\n"})
	hook(t, repo, "pre-receive", `echo "GH006: Protected branch update failed" >&2; exit 1`)
	s := open(t, Config{Remote: repo})
	var all []*Commit
	for i := range 3 {
		all = append(all, put(t, s, fmt.Sprint("post ", i), map[string]string{fmt.Sprintf("p-%d.md", i): "text\n"}))
		if reason := refusedOnce(t, s, all[i]); !strings.Contains(reason, "Protected branch") {
			t.Errorf("the reason: %s", reason)
		}
	}
	unhook(t, repo, "pre-receive")
	synced(t, s)
	for _, c := range all {
		pushed(t, s, c)
	}
	if got := runGit(t, repo, "log", "--format=%s", "main"); got != "post 2\npost 1\npost 0\nstart" {
		t.Errorf("the branch there:\n%s", got)
	}
}

// A proxy in front of the host refuses large requests.
func TestPushThatIsTooLargeForAProxyDoesNotStopTheOthers(t *testing.T) {
	t.Parallel()
	repo := remoteWith(t, map[string]string{"a.md": "a\n"})
	web := serveHTTP(t, repo, "", "")
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.ContentLength > 50_000 {
			_, _ = io.Copy(io.Discard, r.Body)
			http.Error(w, "<html>413 Request Entity Too Large</html>", http.StatusRequestEntityTooLarge)
			return
		}
		web.Config.Handler.ServeHTTP(w, r)
	}))
	defer proxy.Close()
	s := open(t, Config{Remote: proxy.URL + "/" + filepath.Base(repo)})
	big := make([]byte, 200<<10)
	_, _ = (&noise{}).Read(big)
	reason := refusedOnce(t, s, put(t, s, "photo", map[string]string{"big.jpg": string(big)}))
	if !strings.Contains(reason, "client_max_body_size") {
		t.Errorf("the reason: %s", reason)
	}
	pushed(t, s, put(t, s, "post", map[string]string{"p.md": "text\n"}))
	pushed(t, s, put(t, s, "delete", map[string]string{"big.jpg": ""}))
	if st := s.Status(); st.Unpushed != 0 {
		t.Errorf("status: %+v", st)
	}
}

// Two texts that met are both in the history, although the host refuses both for a while.
func TestRefusedConflictKeepsBothTexts(t *testing.T) {
	t.Parallel()
	repo := remoteWith(t, map[string]string{"both.md": "start\n"})
	dir := filepath.Join(t.TempDir(), "clone")
	s := open(t, Config{Remote: repo, Dir: dir})
	hook(t, repo, "pre-receive", peopleOnly)
	refusedOnce(t, s, put(t, s, "ours", map[string]string{"both.md": "our text\n"}))
	checkout(t, repo).edit(map[string]string{"both.md": "their text\n"}, "by hand")
	_ = s.Sync(t.Context()) // replays; the push is declined
	shut(t, s)
	s = open(t, Config{Remote: repo, Dir: dir})
	_ = s.Sync(t.Context())
	unhook(t, repo, "pre-receive")
	synced(t, s)
	for _, text := range []string{"our text\n", "their text\n"} {
		if !inHistory(t, repo, text) {
			t.Errorf("%q is not in the remote's history", text)
		}
	}
}
