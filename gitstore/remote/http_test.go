package remote

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"gitpost/gitstore/git"
)

const tip = "1111111111111111111111111111111111111111"

// advertisement is what a Git host says first over HTTP.
func advertisement(service, caps string) string {
	pkt := func(s string) string { return fmt.Sprintf("%04x%s", len(s)+4, s) }
	return pkt("# service="+service+"\n") + "0000" + pkt(tip+" refs/heads/main\x00"+caps+"\n") + "0000"
}

// fakeHost answers greetings and records the credentials that it gets.
type fakeHost struct {
	*httptest.Server
	mu   sync.Mutex
	auth []string
}

func newFakeHost(t *testing.T, handle http.HandlerFunc) *fakeHost {
	h := &fakeHost{}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		h.auth = append(h.auth, r.Header.Get("Authorization"))
		h.mu.Unlock()
		handle(w, r)
	}))
	t.Cleanup(h.Close)
	return h
}

func greet(w http.ResponseWriter, r *http.Request) {
	service := r.URL.Query().Get("service")
	w.Header().Set("Content-Type", "application/x-"+service+"-advertisement")
	_, _ = io.WriteString(w, advertisement(service, "report-status side-band-64k ofs-delta"))
}

func mustRemote(t *testing.T, c Config) *Remote {
	t.Helper()
	r, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func nothing(bool) (git.Pack, error) { return git.EmptyPack(), nil }

var update = Update{Ref: "refs/heads/main", Old: git.OID{0x11}, New: git.OID{0x22}}

func TestCredentialNeverFollowsARedirectElsewhere(t *testing.T) {
	stranger := newFakeHost(t, greet)
	for _, status := range []int{301, 302, 303, 307, 308} {
		host := newFakeHost(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, stranger.URL+r.URL.Path+"?"+r.URL.RawQuery, status)
		})
		for name, c := range map[string]Config{
			"password": {URL: host.URL + "/blog.git", Password: "sesame-4711"},
			"in URL":   {URL: strings.Replace(host.URL, "://", "://me:sesame-4711@", 1) + "/blog.git"},
			"none":     {URL: host.URL + "/blog.git"},
		} {
			r := mustRemote(t, c)
			for range 2 { // a session changes nothing that the next one uses
				_, err := r.Fetch(t.Context())
				var e *Error
				if !errors.As(err, &e) || !strings.Contains(e.Reason, "redirects to "+stranger.URL+"/blog.git") || e.Hint == "" {
					t.Errorf("%d, %s: fetch: %v", status, name, err)
				}
				if err := r.Explain("push to", r.Push(t.Context(), update, nothing, func() {})); err == nil ||
					!strings.Contains(err.Error(), stranger.URL) {
					t.Errorf("%d, %s: push: %v", status, name, err)
				}
			}
		}
	}
	if len(stranger.auth) > 0 {
		t.Errorf("the stranger was asked %d times, with %q", len(stranger.auth), stranger.auth)
	}
}

// The host greets, and redirects the question: to a stranger, to another scheme, in a circle.
func TestRedirectedQuestionsAndCircles(t *testing.T) {
	stranger := newFakeHost(t, greet)
	for name, to := range map[string]string{"stranger": stranger.URL + "/blog.git/git-receive-pack",
		"scheme": "https://127.0.0.1/x", "own scheme": "gitpost://x/y"} {
		host := newFakeHost(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				http.Redirect(w, r, to, http.StatusTemporaryRedirect)
				return
			}
			greet(w, r)
		})
		r := mustRemote(t, Config{URL: host.URL + "/blog.git", Password: "sesame-4711"})
		err := r.Explain("push to", r.Push(t.Context(), Update{Ref: "refs/heads/main", New: git.OID{1}}, nothing, func() {}))
		if err == nil || !strings.Contains(err.Error(), "redirects to") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(stranger.auth) > 0 {
		t.Errorf("the stranger got %q", stranger.auth)
	}
	circle := newFakeHost(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.String(), http.StatusMovedPermanently)
	})
	if _, err := mustRemote(t, Config{URL: circle.URL + "/blog.git"}).Fetch(t.Context()); err == nil {
		t.Error("a circle of redirects is no error")
	}
}

