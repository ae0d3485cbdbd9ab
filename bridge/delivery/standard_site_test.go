package delivery

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gitpost/bridge/config"
	"gitpost/bridge/mf2"
	"gitpost/bridge/state"
)

// publisher is a rig whose articles are published on a real server of Bluesky.
func publisher(t *testing.T) (*rig, *atproto) {
	a, r := startServer(t), newRig(t)
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte(a.account.Password), 0o600); err != nil {
		t.Fatal(err)
	}
	r.settings.SyndicateTo = []config.Target{
		{UID: "social", Type: "bluesky", Server: a.url, Handle: a.account.Handle, PasswordFile: file, StandardSite: true},
	}
	r.now = time.Now().UTC().Truncate(time.Second)
	return r, a
}

func TestArticlesAreDocumentsOnARealServerOfBluesky(t *testing.T) {
	r, a := publisher(t)
	r.mu.Lock()
	r.pages["/p.png"] = dot(t)
	r.mu.Unlock()
	article := asked("Some *water*, and [more](https://x.example/).")
	article.Properties["name"] = []any{"On rivers"}
	article.Properties["summary"] = []any{"They flow."}
	article.Properties["category"] = []any{"water", "#walks"}
	article.Properties["featured"] = []any{"/p.png"}
	article.Properties["published"] = []any{r.clock().Format(time.RFC3339)}
	plain := note("Long enough for an article, and nobody asked for a copy.")
	plain.Properties["name"] = []any{"Without a copy"}
	hidden := note("Not for everybody.")
	hidden.Properties["name"], hidden.Properties["visibility"] = []any{"Hidden"}, []any{"unlisted"}
	a.drop.Store(5) // the records are there, and the answers are lost
	r.publish("/rivers/", article, entryPage("Some water, and more."))
	r.publish("/plain/", plain, entryPage("Long enough for an article, and nobody asked for a copy."))
	r.publish("/hidden/", hidden, entryPage("Not for everybody."))
	r.publish("/note/", note("A note is no document."), entryPage("A note is no document."))
	r.pass(time.Hour)

	publications, documents := a.records(publicationCollection), a.records(documentCollection)
	if len(publications) != 1 || len(documents) != 2 {
		t.Fatalf("%d publications, %d documents; %+v", len(publications), len(documents), r.rows(Document))
	}
	site := strings.TrimSuffix(r.BaseURL(), "/")
	if v := publications[0].Value; v["url"] != site || v["name"] != "Rivers" || r.known != publications[0].URI {
		t.Errorf("the publication is %v, and the site says %q", v, r.known)
	}
	var rivers map[string]any
	uri := ""
	for _, d := range documents {
		if d.Value["path"] == "/rivers/" {
			rivers, uri = d.Value, d.URI
		}
	}
	copies := a.records(postCollection)
	if len(copies) != 1 {
		t.Fatalf("there are %d copies", len(copies))
	}
	about, _ := rivers["bskyPostRef"].(map[string]any)
	tags, _ := rivers["tags"].([]any)
	if rivers["site"] != r.known || rivers["title"] != "On rivers" || rivers["description"] != "They flow." ||
		rivers["textContent"] != "Some water, and more." || len(tags) != 2 || tags[1] != "walks" ||
		rivers["coverImage"] == nil ||
		about["uri"] != copies[0].URI || rivers["updatedAt"] != nil {
		t.Errorf("got %v", rivers)
	}
	post := r.post("/rivers/")
	if post.Properties.Text(mf2.AtURI) != uri || len(post.Properties["syndication"]) != 1 || r.commits != 2 {
		t.Errorf("after %d commits the post is %v, want %s in it", r.commits, post.Properties, uri)
	}

	// An update replaces the document, also after the state was lost; a new state makes no second one.
	r.restartWithout(t)
	changed := post.Clone()
	changed.Properties["content"] = []any{"Now with more water."}
	r.publish("/rivers/", &changed, entryPage("Now with more water."))
	r.pass(time.Hour)
	documents = a.records(documentCollection)
	found := false
	for _, d := range documents {
		if d.URI == uri {
			found = d.Value["textContent"] == "Now with more water."
		}
	}
	if len(documents) != 2 || !found || len(a.records(publicationCollection)) != 1 {
		t.Errorf("after the update: %v; %+v", documents, r.rows(Document))
	}

	// What is no article any more, and what is gone, is no document.
	r.publish("/rivers/", note("A note now."), entryPage("A note now."))
	r.pass(time.Hour)
	if documents = a.records(documentCollection); len(documents) != 1 || documents[0].URI == uri {
		t.Errorf("after it became a note: %v; %+v", documents, r.rows(Document))
	}
	again := r.post("/plain/").Clone()
	again.Properties["content"] = []any{"Changed once, before the end."}
	r.publish("/plain/", &again, entryPage("Changed once, before the end."))
	r.pass(time.Hour)
	r.commit("/plain/", nil)
	r.push()
	r.build("/plain/", "")
	r.pass(time.Hour)
	if documents = a.records(documentCollection); len(documents) != 0 {
		t.Errorf("after the deletion: %v; %+v", documents, r.rows(Document))
	}

	// A publication of another account is not touched, and one that is the account's own is taken as it is.
	own := r.known
	r.known = "at://did:plc:somebodyelse/site.standard.publication/3lwafzkjqm25s"
	other := note("Long enough.")
	other.Properties["name"] = []any{"Another article"}
	r.publish("/other/", other, entryPage("Long enough."))
	r.pass(time.Hour)
	row := r.of(t, Document, "/other/")
	if row.State != state.DeliveryFailed || !strings.Contains(row.Result, r.known) ||
		len(a.records(documentCollection)) != 0 {
		t.Errorf("got %+v", row)
	}
	r.known = own[:strings.LastIndex(own, "/")] + "/3lwafzkjqm25s"
	if err := r.deliver.Retry(t.Context(), row.ID); err != nil {
		t.Fatal(err)
	}
	r.pass(time.Hour)
	documents = a.records(documentCollection)
	if len(documents) != 1 || documents[0].Value["site"] != r.known || len(a.records(publicationCollection)) != 1 {
		t.Errorf("got %v; %+v", documents, r.of(t, Document, "/other/"))
	}
}

// of is the only row of a kind of a post.
func (r *rig) of(t *testing.T, kind, path string) state.Delivery {
	t.Helper()
	for _, row := range r.rows(kind) {
		if row.URL == r.web.URL+path {
			return row
		}
	}
	t.Fatalf("%s has no row of %s", path, kind)
	return state.Delivery{}
}

// restartWithout starts again with an empty state database.
func (r *rig) restartWithout(t *testing.T) {
	t.Helper()
	r.file = filepath.Join(t.TempDir(), "state.db")
	r.restart()
}
