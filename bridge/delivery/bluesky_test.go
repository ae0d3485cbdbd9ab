package delivery

import (
	"bufio"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gitpost/bridge/config"
	"gitpost/bridge/npmtest"
	"gitpost/bridge/state"
)

// atproto is a personal data server of Bluesky's makers, with one account, behind a proxy.
type atproto struct {
	t       *testing.T
	account struct{ Server, Handle, Password string }
	url     string       // of the proxy
	drop    atomic.Int32 // so many answers to putRecord are lost
}

// startServer starts one. It needs a newer Node.js than systems have.
func startServer(t *testing.T) *atproto {
	folder := filepath.Dir(npmtest.Modules(t, ".bin/node", "@atproto/pds", "@did-plc/server"))
	a := &atproto{t: t}
	script, err := filepath.Abs("../../testdata/delivery/pds.mjs")
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(filepath.Join(folder, "node_modules", ".bin", "node"), "--no-warnings", script, folder, t.TempDir())
	c.Stderr = t.Output()
	c.Env = append(os.Environ(), "LOG_ENABLED=false")
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); c.Wait() })
	said := bufio.NewScanner(out)
	if !said.Scan() || json.Unmarshal(said.Bytes(), &a.account) != nil {
		t.Fatalf("the server does not start: %s", said.Text())
	}
	to, err := url.Parse(a.account.Server)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(to)
	proxy.ModifyResponse = func(answer *http.Response) error {
		if strings.HasSuffix(answer.Request.URL.Path, "putRecord") && a.drop.Add(-1) >= 0 {
			panic(http.ErrAbortHandler)
		}
		return nil
	}
	web := httptest.NewServer(proxy)
	t.Cleanup(web.Close)
	a.url = web.URL
	return a
}

// records lists what the account has in a collection.
func (a *atproto) records(collection string) (list []struct {
	URI   string
	Value map[string]any
}) {
	a.t.Helper()
	q := url.Values{"repo": {a.account.Handle}, "collection": {collection}}
	answer, err := http.Get(a.account.Server + "/xrpc/com.atproto.repo.listRecords?" + q.Encode())
	if err != nil {
		a.t.Fatal(err)
	}
	defer answer.Body.Close()
	var found struct {
		Records []struct {
			URI   string
			Value map[string]any
		}
	}
	if err := json.NewDecoder(answer.Body).Decode(&found); err != nil {
		a.t.Fatal(err)
	}
	return found.Records
}

func TestCopiesOnARealServerOfBluesky(t *testing.T) {
	a := startServer(t)
	r := newRig(t)
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte(a.account.Password), 0o600); err != nil {
		t.Fatal(err)
	}
	r.settings.SyndicateTo = []config.Target{
		{UID: "social", Type: "bluesky", Server: a.url, Handle: a.account.Handle, PasswordFile: file, Deletes: true},
	}
	r.mu.Lock()
	r.pages["/p.png"] = dot(t)
	r.now = time.Now().UTC().Truncate(time.Second)
	r.mu.Unlock()

	item := asked("Fog, [as here](https://x.example/1), and früher")
	item.Properties["photo"] = []any{map[string]any{"value": "/p.png", "alt": "A bridge"}}
	item.Properties["category"] = []any{"river walk"}
	item.Properties["lang"] = []any{"en"}
	item.Properties["published"] = []any{r.clock().Format(time.RFC3339)}
	a.drop.Store(2) // the record is there, and its answer is lost, twice
	r.publish("/a/", item, entryPage("Fog as here and früher"))
	r.pass(time.Hour)
	posts := a.records(postCollection)
	if len(posts) != 1 {
		t.Fatalf("there are %d copies: %v; %+v", len(posts), posts, r.rows(Syndication))
	}
	v := posts[0].Value
	if v["text"] != "Fog, as here, and früher\n\n#RiverWalk" || len(v["facets"].([]any)) != 2 ||
		v["langs"].([]any)[0] != "en" {
		t.Errorf("got %v", v)
	}
	embed := v["embed"].(map[string]any)
	if images := embed["images"].([]any); len(images) != 1 || images[0].(map[string]any)["alt"] != "A bridge" {
		t.Errorf("got %v", embed)
	}
	row := r.one(Syndication)
	key := posts[0].URI[strings.LastIndex(posts[0].URI, "/")+1:]
	if want := "https://bsky.app/profile/ada.test/post/" + key; row.Link != want || row.State != state.DeliveryDone {
		t.Errorf("got %+v, want the link %s", row, want)
	}

	like, repost, reply, article := asked(""), asked(""), asked("Well said"), asked(strings.Repeat("Long. ", 200))
	delete(like.Properties, "content")
	delete(repost.Properties, "content")
	like.Properties["like-of"], repost.Properties["repost-of"] = []any{row.Link}, []any{row.Link}
	reply.Properties["in-reply-to"] = []any{row.Link}
	article.Properties["name"] = []any{"On rivers"}
	r.publish("/like/", like, entryPage("liked"))
	r.publish("/repost/", repost, entryPage("shared"))
	r.publish("/reply/", reply, entryPage("Well said"))
	r.publish("/article/", article, entryPage("Long. Long. On rivers"))
	r.publish("/long/", asked(strings.Repeat("So many words 👩‍👩‍👧‍👦 that nobody counts them. ", 20)),
		entryPage("So many words that nobody counts them"))
	r.pass(time.Hour)
	if likes, reposts, posts := a.records(likeCollection), a.records(repostCollection), a.records(postCollection); len(likes) != 1 ||
		len(reposts) != 1 || len(posts) != 4 {
		t.Fatalf("%d likes, %d reposts, %d posts; %+v", len(likes), len(reposts), len(posts), r.rows(Syndication))
	}
	replies, cards := 0, 0
	for _, p := range a.records(postCollection) {
		if parent, ok := p.Value["reply"].(map[string]any); ok && parent["parent"].(map[string]any)["uri"] == posts[0].URI {
			replies++
		}
		if embed, ok := p.Value["embed"].(map[string]any); ok && embed["external"] != nil {
			cards++
		}
	}
	if replies != 1 || cards != 1 {
		t.Errorf("%d replies, %d cards", replies, cards)
	}
	for _, path := range []string{"/a/", "/like/"} {
		r.commit(path, nil)
		r.push()
		r.build(path, "")
	}
	r.pass(time.Hour)
	if likes, posts := a.records(likeCollection), a.records(postCollection); len(likes) != 0 || len(posts) != 3 {
		t.Errorf("after the deletions: %d likes, %d posts; %+v", len(likes), len(posts), r.rows(Syndication))
	}
}
