package delivery

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"gitpost/bridge/config"
	"gitpost/bridge/mf2"
	"gitpost/bridge/outbound"
	"gitpost/bridge/state"
)

func TestMain(m *testing.M) {
	outbound.AllowLoopback()
	os.Exit(m.Run())
}

// rig is a Deliverer over a real state database, for a site whose repository is a map and whose built
// pages another.
type rig struct {
	t        *testing.T
	db       *state.DB
	file     string // of db
	web      *httptest.Server
	deliver  *Deliverer
	life     context.Context // of the process
	kill     func()          // ends it at once
	settings config.Site

	mu      sync.Mutex // guards all below
	now     time.Time
	tips    []map[string]mf2.Item // by URL; a commit is an index
	remote  int
	pages   map[string]string // by path
	down    bool
	asked   int // requests for pages
	cites   []Cite
	known   string // what the repository has for .well-known
	commits int    // by AddSyndication
}

func newRig(t *testing.T) *rig {
	r := &rig{t: t, now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), tips: []map[string]mf2.Item{{}},
		pages: map[string]string{}, file: filepath.Join(t.TempDir(), "state.db")}
	r.web = httptest.NewServer(http.HandlerFunc(r.serve))
	t.Cleanup(r.web.Close)
	r.settings = config.Site{Me: r.web.URL + "/", Delivery: true, Webmention: true}
	r.start()
	return r
}

// start opens the state database, as a server that starts does.
func (r *rig) start() {
	r.t.Helper()
	db, err := state.Open(r.t.Context(), r.file)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { db.Close() })
	r.db = db
	r.deliver = New(Options{State: db, Sites: []Site{r}, Now: r.clock})
	r.life, r.kill = context.WithCancel(r.t.Context())
	r.deliver.Begin(r.life)
}

// restart ends the process and starts another one.
func (r *rig) restart() {
	r.t.Helper()
	r.kill()
	if err := r.db.Close(); err != nil {
		r.t.Fatal(err)
	}
	r.start()
}

func (r *rig) serve(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked++
	text, ok := r.pages[q.URL.Path]
	switch {
	case r.down:
		http.Error(w, "the site is down", http.StatusBadGateway)
	case !ok:
		http.NotFound(w, q)
	default:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, text)
	}
}

func (r *rig) clock() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now
}

// pass lets time pass, and carries out what is due then.
func (r *rig) pass(d time.Duration) {
	r.t.Helper()
	end := r.clock().Add(d)
	for {
		wait := r.round()
		r.mu.Lock()
		over := wait < 0 || r.now.Add(wait).After(end)
		if over {
			r.now = end
		} else {
			r.now = r.now.Add(wait)
		}
		r.mu.Unlock()
		if over {
			return
		}
	}
}

// round carries out what is due, and returns when something is due again; below 0: never.
func (r *rig) round() time.Duration {
	r.t.Helper()
	for {
		wait, err := r.deliver.round(r.life)
		if r.life.Err() != nil { // killed: nothing of what was under way is stored
			r.restart()
			continue
		}
		if err != nil {
			r.t.Fatal(err)
		}
		if wait != 0 {
			return wait
		}
	}
}

func (r *rig) moved() { r.deliver.Moved(r.Me()) }

// commit changes posts, by their paths; a nil item deletes.
func (r *rig) commit(path string, item *mf2.Item) {
	r.mu.Lock()
	next := maps.Clone(r.tips[len(r.tips)-1])
	delete(next, r.web.URL+path)
	if item != nil {
		next[r.web.URL+path] = *item
	}
	r.tips = append(r.tips, next)
	r.mu.Unlock()
	r.moved()
	r.round()
}

// push brings all commits to the remote.
func (r *rig) push() {
	r.mu.Lock()
	r.remote = len(r.tips) - 1
	r.mu.Unlock()
	r.moved()
	r.round()
}

// build puts a page on the site; "" takes it away. Then the host reports the build.
func (r *rig) build(path, html string) {
	r.t.Helper()
	r.mu.Lock()
	r.pages[path] = html
	if html == "" {
		delete(r.pages, path)
	}
	r.mu.Unlock()
	if err := r.deliver.Built(r.t.Context(), r.Me(), Build{}); err != nil {
		r.t.Fatal(err)
	}
	r.round()
}

