package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/http/cgi"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// A busy blogger sends some 150 requests a day: posts, updates, uploads, and the queries that
// apps make around them. A thousand of them send fewer than two in a second, around the clock.
const soakRate = 3.0

// TestSoak serves mixed traffic for a while: posts, updates, deletes, queries, uploads, bad
// requests, pushes by hand to the same branch, and a remote that goes down again and again.
// Nothing may fail but what is meant to, nothing may be lost, and memory, goroutines,
// descriptors and packs stay within bounds.
//
// GITPOST_SOAK says for how long (make soak: ten minutes), GITPOST_SOAK_RATE how many requests
// come in a second. Without them it runs for some seconds, at a higher rate.
func TestSoak(t *testing.T) {
	t.Parallel()
	onlyInAll(t, "serves traffic for a while", "GITPOST_SOAK")
	span, rate := 6*time.Second, 25.0
	if d, err := time.ParseDuration(os.Getenv("GITPOST_SOAK")); err == nil && d > 0 {
		span, rate = d, soakRate
	}
	if r, err := strconv.ParseFloat(os.Getenv("GITPOST_SOAK_RATE"), 64); err == nil && r > 0 {
		rate = r
	}
	s := newSoak(t)
	p := s.rig.start()
	s.rig.await(p, "/healthz", anything)
	end := make(chan struct{})
	time.AfterFunc(span, func() { close(end) })
	var work sync.WaitGroup
	const clients = 8
	for range clients {
		work.Go(func() {
			for after(time.Duration(rand.ExpFloat64()*clients/rate*float64(time.Second)), end) {
				s.act()
			}
		})
	}
	work.Go(func() { // somebody with an editor
		for n := 0; after(max(span/60, time.Second), end); n++ {
			s.editByHand(n)
		}
	})
	work.Go(func() { // a remote that is down for a while, again and again
		for after(max(span/10, 2*time.Second), end) {
			s.host.stop()
			after(min(max(span/60, time.Second/2), time.Minute), end)
			s.serveRemote()
		}
	})
	for after(span/20, end) {
		s.sample()
	}
	work.Wait()
	s.sample()
	s.rig.await(p, "/readyz", pushed)
	s.settle()
	p.command.Process.Signal(os.Interrupt)
	<-p.ended
	if p.err != nil {
		t.Errorf("the server ended with %v", p.err)
	}
	s.fsck(true)
	for line := range strings.Lines(p.output()) {
		injected := strings.Contains(line, `"path":"/hooks/push","status":503`) // the remote was down
		if strings.Contains(line, `"level":"ERROR"`) && !injected {
			t.Errorf("the log has an error: %s", line)
		}
	}
	s.report()
	if t.Failed() {
		t.Logf("the end of the log:\n%s", p.output()[max(0, len(p.output())-20_000):])
	}
}

// soak is what the clients of a long run know.
type soak struct {
	*rig
	token   string
	metrics string // address
	host    *gitHost
	picture []byte

	mu      sync.Mutex // guards all below
	posts   []*soakPost
	took    map[string][]time.Duration // by kind of request
	samples []soakSample
}

// soakPost is a post as its clients last left it.
type soakPost struct {
	mu       sync.Mutex // held by the client that changes it
	location string
	text     string
	deleted  bool
}

// soakSample is the state of the server at one moment.
type soakSample struct {
	at                                 time.Time
	resident                           float64 // bytes
	goroutines, descriptors, packs, of float64 // of: commits so far
}

func newSoak(t *testing.T) *soak {
	s := &soak{rig: newRig(t), took: map[string][]time.Duration{}, metrics: freeAddress()}
	s.run("git", "-C", "remote.git", "config", "http.receivepack", "true")
	s.serveRemote()
	t.Cleanup(func() { s.host.stop() })
	s.configure("repo: http://"+s.host.address+"/remote.git", "push_wait: 2s", "metrics: {listen: "+s.metrics+"}")
	s.token = strings.TrimSpace(s.run(s.program, "token", "create", "--scope", "create update delete undelete media"))
	var err error
	if s.picture, err = os.ReadFile(filepath.Join("..", "..", "testdata", "media", "photo.jpg")); err != nil {
		t.Fatal(err)
	}
	return s
}

// serveRemote starts the Git host, or starts it again.
func (s *soak) serveRemote() {
	backend, err := find("git-http-backend")
	if err != nil {
		s.t.Fatal(err)
	}
	address := "127.0.0.1:0"
	if s.host != nil {
		address = s.host.address
	}
	l, err := listen(address)
	if err != nil {
		s.t.Fatal(err)
	}
	h := &gitHost{address: l.Addr().String(), done: make(chan struct{})}
	h.server = &http.Server{Handler: &cgi.Handler{
		Path: backend, Root: "/", Stderr: io.Discard,
		Env: []string{"GIT_PROJECT_ROOT=" + s.dir, "GIT_HTTP_EXPORT_ALL=1", "HOME=" + s.dir},
	}}
	go func() {
		h.server.Serve(l)
		close(h.done)
	}()
	s.host = h
}

