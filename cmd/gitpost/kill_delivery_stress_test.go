package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"gitpost/bridge/delivery"
	"gitpost/bridge/delivery/mastodontest"
	"gitpost/bridge/state"
)

// deliverySpan bounds the random time between a post's 201 and the kill: about as long as a push, a look at
// the page, a mention, a copy and the commit of its address take together.
const deliverySpan = 1200 * time.Millisecond

// TestStressKilledServerDeliversOnce kills the real program again and again while it tells other sites of
// posts and copies them to a network, which both lose answers, too. In the end every post has one copy, and
// every page was told of its post; it is told again only where the answer was lost, or the program was killed
// before it could note the answer. GITPOST_STRESS=N makes min(200, N/10) rounds.
func TestStressKilledServerDeliversOnce(t *testing.T) {
	t.Parallel()
	onlyInAll(t, "kills servers for a while", "GITPOST_STRESS")
	rounds, seed := 6, rand.Uint64()
	if n, _ := strconv.Atoi(os.Getenv("GITPOST_STRESS")); n > 0 {
		rounds = min(200, max(rounds, n/10))
	}
	if s, err := strconv.ParseUint(os.Getenv("GITPOST_STRESS_SEED"), 10, 64); err == nil {
		seed = s
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("this was GITPOST_STRESS_SEED=%d", seed)
		}
	})
	k := newDelivering(t, rand.New(rand.NewPCG(seed, 4)))
	for range rounds {
		k.round()
		if t.Failed() {
			return
		}
	}
	k.settle()
	k.check()
	calls, dropped := 0, 0
	for _, c := range k.calls {
		calls += len(c)
		for _, one := range c {
			if one.dropped {
				dropped++
			}
		}
	}
	_, requests := k.network.Statuses()
	t.Logf("%d rounds, %d posts: %d mentions to %d pages, of which %d answers were lost; %d requests for copies",
		rounds, len(k.posts), calls, len(k.calls), dropped, requests)
}

// delivering is a site whose server is killed, with the sites and the network around it.
type delivering struct {
	*rig
	token   string
	site    *httptest.Server
	others  *httptest.Server // their pages take webmentions
	network *mastodontest.Server

	mu       sync.Mutex // guards all below
	random   *rand.Rand
	number   int                      // of the round
	settling bool                     // no answer is lost any more
	pages    map[string]string        // of the site, by path
	posts    map[string]string        // URLs by text
	calls    map[string][]mentionCall // by source and target
}

type mentionCall struct {
	round   int
	dropped bool // its answer
}