func TestRedirectOnTheSameHostIsFollowedAndReported(t *testing.T) {
	var mu sync.Mutex
	renamed := true
	host := newFakeHost(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if rest, old := strings.CutPrefix(r.URL.Path, "/old.git"); old && renamed {
			http.Redirect(w, r, "/new.git"+rest+"?"+r.URL.RawQuery, http.StatusMovedPermanently)
			return
		}
		greet(w, r)
	})
	r := mustRemote(t, Config{URL: host.URL + "/old.git", Password: "sesame-4711"})
	f, err := r.Fetch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	if got := r.Moved(); got != host.URL+"/new.git" {
		t.Errorf("it moved to %q", got)
	}
	for _, auth := range host.auth {
		if auth == "" {
			t.Error("the credential was not sent on the same host")
		}
	}
	// A new repository with the old name is used at once.
	mu.Lock()
	renamed = false
	mu.Unlock()
	if _, err := r.Fetch(t.Context()); err != nil || r.Moved() != "" {
		t.Errorf("moved to %q, %v", r.Moved(), err)
	}
}

// A repository that is renamed between two pushes: the remembered session asks the old address.
func TestRedirectedPushAsksAgainWhereTheRepositoryIs(t *testing.T) {
	var mu sync.Mutex
	var paths []string
	renamed := false
	report := func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/x-git-receive-pack-result")
		inner := "000eunpack ok\n0017ok refs/heads/main\n0000"
		_, _ = fmt.Fprintf(w, "%04x\x01%s0000", len(inner)+5, inner)
	}
	host := newFakeHost(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		paths = append(paths, r.Method+" "+r.URL.Path)
		rest, old := strings.CutPrefix(r.URL.Path, "/old.git")
		switch {
		case old && renamed:
			http.Redirect(w, r, "/new.git"+rest+"?"+r.URL.RawQuery, http.StatusTemporaryRedirect)
		case r.Method == http.MethodPost:
			_, _ = io.Copy(io.Discard, r.Body)
			report(w)
		default:
			greet(w, r)
		}
	})
	r := mustRemote(t, Config{URL: host.URL + "/old.git"})
	push := func() {
		t.Helper()
		if err := r.Push(t.Context(), update, nothing, func() {}); err != nil {
			t.Fatal(err)
		}
	}
	push()
	mu.Lock()
	renamed, paths = true, nil
	mu.Unlock()
	push()
	if got := strings.Join(paths,
		", "); got != "POST /old.git/git-receive-pack, GET /old.git/info/refs, GET /new.git/info/refs, POST /new.git/git-receive-pack" {
		t.Errorf("the second push: %s", got)
	}
	mu.Lock()
	renamed, paths = false, nil // a new repository has the old name
	mu.Unlock()
	push()
	if got := strings.Join(paths, ", "); got != "GET /old.git/info/refs, POST /old.git/git-receive-pack" {
		t.Errorf("the third push: %s", got)
	}
}

