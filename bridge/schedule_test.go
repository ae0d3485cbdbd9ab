package bridge_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// until waits for a condition that something in the background will bring about.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	end := time.After(time.Minute)
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for !holds() {
		select {
		case <-end:
			t.Fatalf("waited in vain until %s", what)
		case <-look.C:
		}
	}
}

// soon is a time that a post sent now does not miss: whole seconds, and no less than three of them.
func soon() string { return time.Now().Add(4 * time.Second).Format(time.RFC3339) }

func (f *fixture) subjects() []string {
	f.t.Helper()
	return strings.Split(strings.TrimSpace(f.askRemote("log", "--format=%s", "main")), "\n")
}

// TestScheduledPostAppearsAtItsTime schedules a post, builds the site before and after, and
// looks for the commit that has CI build it.
func TestScheduledPostAppearsAtItsTime(t *testing.T) {
	t.Parallel()
	for _, generator := range skeletons {
		t.Run(generator, func(t *testing.T) {
			t.Parallel()
			version := generatorVersion(t, generator)
			f := serve(t, generator, func(c *settings) { c.Options.Version = version })
			before := len(f.subjects())
			due := time.Now().Truncate(time.Second).Add(4 * time.Second)
			location := f.create(`{"type": ["h-entry"], "properties": {"content": ["The tide turns"], "published": ["` +
				due.Format(time.RFC3339) + `"]}}`)
			tells := func() (found bool) {
				out, _ := f.build(generator)
				everywhere(t, out, func(_, text string) { found = found || strings.Contains(text, "The tide turns") })
				return found
			}
			if tells() && time.Now().Before(due) {
				t.Error("the post is on the site before its time")
			}
			until(t, "the site is built again", func() bool { return len(f.subjects()) == before+2 })
			if now := time.Now(); now.Before(due) {
				t.Errorf("a build was asked for at %s, before %s", now, due)
			}
			message := git(t, f.remote, "log", "-1", "--format=%B", "main")
			for _, want := range []string{"Publish scheduled note: " + location, "Gitpost-Url: " + location} {
				if !strings.Contains(message, want) {
					t.Errorf("the commit does not say %q:\n%s", want, message)
				}
			}
			if change := f.lastChange(); change != "" {
				t.Errorf("the commit changes files: %s", change)
			}
			if !tells() {
				t.Error("the post is not on the site after its time")
			}
		})
	}
}

// TestPostThatWasDueDuringAnOutageIsBuiltOnceAfterIt has a post come due while nobody serves.
func TestPostThatWasDueDuringAnOutageIsBuiltOnceAfterIt(t *testing.T) {
	f := serve(t, "hugo", nil)
	if err := f.stop(); err != nil {
		t.Fatal(err)
	}
	// Committed an hour ago, due half an hour ago: no build has shown it.
	committed, due := time.Now().Add(-time.Hour), time.Now().Add(-30*time.Minute)
	t.Setenv("GIT_COMMITTER_DATE", committed.Format(time.RFC3339))
	f.edit("To come", func(dir string) {
		text := fmt.Sprintf("---\ntitle: Missed\ndate: %s\n---\nText\n", due.Format(time.RFC3339))
		if err := os.WriteFile(filepath.Join(dir, "content/posts/missed.md"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	})
	os.Unsetenv("GIT_COMMITTER_DATE")
	before := len(f.subjects())
	f.start()
	f.fetch()
	until(t, "the site is built", func() bool { return len(f.subjects()) > before })
	if got := f.subjects()[0]; got != "Publish scheduled article: Missed" {
		t.Errorf("the commit is %q", got)
	}
	for range 2 { // what was built stays built
		if err := f.stop(); err != nil {
			t.Fatal(err)
		}
		if err := os.RemoveAll(f.config.Data); err != nil { // also without anything kept here
			t.Fatal(err)
		}
		f.start()
	}
	f.token = f.newToken("create")
	f.create(`{"type": ["h-entry"], "properties": {"content": ["Another"]}}`)
	if got := f.subjects(); len(got) != before+2 {
		t.Errorf("the site was built more than once: %q", got)
	}
}

// TestBuildHookIsCalledInPlaceOfACommit uses a host that does not build empty commits.
func TestBuildHookIsCalledInPlaceOfACommit(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.URL.RawQuery == "key=s3cret" {
			calls.Add(1)
		}
	}))
	defer hook.Close()
	f := serve(t, "jekyll", func(c *settings) { c.BuildHook = hook.URL + "/build?key=s3cret" })
	f.create(`{"type": ["h-entry"], "properties": {"content": ["Soon"], "published": ["` + soon() + `"]}}`)
	commits := f.commits()
	until(t, "the hook is called", func() bool { return calls.Load() > 0 })
	for range 2 { // a restart asks for nothing that was built
		if err := f.stop(); err != nil {
			t.Fatal(err)
		}
		f.start()
	}
	if n := calls.Load(); n != 1 {
		t.Errorf("the hook was called %d times", n)
	}
	if got := f.commits(); got != commits {
		t.Errorf("commits were made beside: %q", f.subjects())
	}
}

// TestFailingBuildHookIsToldAndTriedAgain has a hook that is down until /readyz has said so; its
// address never shows.
func TestFailingBuildHookIsToldAndTriedAgain(t *testing.T) {
	t.Parallel()
	var up atomic.Bool
	var refusals, calls atomic.Int32
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !up.Load() {
			refusals.Add(1)
			http.Error(w, "no", http.StatusBadGateway)
			return
		}
		calls.Add(1)
	}))
	defer hook.Close()
	f := serve(t, "hugo", func(c *settings) { c.BuildHook = hook.URL + "/s3cret" })
	f.create(`{"type": ["h-entry"], "properties": {"content": ["Soon"], "published": ["` + soon() + `"]}}`)
	until(t, "/readyz tells of the failure", func() bool {
		a := f.send("GET", "/readyz", "", "")
		if strings.Contains(a.Body, "s3cret") {
			t.Fatalf("the hook's address is told: %s", a.Body)
		}
		return a.Status == http.StatusServiceUnavailable && strings.Contains(a.Body, "502 Bad Gateway")
	})
	up.Store(true)
	until(t, "the hook has answered", func() bool { return f.send("GET", "/readyz", "", "").Status == http.StatusOK })
	if refusals.Load() == 0 || calls.Load() != 1 {
		t.Errorf("the hook refused %d calls and took %d, want some and 1", refusals.Load(), calls.Load())
	}
}
