package site

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"gitpost/bridge/site/generator"
	"gitpost/bridge/site/generator/generatortest"
)

// siteCases is one file of testdata/site-cases; its README and gen.py describe the fields.
type siteCases struct {
	Generator string
	Version   string
	Cases     []siteCase
}

type siteCase struct {
	Name        string
	Env         map[string]string
	Config      map[string]string
	Files       map[string]string
	Error       string
	Published   map[string]string
	Output      map[string]string
	Unpublished []string
	Static      map[string][]string
	Redirects   map[string]string
	Kinds       map[string]string
	Seen        map[string]map[string]any
}

func readSiteCases(t *testing.T, generator string) []siteCases {
	t.Helper()
	files, err := filepath.Glob("../../testdata/site-cases/" + generator + "-*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no site cases of %s: %v", generator, err)
	}
	var all []siteCases
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var cases siteCases
		if err := json.Unmarshal(data, &cases); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all = append(all, cases)
	}
	return all
}

func openCase(name, version string, config, files, env map[string]string) (*generatortest.Site, error) {
	for _, g := range generators {
		if g.Name == name {
			return generatortest.Open(g, generator.Options{Version: version, Env: env}, config, files)
		}
	}
	return nil, fmt.Errorf("no generator %s", name)
}

// bodyErrors are the cases whose builds fail for a text, not for a place or front matter:
// Compose escapes such texts, Locate has no say.
var bodyErrors = map[string]bool{
	"body-shortcode-unknown-fails":  true,
	"body-shortcode-unclosed-fails": true,
}

func TestSiteCases(t *testing.T) {
	for _, generator := range []string{"hugo", "jekyll", "eleventy"} {
		for _, file := range readSiteCases(t, generator) {
			t.Run(generator+"-"+file.Version, func(t *testing.T) {
				for _, c := range file.Cases {
					t.Run(c.Name, func(t *testing.T) { c.check(t, file.Generator, file.Version) })
				}
			})
		}
	}
}

func (c siteCase) check(t *testing.T, generator, version string) {
	s, err := openCase(generator, version, c.Config, c.Files, c.Env)
	if c.Error != "" {
		c.checkError(t, generator, s, err)
		return
	}
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	aliases := map[string]string{}
	for _, path := range sortedKeys(c.Files) {
		p := s.Page(path)
		if want := c.Published[path]; want != "" {
			c.checkPublished(t, generator, p, want)
			for _, alias := range p.Aliases {
				if !c.leadsToFile(alias, path) {
					aliases[alias] = p.URL
				}
			}
		} else if p.Published {
			t.Errorf("%s: published at %s, want it left out", path, p.URL)
		}
		if len(c.Static[path]) > 0 && !p.Static {
			t.Errorf("%s: not static, want a file that is copied; reason %q", path, p.Reason)
		}
	}
	for _, path := range c.Unpublished {
		if p := s.Page(path); p.Published {
			t.Errorf("%s: published, want it left out", path)
		}
	}
	c.checkRedirects(t, s, aliases)
}

// leadsToFile reports whether an alias leads to the very file of a page.
func (c siteCase) leadsToFile(alias, path string) bool {
	u, err := url.Parse(alias)
	return err == nil && strings.TrimPrefix(u.Path, "/") == c.Output[path]
}

func (c siteCase) checkPublished(t *testing.T, generator string, p Page, want string) {
	t.Helper()
	if !p.Published {
		t.Errorf("%s: not published (%s), want %s", p.Path, p.Reason, want)
	}
	if !norm.NFKC.IsNormalString(c.Output[p.Path]) && generator == "jekyll" {
		// The URL that the site prints leads nowhere, and the page is known by that of its file, too.
		if !slices.ContainsFunc(p.Aliases, func(alias string) bool { return c.leadsToFile(alias, p.Path) }) {
			t.Errorf("%s: no URL leads to %s: %v", p.Path, c.Output[p.Path], p.Aliases)
		}
	}
	if p.URL != want {
		t.Errorf("%s: URL\n got %s\nwant %s", p.Path, p.URL, want)
	}
	if out := c.Output[p.Path]; p.Output != out {
		t.Errorf("%s: output\n got %s\nwant %s", p.Path, p.Output, out)
	}
	if kind := c.Kinds[p.Path]; kind != "" && p.Kind != kind {
		t.Errorf("%s: kind %q, want %q", p.Path, p.Kind, kind)
	}
	if kind := c.Kinds[p.Path]; kind != "" && kind != "page" {
		return // sections take their dates from their pages
	}
	seen, _ := c.Seen[p.Path]["date"].(string)
	if seen == "" {
		return
	}
	at, err := time.Parse(time.RFC3339, seen)
	if err != nil {
		t.Fatalf("%s: date of the case: %v", p.Path, err)
	}
	if got := p.Date.Format(time.RFC3339); got != at.Format(time.RFC3339) && !(p.Date.Equal(at) && c.Env["TZ"] != "") {
		t.Errorf("%s: date %s, want %s", p.Path, got, seen)
	}
}

func (c siteCase) checkError(t *testing.T, name string, s *generatortest.Site, err error) {
	if err != nil || bodyErrors[c.Name] {
		return
	}
	for _, path := range sortedKeys(c.Files) {
		if p := s.Page(path); strings.HasPrefix(p.Reason, generator.Breaks) {
			if p.Published {
				t.Errorf("%s: published although it %s", path, p.Reason)
			}
			return
		}
	}
	if name == "hugo" {
		t.Errorf("the build fails (%s), but no file is named for it", c.Error)
	}
}

// checkRedirects compares the redirects of pages' aliases; those between the home pages of
// languages have no file of their own.
func (c siteCase) checkRedirects(t *testing.T, s *generatortest.Site, aliases map[string]string) {
	t.Helper()
	predicted := map[string]string{}
	for alias, target := range aliases {
		predicted[strings.TrimSuffix(alias, "index.html")] = target
	}
	for out, target := range c.Redirects {
		if strings.HasSuffix(out, "index.html") && strings.Count(out, "/") <= 1 && !strings.Contains(target, "/posts/") &&
			strings.TrimSuffix(target, "/") == strings.TrimSuffix(homeOf(s, target), "/") {
			continue
		}
		found := false
		for alias, to := range predicted {
			u, err := url.Parse(alias)
			if err != nil {
				t.Fatalf("alias %q: %v", alias, err)
			}
			if strings.HasSuffix("/"+strings.TrimSuffix(out, "index.html"), u.Path) ||
				strings.HasSuffix(u.Path, "/"+strings.TrimSuffix(out, "index.html")) {
				found = true
				delete(predicted, alias)
				if to != target {
					t.Errorf("redirect %s leads to %s, want %s", out, to, target)
				}
				break
			}
		}
		if !found {
			t.Errorf("redirect %s to %s: no page has this alias; predicted %v", out, target, predicted)
		}
	}
	for alias, target := range predicted {
		t.Errorf("alias %s of %s: the build made no such redirect", alias, target)
	}
}

// homeOf is the home page that a URL belongs to: the URL itself when it is one.
func homeOf(c *generatortest.Site, target string) string {
	base := c.Convention().BaseURL
	rest, _ := strings.CutPrefix(target, base)
	rest = strings.TrimSuffix(rest, "index.html")
	if rest == "" || !strings.Contains(strings.TrimSuffix(rest, "/"), "/") && len(rest) <= 6 {
		return strings.TrimSuffix(target, "index.html") +
			map[bool]string{true: "index.html"}[strings.HasSuffix(target, "index.html")]
	}
	return base
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
