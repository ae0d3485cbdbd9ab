package bridge_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gitpost/bridge/config"
	"gitpost/bridge/state"
)

// TestHomeIsSmall adds up what a browser fetches for the first view of the posts: the page with a full list,
// and all that it refers to.
func TestHomeIsSmall(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", func(c *settings) { c.PushWait = 0 }).owned()
	for i := range 20 {
		f.create(fmt.Sprintf(`{"type":["h-entry"],"properties":{"name":["A post with a title of the usual length, number %d"],"content":["x"]}}`, i))
	}
	p := f.person().signIn()
	page := p.want(p.get("/"), http.StatusOK, "number 19")
	total := len(page.Body)
	list := fmt.Sprintf("%d the page", total)
	for _, m := range regexp.MustCompile(`(?:href|src)="(/assets/[^"]+|/manifest[^"]+)"`).FindAllStringSubmatch(page.Body,
		-1) {
		if strings.Contains(list, m[1]) {
			continue
		}
		a := f.send("GET", m[1], "", "", "Accept-Encoding", "gzip")
		if a.Status != http.StatusOK {
			t.Fatalf("%s: %d", m[1], a.Status)
		}
		total += len(a.Body)
		list += fmt.Sprintf("\n%d %s", len(a.Body), m[1])
	}
	const most = 60 << 10
	if total > most {
		t.Errorf("the first view has %d bytes, more than %d:\n%s", total, most, list)
	}
	t.Logf("%d bytes:\n%s", total, list)
}

// BenchmarkHome measures the first page of the posts in a server that is a process of its own, over
// loopback HTTP: the first answer after the start, and the 95th of 100 answers, with filters and with a
// search that finds nothing too.
func BenchmarkHome(b *testing.B) {
	for _, posts := range []int{1_000, 100_000} {
		b.Run(fmt.Sprintf("posts=%d", posts), func(b *testing.B) {
			folder := b.TempDir()
			makeWordyBlog(b, filepath.Join(folder, "remote.git"), posts)
			serveSite(b, folder).stop() // makes the clone
			app := serveSite(b, folder)
			defer app.stop()
			cookie := sessionIn(b, filepath.Join(folder, "data"))
			first := app.timesOf(1, cookie, "/", "Post ")[0]
			var home, filtered, nothing []float64
			p95 := func(path, text string) float64 { return app.timesOf(100, cookie, path, text)[94] }
			for b.Loop() {
				home = append(home, p95("/", "Post "))
				filtered = append(filtered, p95("/?q=harbour&type=article", "Post "))
				nothing = append(nothing, p95("/?q=nowhere&tag=tag7", "No post matches."))
			}
			b.ReportMetric(first, "first-ms")
			b.ReportMetric(slices.Min(home), "home-ms")
			b.ReportMetric(slices.Min(filtered), "filtered-ms")
			b.ReportMetric(slices.Min(nothing), "nothing-ms")
		})
	}
}

// sessionIn is the cookie of a new session of the owner.
func sessionIn(b *testing.B, data string) string {
	b.Helper()
	c := config.Config{Server: config.Server{Data: data}}
	db, err := state.Open(b.Context(), c.StateFile())
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	now := time.Now()
	secret, err := db.CreateSession(b.Context(), state.Session{Browser: "a benchmark", Created: now, Used: now,
		Expires: now.Add(time.Hour)})
	if err != nil {
		b.Fatal(err)
	}
	return "gitpost_session=" + secret
}

// timesOf asks n times for a page, which must have a text, and returns how long the answers took, shortest first.
func (p siteProcess) timesOf(n int, cookie, path, text string) (took []float64) {
	p.tb.Helper()
	for range n {
		r, err := http.NewRequest(http.MethodGet, p.url+path, nil)
		if err != nil {
			p.tb.Fatal(err)
		}
		r.Header.Set("Cookie", cookie)
		began := time.Now()
		status, body := p.do(r)
		took = append(took, milliseconds(time.Since(began)))
		if status != http.StatusOK || !strings.Contains(string(body), text) {
			p.tb.Fatalf("%s was answered %d\n%s", path, status, body)
		}
	}
	slices.Sort(took)
	return took
}