// publish commits a post, pushes it, and builds its page.
func (r *rig) publish(path string, item *mf2.Item, html string) {
	r.t.Helper()
	r.commit(path, item)
	r.push()
	r.build(path, html)
}

func (r *rig) rows(kind string) []state.Delivery {
	r.t.Helper()
	rows, err := r.db.Deliveries(r.t.Context(), state.DeliveryFilter{Kind: kind})
	if err != nil {
		r.t.Fatal(err)
	}
	return rows
}

// one is the only row of a kind.
func (r *rig) one(kind string) state.Delivery {
	r.t.Helper()
	rows := r.rows(kind)
	if len(rows) != 1 {
		r.t.Fatalf("there are %d rows of %s: %v", len(rows), kind, rows)
	}
	return rows[0]
}

// The methods of Site.

func (r *rig) Me() string           { return r.web.URL + "/" }
func (r *rig) Config() *config.Site { return &r.settings }
func (r *rig) Log() *slog.Logger    { return slog.New(slog.DiscardHandler) }
func (r *rig) Owns(url string) bool { return strings.HasPrefix(url, r.web.URL) }

func (r *rig) Changed(_ context.Context, since string, _ int) (Changes, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	tip := len(r.tips) - 1
	out := Changes{Tip: strconv.Itoa(tip)}
	if since == "" {
		return out, nil
	}
	from, err := strconv.Atoi(since)
	if err != nil {
		return out, err
	}
	before, after := r.tips[from], r.tips[tip]
	for url, item := range before {
		if _, ok := after[url]; !ok {
			out.Posts = append(out.Posts, Change{URL: url, Path: url, Gone: true, Before: item})
		}
	}
	for url, item := range after {
		if old, ok := before[url]; !ok || versionOf(old) != versionOf(item) {
			out.Posts = append(out.Posts, Change{URL: url, Path: url, Blob: versionOf(item), Item: item, Before: old})
		}
	}
	return out, nil
}

func (r *rig) IsPushed(path, blob string) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	item, ok := r.tips[r.remote][path]
	return ok && versionOf(item) == blob || !ok && blob == "", nil
}

func (r *rig) Post(_ context.Context, url string) (mf2.Item, bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	item, ok := r.tips[len(r.tips)-1][url]
	return item, ok, nil
}

func (r *rig) BaseURL() string { return r.web.URL + "/" }
func (r *rig) Title() string   { return "Rivers" }

func (r *rig) WellKnown(context.Context, string) ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return []byte(r.known), nil
}

func (r *rig) AddWellKnown(_ context.Context, _, text string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.known = text
	return nil
}

func (r *rig) AddSyndication(_ context.Context, url string, links []string, record string) error {
	r.mu.Lock()
	r.commits++
	next := maps.Clone(r.tips[len(r.tips)-1])
	item := next[url].Clone()
	for _, link := range links {
		item.Properties["syndication"] = append(item.Properties["syndication"], link)
	}
	if record != "" {
		item.Properties[mf2.AtURI] = []any{record}
	}
	next[url] = item
	r.tips = append(r.tips, next)
	r.mu.Unlock()
	r.moved()
	return nil
}

func (r *rig) Responses(ctx context.Context, url string) (urls []string, err error) {
	item, _, err := r.Post(ctx, url)
	for _, v := range item.Properties["in-reply-to"] {
		urls = append(urls, mf2.Text(v))
	}
	return urls, err
}

func (r *rig) AddContext(_ context.Context, _ string, c Cite) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cites = append(r.cites, c)
	return nil
}

// note is a post with a text.
func note(text string) *mf2.Item {
	return &mf2.Item{Type: []string{"h-entry"}, Properties: mf2.Properties{"content": {text}}}
}

// entryPage is a built page whose post has some HTML.
func entryPage(html string) string {
	return fmt.Sprintf(`<!doctype html><title>A post</title><nav><a href="https://menu.example/">Menu</a></nav>
<article class="h-entry"><div class="e-content">%s</div></article>`, html)
}
