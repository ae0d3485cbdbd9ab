package bridge_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// The owner sees on the pages that the site does not show a post, tries again, and gives up.
func TestPagesSayThatThePostIsNotOnTheSite(t *testing.T) {
	t.Parallel()
	site := httptest.NewServer(http.NotFoundHandler())
	defer site.Close()
	f := serve(t, "hugo", func(c *settings) {
		c.Me, c.Options.URL, c.Delivery, c.HookSecret = site.URL+"/", site.URL+"/", true, "t1de"
	})
	at := f.create(`{"type": ["h-entry"], "properties": {"content": ["Words that nobody sees"]}}`)
	failed := f.send("POST", "/hooks/deploy", "application/json", `{"status": "failed", "message": "no space"}`,
		"Authorization", "Bearer t1de")
	if failed.Status != http.StatusOK {
		t.Fatalf("the hook answers %d %s", failed.Status, failed.Body)
	}
	p := f.person().signIn()
	const why = "The site answers 404 Not Found. The build failed: no space."
	f.await("the page says why", func() bool { return strings.Contains(string(p.get("/").Body), why) })
	p.want(p.get("/"), http.StatusOK, "Pushed just now, and not on the site yet.", why)
	p.want(p.get("/status"), http.StatusOK, "1 post reached the Git host and not the site.", why)
	edit := "/posts/edit?url=" + url.QueryEscape(at)
	page := p.want(p.get(edit), http.StatusOK, "On the site", "not on the site yet", "Try again", "Skip it")
	id := regexp.MustCompile(`name="id" value="(\d+)"`).FindStringSubmatch(string(page.Body))
	if id == nil {
		t.Fatalf("the page has no form for the delivery:\n%s", page.Body)
	}
	for _, do := range []string{"retry", "skip"} {
		p.want(p.post("/posts/delivery", "id", id[1], "url", at, "do", do), http.StatusSeeOther)
	}
	if page := p.want(p.get(edit), http.StatusOK, "Not followed."); strings.Contains(string(page.Body), "Try again") {
		t.Error("what was skipped can be tried again")
	}
	p.want(p.get("/status"), http.StatusOK, "All is well")
	p.want(p.post("/posts/delivery", "id", "0", "url", at, "do", "retry"), http.StatusNotFound, "no such delivery")
	p.want(p.post("/posts/delivery", "id", "x", "url", at, "do", "retry"), http.StatusBadRequest, "No delivery is named")
	p.want(p.post("/posts/delivery", "id", id[1], "url", at, "do", "x"), http.StatusBadRequest, "cannot be done")
}