// act sends what some app might send next.
func (s *soak) act() {
	switch n := rand.IntN(100); {
	case n < 28:
		s.create(nil)
	case n < 34:
		s.create(s.upload())
	case n < 48:
		s.update()
	case n < 52:
		s.deleteOrUndelete()
	case n < 72:
		if p := s.some(); p != nil {
			s.send("source", "GET", "/micropub?q=source&url="+url.QueryEscape(p.location), "", nil, 200, 400) // 400: it is deleted
		}
	case n < 82:
		s.send("list", "GET", "/micropub?q=source&limit=20&filter="+url.QueryEscape(strconv.Itoa(rand.IntN(100))), "", nil,
			200)
	case n < 90:
		s.send("config", "GET", "/micropub?q=config", "", nil, 200)
	case n < 94:
		s.send("category", "GET", "/micropub?q=category", "", nil, 200)
	case n < 97:
		s.send("bad request", "POST", "/micropub", "application/json",
			[]byte(`{"type": ["h-entry"], "properties": {"content": 7, "x": [[]]}`), 400)
	default:
		s.send("unknown post", "GET", "/micropub?q=source&url=https://blog.example/nowhere/", "", nil, 400)
	}
}

// some is one of the posts, mostly a new one; nil when there is none.
func (s *soak) some() *soakPost {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.posts) == 0 {
		return nil
	}
	back := int(rand.ExpFloat64() * 20)
	if rand.IntN(4) == 0 {
		back = rand.IntN(len(s.posts))
	}
	return s.posts[max(0, len(s.posts)-1-back)]
}

func (s *soak) create(photos []string) {
	text := fmt.Sprintf("Soak %d words of a post.", rand.Uint64())
	values := url.Values{"h": {"entry"}, "content": {text}, "category[]": {"soak", "tag " + strconv.Itoa(rand.IntN(50))},
		"photo[]": photos}
	header, _ := s.send("create", "POST", "/micropub", "application/x-www-form-urlencoded", []byte(values.Encode()), 201)
	if header == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.posts = append(s.posts, &soakPost{location: header.Get("Location"), text: text})
}

func (s *soak) upload() []string {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("file", "image.jpg")
	if err == nil {
		_, err = part.Write(s.picture)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		s.t.Error(err)
		return nil
	}
	header, _ := s.send("upload", "POST", "/media", w.FormDataContentType(), body.Bytes(), 201)
	if header == nil {
		return nil
	}
	return []string{header.Get("Location")}
}

// change lets one client have a post to itself.
func (s *soak) change(do func(p *soakPost)) {
	if p := s.some(); p != nil && p.mu.TryLock() {
		defer p.mu.Unlock()
		do(p)
	}
}

func (s *soak) update() {
	s.change(func(p *soakPost) {
		if p.deleted {
			return
		}
		text := fmt.Sprintf("Soak %d words that are new.", rand.Uint64())
		body, _ := json.Marshal(map[string]any{"action": "update", "url": p.location,
			"replace": map[string]any{"content": []string{text}}})
		if header, _ := s.send("update", "POST", "/micropub", "application/json", body, 200, 201); header != nil {
			p.text = text
			if to := header.Get("Location"); to != "" {
				p.location = to
			}
		}
	})
}

func (s *soak) deleteOrUndelete() {
	s.change(func(p *soakPost) {
		action := "delete"
		if p.deleted {
			action = "undelete"
		}
		values := url.Values{"action": {action}, "url": {p.location}}
		if header, _ := s.send(action, "POST", "/micropub", "application/x-www-form-urlencoded", []byte(values.Encode()), 200,
			201, 204); header != nil {
			p.deleted = !p.deleted
		}
	})
}

