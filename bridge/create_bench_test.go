package bridge_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gitpost/bridge"
	"gitpost/bridge/config"
	"gitpost/bridge/state"
)

// BenchmarkCreate measures a post from the HTTP request to the durable commit, with push_wait
// 0s, on blogs of several sizes, beside `git add` and `git commit` of one file in a work tree.
// The two take turns, so that both meet the same machine; between the turns the push is
// waited for. p50-ms and git-p50-ms are medians; x-git tells how many times faster the
// request is.
func BenchmarkCreate(b *testing.B) {
	for _, blog := range benchBlogs() {
		b.Run(blog.String(), func(b *testing.B) {
			remote, work := blog.remote(b), filepath.Join(b.TempDir(), "work")
			runGit(b, "", nil, "clone", "--quiet", remote, work)
			app := serveBlog(b, b.TempDir(), remote)
			app.create("Note before the benchmark, which indexes the blog")
			var mine, git []time.Duration
			for b.Loop() {
				began := time.Now()
				app.create(fmt.Sprintf("Note %d of the benchmark, a few words long", len(mine)))
				mine = append(mine, time.Since(began))
				b.StopTimer()
				app.awaitPush()
				git = append(git, commitByHand(b, work, blog.byHand(len(git))))
				b.StartTimer()
			}
			b.ReportMetric(float64(median(mine).Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(median(git).Microseconds())/1000, "git-p50-ms")
			b.ReportMetric(float64(median(git))/float64(median(mine)), "x-git")
		})
	}
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

func runGit(tb testing.TB, folder string, stdin io.Reader, args ...string) {
	tb.Helper()
	c := exec.Command("git", args...)
	c.Dir, c.Stdin = folder, stdin
	c.Env = append(os.Environ(), "GIT_AUTHOR_NAME=Hand", "GIT_AUTHOR_EMAIL=hand@blog.example", "GIT_COMMITTER_NAME=Hand",
		"GIT_COMMITTER_EMAIL=hand@blog.example")
	if out, err := c.CombinedOutput(); err != nil {
		tb.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// benchClient keeps a connection for each of many clients.
var benchClient = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}}

// benchApp posts to a server of its own.
type benchApp struct {
	tb         testing.TB
	url, token string
}

// serveBlog serves the repository until the benchmark ends.
func serveBlog(tb testing.TB, folder, remote string) benchApp {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	data := filepath.Join(folder, "data")
	c := config.Config{
		Server: config.Server{URL: "http://" + l.Addr().String(), Data: data, MediaMaxSize: 100_000_000, MediaMaxWidth: 2048,
			RateBadTokens: 120},
		Sites: []config.Site{{Dir: data, Me: "https://blog.example/", Repo: remote, AuthorName: "Ada",
			AuthorEmail: "ada@blog.example"}},
	}
	ctx, stop := context.WithCancel(context.Background())
	server, err := bridge.Open(ctx, c, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		tb.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, l) }()
	tb.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			tb.Error(err)
		}
	})
	db, err := state.Open(ctx, c.StateFile())
	if err != nil {
		tb.Fatal(err)
	}
	defer db.Close()
	token, err := db.CreateToken(ctx, state.Token{Scope: []string{"create"}})
	if err != nil {
		tb.Fatal(err)
	}
	return benchApp{tb, c.URL, token}
}

func (a benchApp) create(content string) {
	body := fmt.Sprintf(`{"type":["h-entry"],"properties":{"content":[%q],"category":["harbour"]}}`, content)
	r, err := http.NewRequest(http.MethodPost, a.url+"/micropub", strings.NewReader(body))
	if err != nil {
		a.tb.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+a.token)
	if status, text := a.do(r); status != http.StatusCreated {
		a.tb.Fatalf("a create was answered %d\n%s", status, text)
	}
}

// awaitPush waits until no commit waits for its push.
func (a benchApp) awaitPush() {
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	for deadline := time.After(time.Minute); ; {
		r, err := http.NewRequest(http.MethodGet, a.url+"/readyz", nil)
		if err != nil {
			a.tb.Fatal(err)
		}
		if _, text := a.do(r); strings.Contains(text, `"unpushed":0`) {
			return
		}
		select {
		case <-again.C:
		case <-deadline:
			a.tb.Fatal("the posts are not pushed")
		}
	}
}

func (a benchApp) do(r *http.Request) (status int, body string) {
	answer, err := benchClient.Do(r)
	if err != nil {
		a.tb.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		a.tb.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// commitByHand tells how long `git add` and `git commit` of one new post take in a work tree.
func commitByHand(tb testing.TB, work, name string) time.Duration {
	tb.Helper()
	if err := os.MkdirAll(filepath.Dir(filepath.Join(work, name)), 0o755); err != nil {
		tb.Fatal(err)
	}
	text := fmt.Sprintf("---\ndate: 2023-06-01T09:00:00Z\ntags:\n  - harbour\n---\nNote %s by hand\n", name)
	if err := os.WriteFile(filepath.Join(work, name), []byte(text), 0o644); err != nil {
		tb.Fatal(err)
	}
	began := time.Now()
	runGit(tb, work, nil, "add", name)
	runGit(tb, work, nil, "commit", "--quiet", "--message", "Note")
	return time.Since(began)
}