func newDelivering(t *testing.T, random *rand.Rand) *delivering {
	k := &delivering{rig: newRig(t), random: random, pages: map[string]string{}, posts: map[string]string{},
		calls: map[string][]mentionCall{}, network: mastodontest.New()}
	t.Cleanup(k.network.Close)
	k.site = httptest.NewServer(http.HandlerFunc(k.showPage))
	t.Cleanup(k.site.Close)
	k.others = httptest.NewServer(http.HandlerFunc(k.takeMention))
	t.Cleanup(k.others.Close)

	// The test's own binary is gitpost when it is called so, and may then reach this machine.
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	k.program = filepath.Join(k.dir, "gitpost")
	if err := os.Symlink(self, k.program); err != nil {
		t.Fatal(err)
	}
	k.environment = []string{"GITPOST_TEST_LOOPBACK=1"}
	if err := os.WriteFile(filepath.Join(k.dir, "network_token"), []byte(mastodontest.Token), 0o600); err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf(`me: %[1]s/
url: http://%[2]s
listen: %[2]s
data: data
repo: remote.git
poll: 0s
push_wait: 0s
context: false
hooks: {secret: t1de}
site: {titles: never, url: %[1]s/}
syndicate_to:
  - {uid: social, type: mastodon, server: %[3]s, token_file: network_token}
`, k.site.URL, k.address, k.network.URL)
	if err := os.WriteFile(filepath.Join(k.dir, "gitpost.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	k.token = strings.TrimSpace(k.run(k.program, "token", "create", "--scope", "create"))
	return k
}

func (k *delivering) showPage(w http.ResponseWriter, r *http.Request) {
	k.mu.Lock()
	defer k.mu.Unlock()
	page, ok := k.pages[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	fmt.Fprint(w, page)
}

// takeMention is a page elsewhere. A fifth of its answers is lost.
func (k *delivering) takeMention(w http.ResponseWriter, r *http.Request) {
	k.mu.Lock()
	defer k.mu.Unlock()
	drop := !k.settling && k.random.IntN(5) == 0
	if r.Method == http.MethodPost {
		pair := r.PostFormValue("source") + " " + r.PostFormValue("target")
		k.calls[pair] = append(k.calls[pair], mentionCall{k.number, drop})
	}
	if drop {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Link", `</endpoint>; rel="webmention"`)
	if r.Method == http.MethodPost {
		w.WriteHeader(http.StatusAccepted)
	}
}

// round starts the server, posts, and kills it at a random moment of what follows.
func (k *delivering) round() {
	k.t.Helper()
	k.mu.Lock()
	k.number++
	number, posts, span := k.number, 1+k.random.IntN(2), time.Duration(k.random.Int64N(int64(deliverySpan)))
	var answers []mastodontest.Answer
	for range k.random.IntN(3) {
		answers = append(answers, []mastodontest.Answer{mastodontest.Post, mastodontest.Drop,
			mastodontest.Break}[k.random.IntN(3)])
	}
	k.mu.Unlock()
	k.network.Next(answers...)
	p := k.start()
	k.await(p, "/readyz", anything)
	for i := range posts {
		text := fmt.Sprintf("Words of round %d, post %d.", number, i)
		if err := k.post(text, fmt.Sprintf("%s/%d/%d", k.others.URL, number, i)); err != nil {
			p.kill()
			k.t.Fatalf("round %d: %v\n%s", number, err, p.output())
		}
	}
	k.tellBuilt()
	<-time.After(span) // chooses the moment of the kill; nothing is waited for
	p.kill()
	if state := p.command.ProcessState; state.Exited() {
		k.t.Errorf("round %d: the server ended by itself: %s\n%s", number, state, p.output())
	}
}

// post posts a note that links to a page, and has the site show it.
func (k *delivering) post(text, target string) error {
	body, err := json.Marshal(map[string]any{"type": []string{"h-entry"}, "properties": map[string]any{
		"content":         []any{map[string]string{"html": fmt.Sprintf(`%s <a href="%s">There</a>`, text, target)}},
		"mp-syndicate-to": []string{"social"}}})
	if err != nil {
		return err
	}
	answer, err := k.send("/micropub", k.token, string(body))
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusCreated {
		return fmt.Errorf("the post is answered with %s", answer.Status)
	}
	location := answer.Header.Get("Location")
	k.mu.Lock()
	defer k.mu.Unlock()
	k.posts[text] = location
	k.pages[strings.TrimPrefix(location, k.site.URL)] = fmt.Sprintf(
		`<article class="h-entry"><div class="e-content">%s <a href="%s">There</a></div></article>`, text, target)
	return nil
}

func (k *delivering) send(path, token, body string) (*http.Response, error) {
	r, err := http.NewRequest(http.MethodPost, "http://"+k.address+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := k.client.Do(r)
	if err != nil {
		return nil, err
	}
	return answer, answer.Body.Close()
}

// tellBuilt is the host's call after a build. It may be lost.
func (k *delivering) tellBuilt() { _, _ = k.send("/hooks/deploy", "t1de", "{}") }

// settle lets the server finish, with no more losses. What waits for minutes after a lost answer is tried
// again at once, as the owner can.
func (k *delivering) settle() {
	k.t.Helper()
	k.mu.Lock()
	k.number++
	k.settling = true
	k.mu.Unlock()
	k.network.Next()
	p := k.start()
	defer p.kill()
	k.await(p, "/readyz", anything)
	var rows []state.Delivery
	hurried := map[string]bool{} // no delivery fails any more, so that once is enough
	done := p.until(func() bool {
		var err error
		if rows, err = k.unfinished(); err != nil {
			k.t.Fatal(err)
		}
		retry := []string{"delivery", "retry"}
		for _, row := range rows {
			if row.Due.After(time.Now().Add(time.Second)) && !hurried[row.URL] {
				hurried[row.URL] = true
				retry = append(retry, row.URL)
			}
		}
		if len(retry) > 2 {
			k.mu.Lock()
			k.number++ // the owner's order is a reason to call again
			k.mu.Unlock()
			k.run(k.program, retry...)
		}
		return len(rows) == 0
	})
	if !done {
		k.t.Fatalf("%d deliveries are not done: %+v\n%s", len(rows), rows, p.output())
	}
	k.await(p, "/readyz", pushed)
}

// unfinished are the deliveries that are not done, and posts whose deliveries have not begun.
func (k *delivering) unfinished() (rows []state.Delivery, err error) {
	all, err := state.ReadDeliveries(context.Background(), filepath.Join(k.dir, "data", "state.db"),
		state.DeliveryFilter{})
	kinds := map[string]int{}
	for _, row := range all {
		kinds[row.URL+" "+row.Kind]++
		if row.State != state.DeliveryDone {
			rows = append(rows, row)
		}
	}
	for _, url := range k.posts {
		for _, kind := range []string{delivery.Live, delivery.Webmention, delivery.Syndication, delivery.WriteBack} {
			if kinds[url+" "+kind] == 0 {
				rows = append(rows, state.Delivery{URL: url, Kind: kind, State: state.DeliveryWaiting})
			}
		}
	}
	return rows, err
}

// check compares what everybody got with what was posted.
func (k *delivering) check() {
	k.t.Helper()
	list, _ := k.network.Statuses()
	copies, files, named, commits := map[string][]string{}, map[string][]string{}, map[string][]string{}, map[string]int{}
	for _, status := range list {
		text := deliveredText.FindString(status.Text)
		copies[text] = append(copies[text], status.URL)
	}
	for _, line := range k.lines("grep", "--fixed-strings", "-e", "Words of round", "-e", k.network.URL, "main") {
		_, rest, _ := strings.Cut(line, ":")
		file, said, _ := strings.Cut(rest, ":")
		if text := deliveredText.FindString(said); text != "" {
			files[text] = append(files[text], file)
		}
		if at := strings.Index(said, k.network.URL); at >= 0 {
			named[file] = append(named[file], strings.Trim(said[at:], `"' `))
		}
	}
	for _, file := range k.lines("log", "--format=", "--name-only", "main") {
		commits[file]++
	}
	mentioned := map[string]int{} // pages, by source
	for pair, calls := range k.calls {
		source, _, _ := strings.Cut(pair, " ")
		mentioned[source]++
		for i, c := range calls[1:] {
			if before := calls[i]; before.round == c.round && !before.dropped {
				k.t.Errorf("%s was mentioned again after it had answered: %v", pair, calls)
			}
		}
	}
	for text, url := range k.posts {
		if len(copies[text]) != 1 || len(files[text]) != 1 || mentioned[url] != 1 {
			k.t.Errorf("%q has the copies %v, is in the files %v, and was mentioned to %d pages", text, copies[text],
				files[text], mentioned[url])
			continue
		}
		file := files[text][0]
		if !slices.Equal(named[file], copies[text]) || commits[file] != 2 {
			k.t.Errorf("%s names %v after %d commits, want %v after 2", file, named[file], commits[file], copies[text])
		}
	}
	if len(list) != len(k.posts) {
		k.t.Errorf("%d copies of %d posts", len(list), len(k.posts))
	}
}

var deliveredText = regexp.MustCompile(`Words of round \d+, post \d+\.`)

// lines are those of what Git says of the remote.
func (k *delivering) lines(args ...string) []string {
	k.t.Helper()
	return strings.Split(strings.TrimSpace(k.run("git", append([]string{"-C", "remote.git"}, args...)...)), "\n")
}