func TestAnswersThatAreNoneOfGits(t *testing.T) {
	for name, c := range map[string]struct {
		status      int
		kind, body  string
		want        []string
		unreachable bool
	}{
		"sign-in page": {200, "text/html; charset=utf-8", "<!DOCTYPE html><title>Sign in</title>",
			[]string{"web page", "sign-in"}, false},
		"page without type": {200, "", "\n  <html><body>Please sign in</body></html>", []string{"web page"}, false},
		"page with a mark":  {200, "text/plain", "\ufeff<!doctype HTML>", []string{"web page"}, false},
		"archived": {403, "text/plain", "repo is archived. You can view files and clone it, but cannot push",
			[]string{"archived", "unarchive"}, false},
		"deleted": {403, "text/plain", "Push to create is not enabled for users.",
			[]string{"deleted, renamed or never made"}, false},
		"deleted, 404": {404, "text/plain", "not found", []string{"no such repository"}, false},
		"proxy limit": {413, "text/html", "<html>413 Request Entity Too Large</html>",
			[]string{"does not accept a push of this size", "client_max_body_size"}, false},
		"in trouble, page": {504, "text/html", "<html><head><title>Down &amp; out\nfor an hour</title></head>…",
			[]string{"504: Down & out for an hour"}, true},
		"in trouble":        {503, "text/html", "<html>Unicorn!</html>", []string{"503"}, true},
		"in trouble, words": {502, "text/plain", "Bad Gateway", []string{"502: Bad Gateway"}, true},
		"too many":          {429, "text/plain", "rate limit", []string{"slow down"}, true},
		"wrong credential": {401, "text/plain", "remote: error: invalid credentials\n",
			[]string{"invalid credentials", "token"}, false},
		"read-only key": {403, "text/plain", "Deploy Key: 1:gitpost is not authorized to write", []string{"may write"},
			false},
		"SHA-256 by hash": {200, "application/x-git-upload-pack-advertisement", "001e# service=git-upload-pack\n0000" +
			"005a" + strings.Repeat("a", 64) + " HEAD\x00multi_ack ofs-d\n" + "0000",
			[]string{"SHA-256", "--object-format=sha1"}, false},
		"SHA-256": {200, "application/x-git-upload-pack-advertisement", "001e# service=git-upload-pack\n0000" +
			"0069" + strings.Repeat("a", 64) + " HEAD\x00thin-pack object-format=sha256\n" + "0000",
			[]string{"SHA-256 repository, which gitpost cannot use"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			host := newFakeHost(t, func(w http.ResponseWriter, r *http.Request) {
				if c.kind != "" {
					w.Header().Set("Content-Type", c.kind)
				}
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			})
			_, err := mustRemote(t, Config{URL: host.URL + "/blog.git", Password: "sesame-4711"}).Fetch(t.Context())
			var e *Error
			if !errors.As(err, &e) || e.Unreachable != c.unreachable {
				t.Fatalf("got %v", err)
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is not in: %v", want, err)
				}
			}
			if strings.Contains(err.Error(), "<") {
				t.Errorf("HTML is shown: %v", err)
			}
		})
	}
}

func TestNameHasNoCredential(t *testing.T) {
	for _, address := range []string{"https://me:sesame@git.example/me/blog.git",
		"https://sesame@git.example/me/blog.git"} {
		r := mustRemote(t, Config{URL: address})
		if r.Name() != "https://git.example/me/blog.git" {
			t.Errorf("%s is shown as %s", address, r.Name())
		}
	}
	_, err := New(Config{URL: "gopher://me:sesame@git.example/me"})
	if err == nil || strings.Contains(err.Error(), "sesame") {
		t.Errorf("got %v", err)
	}
}

// A proxy refuses a large push from its headers alone and reads none of it.
func TestLargePushThatIsRefusedUnreadIsToldInWords(t *testing.T) {
	host := newFakeHost(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			w.Header().Set("Connection", "close")
			http.Error(w, "<html>413</html>", http.StatusRequestEntityTooLarge)
			return
		}
		greet(w, r)
	})
	large := git.Pack{Size: 40 << 20, Open: func() io.Reader { return io.LimitReader(zeros{}, 40<<20) }}
	r := mustRemote(t, Config{URL: host.URL + "/blog.git"})
	for range 5 {
		err := r.Push(t.Context(), update, func(bool) (git.Pack, error) { return large, nil }, func() {})
		if !Refused(err) || !strings.Contains(r.Explain("push to", err).Error(), "413") {
			t.Errorf("got %v", err)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestLongWordsKeepTheirBeginningAndEnd(t *testing.T) {
	var text strings.Builder
	text.WriteString("remote: error: GH013: Repository rule violations found for refs/heads/main.\nremote: \n")
	for i := range 30 {
		fmt.Fprintf(&text, "remote: line %d\n", i)
	}
	got := oneLine(text.String())
	if !strings.HasPrefix(got, "GH013: Repository rule violations found for refs/heads/main.; line 0;") ||
		!strings.HasSuffix(got, "; line 29") || len(got) > 300 {
		t.Errorf("got %q", got)
	}
	if a, ok := AdviceFor(got); !ok || !strings.Contains(a.Hint, "Settings → Branches or Rules") {
		t.Errorf("the advice is %+v", a)
	}
}
