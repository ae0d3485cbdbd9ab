package bridge_test

import (
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gitpost/bridge/blog"
	"gitpost/bridge/config"
	"gitpost/bridge/state"
)

// serveTwo is a server of a Hugo site and of a Jekyll site with the given addresses. The
// fixture's remote is that of the first; the other's is returned.
func serveTwo(t *testing.T, first, second string) (f *fixture, other string) {
	t.Helper()
	other = filepath.Join(t.TempDir(), "other.git")
	copySkeleton(t, "jekyll", other)
	f = serve(t, "hugo", func(c *settings) {
		two := *c.Site
		c.Me, two.Me, two.Repo = first, second, other
		c.Dir, two.Dir = filepath.Join(c.Data, "one"), filepath.Join(c.Data, "two")
		c.more = []config.Site{two}
	})
	return f, other
}

// tokenFor makes a token that is good for some sites.
func (f *fixture) tokenFor(me string, sites ...string) string {
	f.t.Helper()
	db, err := state.Open(f.t.Context(), f.config.StateFile())
	if err != nil {
		f.t.Fatal(err)
	}
	defer db.Close()
	secret, err := db.CreateToken(f.t.Context(), state.Token{Me: me, Sites: sites,
		Scope: []string{"create", "update", "delete", "undelete", "media"}})
	if err != nil {
		f.t.Fatal(err)
	}
	return secret
}

// A site may lie below another one: each keeps its posts, and its uploads.
func TestSiteBelowAnotherKeepsItsPosts(t *testing.T) {
	t.Parallel()
	const above, below = "https://example.org/", "https://example.org/blog/"
	f, other := serveTwo(t, above, below)
	f.json(`{"type":["h-entry"],"properties":{"content":["Above"]}}`)
	location := f.create(`{"type":["h-entry"],"mp-destination":"` + below + `","properties":{"content":["Below"]}}`)
	if !strings.HasPrefix(location, below) {
		t.Fatalf("the post of the site below is at %s", location)
	}
	if got := f.source(location).Properties.Text("content"); got != "Below" {
		t.Errorf("reads back as %q", got)
	}
	if a := f.form(url.Values{"action": {"delete"}, "url": {location}}); a.Status != http.StatusOK {
		t.Fatalf("delete: %d %s", a.Status, a.Body)
	}
	if a := f.form(url.Values{"action": {"undelete"}, "url": {location}}); a.Status != http.StatusOK {
		t.Fatalf("undelete: %d %s", a.Status, a.Body)
	}
	if got := strings.TrimSpace(git(t, other, "rev-list", "--count", "main")); got != "4" || f.commits() != "2" {
		t.Errorf("the site below has %s commits, the one above %s; want 4 and 2", got, f.commits())
	}
	// The path of the site above that looks like one of the site below.
	upward := f.create(`{"type":["h-entry"],"properties":{"content":["Above again"],"name":["x"]}}`)
	if a := f.json(`{"action":"update","url":"` + upward + `","mp-destination":"` + below +
		`","replace":{"content":["No"]}}`); a.Status != http.StatusBadRequest {
		t.Errorf("an update at a site that does not have the post: %d %s", a.Status, a.Body)
	}
}

// Who signed in as the second site posts there when the app says nothing else.
func TestSiteOfTheTokenIsItsDefault(t *testing.T) {
	t.Parallel()
	f, _ := serveTwo(t, "https://one.example/", "https://two.example/")
	for _, token := range []string{f.tokenFor("https://two.example/"), f.tokenFor("", "https://two.example/"),
		f.tokenFor("https://one.example/", "https://two.example/")} {
		a := f.json(`{"type":["h-entry"],"properties":{"content":["Hello"]}}`, "Authorization", "Bearer "+token)
		if at := a.Header.Get("Location"); a.Status != http.StatusCreated || !strings.HasPrefix(at, "https://two.example/") {
			t.Errorf("%d %s %s", a.Status, at, a.Body)
		}
	}
}

// A token for a site that is not served any more is good for nothing, and that is said.
func TestTokenOfAForgottenSiteIsRefused(t *testing.T) {
	t.Parallel()
	f, _ := serveTwo(t, "https://one.example/", "https://two.example/")
	token := f.tokenFor("https://three.example/", "https://three.example/")
	for _, a := range []answer{
		f.json(`{"type":["h-entry"],"properties":{"content":["Hello"]}}`, "Authorization", "Bearer "+token),
		f.send("GET", "/micropub?q=config", "", "", "Authorization", "Bearer "+token),
		f.json(`{"type":["h-entry"],"mp-destination":"https://one.example/","properties":{"content":["Hello"]}}`,
			"Authorization", "Bearer "+token),
	} {
		if a.Status != http.StatusForbidden || a.json(t)["error"] != "insufficient_scope" {
			t.Errorf("%d %s", a.Status, a.Body)
		}
	}
	if f.commits() != "1" {
		t.Error("something was committed")
	}
}

// With one site a token for another one is refused as well: the site may have been replaced.
func TestTokenOfAnotherSiteIsRefusedByASingleOne(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	a := f.json(`{"type":["h-entry"],"properties":{"content":["Hello"]}}`, "Authorization",
		"Bearer "+f.tokenFor("", "https://other.example/"))
	if a.Status != http.StatusForbidden {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

// Apps that remember a destination of another server may go on posting where there is one site.
func TestOneSiteIgnoresUnknownDestinations(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	location := f.create(`{"type":["h-entry"],"mp-destination":"https://micro.example/","properties":{"content":["Hello"]}}`)
	for _, a := range []answer{
		f.json(`{"action":"update","url":"` + location +
			`","mp-destination":"https://micro.example/","replace":{"content":["Changed"]}}`),
		f.form(url.Values{"action": {"delete"}, "url": {location}, "mp-destination": {"https://micro.example/"}}),
		f.send("GET", "/micropub?q=source&mp-destination=https://micro.example/", "", ""),
	} {
		if a.Status != http.StatusOK {
			t.Errorf("%d %s", a.Status, a.Body)
		}
	}
}

func TestRepositoryAddressesAreComparedWithoutTheirForms(t *testing.T) {
	same := []string{
		"https://git.example/ada/blog.git", "https://git.example/ada/blog", "http://git.example/ada/blog/",
		"https://ada:x@git.example/Ada/Blog.git",
		"ssh://git@git.example:2222/ada/blog.git", "git@git.example:ada/blog.git", "git.example:ada/blog",
		"git://git.example/ada/blog.git",
	}
	for _, s := range same {
		if got := blog.RepositoryAddress(s); got != "git.example/ada/blog" {
			t.Errorf("%s is %q", s, got)
		}
	}
	all := []string{"/srv/git/blog.git", "file:///srv/git/blog.git", "https://other.example/ada/blog.git",
		"https://git.example/ada/blog2.git"}
	if a, b := blog.RepositoryAddress(all[0]), blog.RepositoryAddress(all[1]); a != b {
		t.Errorf("a path is %q and %q", a, b)
	}
	for _, s := range all[2:] {
		if slices.Contains([]string{"git.example/ada/blog"}, blog.RepositoryAddress(s)) {
			t.Errorf("%s is the same", s)
		}
	}
}
