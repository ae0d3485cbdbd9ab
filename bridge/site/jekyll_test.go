package site

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"gitpost/frontmatter"
)

type jekyllCase struct {
	Name        string
	Version     string
	Env         map[string]string
	Config      map[string]string
	Files       map[string]string
	Published   map[string]string
	Output      map[string]string
	Unpublished []string
	Static      map[string][]string
	Kinds       map[string]string
	Seen        map[string]map[string]any
	Error       string
}

// locateAll is what the profile says of every file of a site.
type locatedSite struct {
	Published   map[string]string
	Output      map[string]string
	Unpublished []string
	Static      map[string][]string
	Kinds       map[string]string
	Dates       map[string]string
}

var contentExtensions = []string{".md", ".markdown", ".mdown", ".mkd", ".mkdn", ".html", ".htm", ".textile", ".org", ".adoc", ".rst"}

type jekyllFiles map[string]string

func (f jekyllFiles) Exists(path string) bool {
	if _, ok := f[path]; ok {
		return true
	}
	for name := range f {
		if strings.HasPrefix(name, path+"/") {
			return true
		}
	}
	return false
}

func (f jekyllFiles) Document(string) *frontmatter.Document { return nil }

func locateJekyll(t testing.TB, c jekyllCase) locatedSite {
	tree := fstest.MapFS{}
	for _, m := range []map[string]string{c.Config, c.Files} {
		for path, text := range m {
			tree[path] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	env := map[string]string{"TZ": "UTC"}
	for k, v := range c.Env {
		env[k] = v
	}
	j, err := newJekyll(tree, Options{Env: env}, c.Version)
	if err != nil {
		t.Errorf("%s: %v", c.Name, err)
		return locatedSite{}
	}
	got := locatedSite{map[string]string{}, map[string]string{}, nil, map[string][]string{}, map[string]string{}, map[string]string{}}
	paths := make([]string, 0, len(c.Files))
	for path := range c.Files {
		paths = append(paths, path)
	}
	sort.Strings(paths)
	for _, path := range paths {
		var doc *frontmatter.Document
		if j.content(path) {
			doc, _ = frontmatter.Parse([]byte(c.Files[path]), j.dialect())
		}
		page := j.locate(path, doc, jekyllFiles(c.Files))
		switch {
		case page.Static:
			got.Static[path] = []string{page.Output}
		case page.Published:
			got.Published[path] = page.URL
			got.Output[path] = page.Output
			if page.Kind != "post" {
				got.Kinds[path] = page.Kind
			}
			if !page.Date.IsZero() {
				got.Dates[path] = page.Date.Format("2006-01-02T15:04:05-07:00")
			}
		default:
			top, _, _ := strings.Cut(path, "/")
			switch top {
			case "_layouts", "_includes", "_plugins", "_data", "_sass":
				continue
			}
			for _, ext := range contentExtensions {
				if strings.HasSuffix(strings.ToLower(path), ext) {
					got.Unpublished = append(got.Unpublished, path)
					break
				}
			}
		}
	}
	return got
}

func TestJekyllPublishesAsTheVerifiedCases(t *testing.T) {
	found, _ := filepath.Glob("../../testdata/site-cases/jekyll-*.json")
	if len(found) == 0 {
		t.Fatal("no cases")
	}
	for _, file := range found {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var corpus struct{ Cases []jekyllCase }
		if err := json.Unmarshal(text, &corpus); err != nil {
			t.Fatal(err)
		}
		for _, c := range corpus.Cases {
			t.Run(filepath.Base(file)+"/"+c.Name, func(t *testing.T) { checkJekyllCase(t, c) })
		}
	}
}

func checkJekyllCase(t *testing.T, c jekyllCase) {
	got := locateJekyll(t, c)
	if c.Error != "" {
		return
	}
	same := func(what string, got, want any) {
		t.Helper()
		if reflect.ValueOf(got).Len() == 0 && reflect.ValueOf(want).Len() == 0 {
			return
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s\n got %v\nwant %v\nconfig %q", what, got, want, c.Config)
		}
	}
	same("published", got.Published, c.Published)
	same("output", got.Output, c.Output)
	same("unpublished", got.Unpublished, c.Unpublished)
	same("static", got.Static, c.Static)
	same("kinds", got.Kinds, c.Kinds)
	for path, seen := range c.Seen {
		want, _ := seen["date"].(string)
		if have := got.Dates[path]; have != want {
			w, err1 := time.Parse(time.RFC3339, want)
			h, err2 := time.Parse(time.RFC3339, have)
			if err1 != nil || err2 != nil || !w.Equal(h) {
				t.Errorf("date of %s: got %s, want %s", path, have, want)
			}
		}
	}
}
