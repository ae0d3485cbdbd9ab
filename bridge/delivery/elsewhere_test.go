package delivery

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gitpost/bridge/config"
	"gitpost/bridge/state"
)

// elsewhere is a server that keeps what it is sent.
type elsewhere struct {
	*httptest.Server
	mu       sync.Mutex // guards all below
	requests []string
	answer   func(http.ResponseWriter)
}

// at is a rig whose site has a target of a type on a server.
func at(t *testing.T, kind string, answer func(http.ResponseWriter)) (*rig, *elsewhere) {
	r, e := newRig(t), &elsewhere{answer: answer}
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, err := io.ReadAll(q.Body)
		if err != nil {
			t.Error(err)
		}
		e.mu.Lock()
		defer e.mu.Unlock()
		e.requests = append(e.requests, q.URL.Path+" "+q.Header.Get("Authorization")+" "+string(body))
		e.answer(w)
	}))
	t.Cleanup(e.Close)
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r.settings.SyndicateTo = []config.Target{{UID: "social", Type: kind, Server: e.URL, TokenFile: file, Edits: true,
		Deletes: true}}
	return r, e
}

func (e *elsewhere) take() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	got := slices.Clone(e.requests)
	e.requests = nil
	return got
}

func TestACopyIsPostedToAnotherMicropubServer(t *testing.T) {
	r, e := at(t, "micropub", func(w http.ResponseWriter) {
		w.Header().Set("Location", "/copy/1")
		w.WriteHeader(http.StatusAccepted)
	})
	item := asked("Some fine words")
	item.Properties["photo"] = []any{map[string]any{"value": "/p.png", "alt": "A bridge"}}
	r.publish("/a/", item, entryPage("Some fine words"))
	r.pass(time.Hour)
	got := e.take()
	if len(got) != 1 || !strings.HasPrefix(got[0], "/ Bearer s3cret {") ||
		!strings.Contains(got[0], `"value":"`+r.web.URL+`/p.png"`) ||
		!strings.Contains(got[0], `"syndication":["`+r.web.URL+`/a/"]`) || strings.Contains(got[0], "syndicate-to") {
		t.Errorf("got %q", got)
	}
	if link := r.post("/a/").Properties["syndication"]; len(link) != 1 || link[0] != e.URL+"/copy/1" {
		t.Errorf("the post has %v", link)
	}
	r.commit("/a/", nil)
	r.push()
	r.build("/a/", "")
	r.pass(time.Hour)
	want, err := json.Marshal(map[string]string{"action": "delete", "url": e.URL + "/copy/1"})
	if err != nil {
		t.Fatal(err)
	}
	if got := e.take(); len(got) != 1 || !strings.HasSuffix(got[0], string(want)) {
		t.Errorf("got %q", got)
	}
}

func TestALostAnswerOfAMicropubServerIsTheOwnersMatter(t *testing.T) {
	r, e := at(t, "micropub", func(http.ResponseWriter) { panic(http.ErrAbortHandler) })
	r.publish("/a/", asked("Some fine words"), entryPage("Some fine words"))
	r.pass(24 * time.Hour)
	if got := e.take(); len(got) != 1 {
		t.Errorf("it was sent %d times", len(got))
	}
	row := r.one(Syndication)
	if row.State != state.DeliveryFailed || !strings.Contains(row.Result,
		"look there, and try again if there is no copy") {
		t.Errorf("got %+v", row)
	}
	e.mu.Lock()
	e.answer = func(w http.ResponseWriter) {
		w.Header().Set("Location", "/copy/2")
		w.WriteHeader(http.StatusCreated)
	}
	e.mu.Unlock()
	if err := r.deliver.Retry(t.Context(), row.ID); err != nil {
		t.Fatal(err)
	}
	r.pass(time.Minute)
	if row := r.one(Syndication); row.State != state.DeliveryDone || row.Link != e.URL+"/copy/2" {
		t.Errorf("after another try: %+v", row)
	}
}

func TestTheArchiveKeepsThePage(t *testing.T) {
	r, e := at(t, "archive", func(w http.ResponseWriter) { io.WriteString(w, `{"job_id": "spn2-1", "url": "x"}`) })
	r.publish("/a/", asked("Some fine words"), entryPage("Some fine words"))
	r.pass(time.Hour)
	if got := e.take(); len(got) != 1 || !strings.HasPrefix(got[0], "/save LOW s3cret ") ||
		!strings.Contains(got[0], "url=http") {
		t.Errorf("got %q", got)
	}
	if row := r.one(Syndication); row.Link != e.URL+"/web/"+r.web.URL+"/a/" {
		t.Errorf("got %+v", row)
	}
}