// send sends a request, notes how long it took, and fails the test for a status that is not
// among those expected; the header is nil then.
func (s *soak) send(kind, method, path, contentType string, body []byte, statuses ...int) (http.Header, []byte) {
	r, err := http.NewRequest(method, "http://"+s.address+path, bytes.NewReader(body))
	if err != nil {
		s.t.Error(err)
		return nil, nil
	}
	r.Header.Set("Authorization", "Bearer "+s.token)
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	begin := time.Now()
	answer, err := s.client.Do(r)
	if err != nil {
		s.t.Errorf("%s: %v", kind, err)
		return nil, nil
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	took := time.Since(begin)
	if err != nil || !slices.Contains(statuses, answer.StatusCode) {
		s.t.Errorf("%s: %s %s answers %s, %v\n%s", kind, method, path, answer.Status, err, said)
		return nil, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.took[kind] = append(s.took[kind], took)
	return answer.Header, said
}

// editByHand pushes a commit of somebody's own, as the remote takes it: straight into the
// repository, which is there also when its server is down.
func (s *soak) editByHand(n int) {
	work := filepath.Join(s.dir, "hand")
	if _, err := os.Stat(work); err != nil {
		s.run("git", "clone", "--quiet", "--no-local", "remote.git", "hand")
	}
	text := fmt.Sprintf("---\ntitle: By hand %d\ndate: 2024-03-01\n---\n\nEdit %d\n", n, n)
	if err := os.WriteFile(filepath.Join(work, "content", "posts", fmt.Sprintf("hand-%d.md", n%20)), []byte(text),
		0o644); err != nil {
		s.t.Error(err)
		return
	}
	s.run("git", "-C", "hand", "add", "--all")
	s.run("git", "-C", "hand", "commit", "--quiet", "--message", fmt.Sprintf("By hand %d", n))
	pushed := await(func() bool {
		_, err := s.try("git", "-C", "hand", "pull", "--quiet", "--rebase")
		if err == nil {
			_, err = s.try("git", "-C", "hand", "push", "--quiet")
		}
		return err == nil
	})
	if !pushed {
		s.t.Errorf("the push by hand %d never went through", n)
	}
	s.send("hook", "POST", "/hooks/push", "application/json", []byte("{}"), 200, 202, 503) // 503: the remote is down
}

// sample reads the server's metrics.
func (s *soak) sample() {
	answer, err := s.client.Get("http://" + s.metrics + "/metrics")
	if err != nil {
		s.t.Error(err)
		return
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Error(err)
	}
	value := func(name string) float64 {
		m := regexp.MustCompile(`(?m)^` + name + `(?:\{[^}]*\})? (\S+)$`).FindSubmatch(text)
		if m == nil {
			s.t.Errorf("the metrics have no %s:\n%s", name, text)
			return 0
		}
		v, err := strconv.ParseFloat(string(m[1]), 64)
		if err != nil {
			s.t.Error(err)
		}
		return v
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.samples = append(s.samples, soakSample{
		at: time.Now(), resident: value("process_resident_memory_bytes"), goroutines: value("go_goroutines"),
		descriptors: value("process_open_fds"), packs: value("gitpost_packs"), of: value("gitpost_commits_total"),
	})
}

// settle compares what was answered with what the remote has.
func (s *soak) settle() {
	there := s.run("git", "-C", "remote.git", "grep", "-h", "--fixed-strings", "Soak ", "main", "--", "*.md")
	n := 0
	for _, p := range s.posts {
		if p.deleted {
			continue
		}
		n++
		if strings.Count(there, p.text) != 1 {
			s.t.Errorf("%s, %q, is on the remote %d times", p.location, p.text, strings.Count(there, p.text))
		}
	}
	if got := strings.Count(there, "Soak "); got != n {
		s.t.Errorf("the remote has %d posts, %d were answered and not deleted", got, n)
	}
}

// report prints the figures and compares them with their limits.
func (s *soak) report() {
	var b strings.Builder
	fmt.Fprintf(&b, "%d posts; requests by kind: count, median, 95 %%, longest\n", len(s.posts))
	for kind, took := range s.took {
		slices.Sort(took)
		fmt.Fprintf(&b, "  %-14s %6d %10s %10s %10s\n", kind, len(took), took[len(took)/2].Round(100*time.Microsecond),
			took[len(took)*95/100].Round(100*time.Microsecond), took[len(took)-1].Round(time.Millisecond))
	}
	fmt.Fprintf(&b, "state: minutes, commits, MB resident, goroutines, descriptors, packs\n")
	for _, m := range s.samples {
		fmt.Fprintf(&b, "  %6.1f %7.0f %6.0f %5.0f %5.0f %5.0f\n", m.at.Sub(s.samples[0].at).Minutes(), m.of, m.resident/1e6,
			m.goroutines, m.descriptors, m.packs)
	}
	s.t.Log(b.String())

	// What a run needs it needs soon: the first tenth sets the measure.
	warm, last := s.samples[min(len(s.samples)/10, len(s.samples)-1)], s.samples[len(s.samples)-1]
	commits := last.of - warm.of
	for _, bound := range []struct {
		what      string
		got, most float64
	}{
		{"resident memory", last.resident, warm.resident + 60e6 + 2000*commits}, // a post takes some room in the index
		{"goroutines", last.goroutines, warm.goroutines + 30},
		{"descriptors", last.descriptors, warm.descriptors + 60},
		{"packs", last.packs, 60},
	} {
		if bound.got > bound.most {
			s.t.Errorf("%s grew to %.0f, at most %.0f is expected", bound.what, bound.got, bound.most)
		}
	}
}
