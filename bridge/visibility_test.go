package bridge_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestPrivatePostsAreNowhereOnTheBuiltSite makes and changes private posts in every way that
// an app can, builds the site after each step, and searches all of it for their words.
func TestPrivatePostsAreNowhereOnTheBuiltSite(t *testing.T) {
	t.Parallel()
	const secret = "between-us-alone"
	for _, generator := range skeletons {
		t.Run(generator, func(t *testing.T) {
			t.Parallel()
			version := generatorVersion(t, generator)
			f := serve(t, generator, func(c *settings) { c.Private, c.Options.Version = "draft", version })
			hidden := func(when string) {
				t.Helper()
				out, _ := f.build(generator)
				everywhere(t, out, func(file, text string) {
					if strings.Contains(file, secret) || strings.Contains(text, secret) {
						t.Errorf("%s: %s tells of the private post", when, file)
					}
				})
			}
			created := func(a answer) string {
				t.Helper()
				if a.Status != http.StatusCreated {
					t.Fatalf("create: %d %s", a.Status, a.Body)
				}
				return a.Header.Get("Location")
			}
			update := func(at, change string, statuses ...int) string {
				t.Helper()
				a := f.json(`{"action": "update", "url": "` + at + `", ` + change + `}`)
				for _, s := range append(statuses, http.StatusOK, http.StatusCreated) {
					if a.Status == s {
						if to := a.Header.Get("Location"); to != "" {
							return to
						}
						return at
					}
				}
				t.Fatalf("update of %s by %s: %d %s", at, change, a.Status, a.Body)
				return ""
			}

			properties := `"name": ["Note ` + secret + `"], "content": ["Words ` + secret + `"], "visibility": ["private"]`
			one := created(f.json(`{"type": ["h-entry"], "properties": {` + properties + `}}`))
			created(f.form(url.Values{"h": {"entry"}, "content": {"Form " + secret}, "visibility": {"private"},
				"post-status": {"published"}}))
			created(f.json(`{"type": ["h-entry"], "properties": {` + properties +
				`, "published": ["2020-02-02T02:02:02Z"], "post-status": ["published"]}}`))
			hidden("created")

			for _, change := range []string{
				`"replace": {"post-status": ["published"]}`,
				`"delete": ["post-status"]`,
				`"replace": {"content": ["More words ` + secret + `"], "published": ["2021-01-01"]}`,
				`"add": {"category": ["` + secret + `"]}`,
				`"delete": {"post-status": ["draft"]}`,
			} {
				one = update(one, change, http.StatusBadRequest)
				hidden(change)
			}

			// A public post becomes private, and leaves the site.
			two := created(f.json(`{"type": ["h-entry"], "properties": {"content": ["Once for all ` + secret +
				`"], "mp-slug": ["once"]}}`))
			two = update(two, `"replace": {"visibility": ["private"]}`)
			hidden("public made private")

			// Words that are no visibility are refused, and change nothing.
			before := f.commits()
			for _, word := range []string{"protected", "secret", "friends"} {
				a := f.json(fmt.Sprintf(`{"type": ["h-entry"], "properties": {"content": [%q], "visibility": [%q]}}`, secret, word))
				if a.Status != http.StatusBadRequest {
					t.Errorf("visibility %s: %d %s", word, a.Status, a.Body)
				}
			}
			for _, odd := range []string{`"visibility": ["public", "private"]`, `"visibility": [{"value": "private"}]`,
				`"post-status": ["published", "draft"]`, `"post-status": [false]`} {
				if a := f.json(`{"type": ["h-entry"], "properties": {"content": ["` + secret + `"], ` + odd +
					`}}`); a.Status != http.StatusBadRequest {
					t.Errorf("%s: %d %s", odd, a.Status, a.Body)
				}
			}
			if f.commits() != before {
				t.Error("a refused post made a commit")
			}
			hidden("refused")

			// Its owner makes it public in two steps, and it is there.
			two = update(two, `"replace": {"visibility": ["public"], "post-status": ["published"], "content": ["For all again"]}`)
			out, _ := f.build(generator)
			if page := readPage(t, out, two); !strings.Contains(page.text, "For all again") {
				t.Errorf("the post that was made public shows %q", page.text)
			}
		})
	}
}

// TestUnlistedPostCanBeListedAgain moves a post between the lists and back.
func TestUnlistedPostCanBeListedAgain(t *testing.T) {
	t.Parallel()
	version := generatorVersion(t, "hugo")
	f := serve(t, "hugo", func(c *settings) { c.Options.Version = version })
	at := f.create(`{"type": ["h-entry"], "properties": {"name": ["A quiet walk"], "content": ["Text"], "visibility": ["unlisted"]}}`)
	lists := func() (n int) {
		out, _ := f.build("hugo")
		everywhere(t, out, func(_, text string) {
			if strings.Contains(text, "A quiet walk") {
				n++
			}
		})
		if !strings.Contains(readPage(t, out, at).text, "Text") {
			t.Errorf("the post is not at %s", at)
		}
		return n
	}
	for _, step := range []struct {
		change string
		listed bool
	}{{"", false}, {`"replace": {"visibility": ["public"]}`, true}, {`"replace": {"visibility": ["unlisted"]}`,
		false}, {`"delete": ["visibility"]`, true}} {
		if step.change != "" {
			if a := f.json(`{"action": "update", "url": "` + at + `", ` + step.change + `}`); a.Status != http.StatusOK {
				t.Fatalf("%s: %d %s", step.change, a.Status, a.Body)
			}
		}
		if n := lists(); (n > 1) != step.listed {
			t.Errorf("after %q the post is in %d files", step.change, n)
		}
	}
}
