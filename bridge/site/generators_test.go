package site

import (
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gitpost/bridge/mf2"
	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// TestCommonCodeNamesNoGenerator: a generator is a folder and a line in the list. What differs
// between generators is asked of the contract, never of a name.
func TestCommonCodeNamesNoGenerator(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	contract, err := filepath.Glob("generator/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(files, contract...) {
		if file == "generators.go" || strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		tokens := token.NewFileSet()
		var s scanner.Scanner
		s.Init(tokens.AddFile(file, -1, len(source)), source, nil, 0) // without comments
		for {
			at, tok, text := s.Scan()
			if tok == token.EOF {
				break
			}
			for _, g := range generators {
				names := strings.Contains(strings.ToLower(text), g.Name)
				if g.Describes { // its name is a word of other things too
					names = text == `"`+g.Name+`"`
				}
				if (tok == token.IDENT || tok == token.STRING) && names {
					t.Errorf("%s names a generator: %s", tokens.Position(at), text)
				}
			}
		}
	}
}

// plainSite is of a third generator, the smallest that there can be: each Markdown file in posts is
// published under its name.
type plainSite struct{ convention generator.Convention }

var plainDefinition = generator.Definition{
	Name: "plain", Title: "Plain", ConfigFile: "plain.txt", ConfigNames: []string{"plain"},
	Detect: func(tree fs.FS) generator.Detection {
		if !generator.IsFile(tree, "plain.txt") {
			return generator.Detection{}
		}
		return generator.Detection{Confidence: generator.OwnConfig, From: "plain.txt"}
	},
	Open: func(tree fs.FS, o generator.Options) (generator.Generator, error) {
		base, err := fs.ReadFile(tree, "plain.txt")
		if err != nil {
			return nil, err
		}
		return &plainSite{generator.Convention{
			Name: "plain", Version: "1", BaseURL: strings.TrimSpace(string(base)), Zone: time.UTC,
			Origin: generator.Origin{BaseURL: "plain.txt", Zone: "always UTC"},
			Folders: generator.Folders{
				Content: "posts", ContentPrefix: "posts/", Pages: "posts", Posts: "posts", PostPattern: "{slug}.md",
				Data: "data", DataExtension: ".yaml", Static: "static", StaticURL: strings.TrimSpace(string(base)),
			},
			Keys: generator.Keys{
				Vocabulary: generator.NewVocabulary(map[string][]string{
					"published": {"date"}, "updated": {"changed"}, "summary": {"summary"}, "category": {"tags"},
				}, "hidden listed", generator.Snake),
				DateLayout: time.RFC3339, Image: "image", Address: "url", Draft: generator.Draft{Key: "hidden", On: true},
			},
			Text:     generator.Text{RawHTML: true},
			Unlisted: generator.Unlisted{Keys: []generator.Switch{{Paths: [][]string{{"listed"}}, Value: false}}},
			Head:     generator.Head{Advice: "put them into head.html"},
		}}, nil
	},
}

func (p *plainSite) Convention() *generator.Convention { return &p.convention }

func (p *plainSite) Role(file string) generator.Role {
	switch {
	case file == "plain.txt":
		return generator.Config
	case path.Dir(file) == "posts" && path.Ext(file) == ".md":
		return generator.Content
	}
	return 0
}

func (p *plainSite) Locate(file string, doc *frontmatter.Document, _ generator.Surroundings) generator.Page {
	if p.Role(file) != generator.Content {
		return generator.Page{Path: file, Static: true}
	}
	name := strings.TrimSuffix(path.Base(file), ".md")
	page := generator.Page{Path: file, Kind: "post", URL: p.convention.BaseURL + name + ".html", Output: name + ".html"}
	if doc == nil {
		page.Reason = generator.Breaks + "its front matter cannot be read"
		return page
	}
	if f, ok := doc.Field("date"); ok {
		page.Date, _, _ = p.Date(f)
	}
	if address, ok := doc.Get("url"); ok {
		page.URL = p.convention.BaseURL + strings.TrimPrefix(address.(string), "/")
	}
	if hidden, _ := doc.Get("hidden"); hidden == true {
		page.Reason = "draft"
	}
	page.Published = page.Reason == ""
	return page
}

func (p *plainSite) Naming(file string) generator.Naming { return generator.PlainNaming(file) }

func (p *plainSite) Date(f frontmatter.Field) (t time.Time, precise, ok bool) {
	if t, err := time.Parse(time.RFC3339, f.Text); err == nil {
		return t, true, true
	}
	t, err := time.Parse("2006-01-02", f.Text)
	return t, false, err == nil
}

func (p *plainSite) Escape(text string, _ generator.Place) (string, []string) {
	if !strings.Contains(text, "@@") {
		return text, nil
	}
	return strings.ReplaceAll(text, "@@", p.Escaped("@@")), []string{"@@"}
}

func (p *plainSite) Escaped(part string) string { return "&#64;&#64;" }

// TestAGeneratorIsOneFolderAndOneLine: what a new generator brings is its Definition. Posting,
// updating, drafts, unlisted posts, contacts, uploads and the explanation follow from it.
func TestAGeneratorIsOneFolderAndOneLine(t *testing.T) {
	known := generators
	generators = append(generators[:len(generators):len(generators)], plainDefinition)
	defer func() { generators = known }()

	l := newLibrary(t, map[string]string{
		"plain.txt":      "https://e.example/\n",
		"posts/first.md": "---\ntitle: First\ndate: 2026-01-02T03:04:05Z\ntags: [a]\n---\nHello.\n",
		"posts/2.md":     "---\ntitle: Second\ndate: 2026-01-03T03:04:05Z\ntags: [b]\n---\nHello again.\n",
		"static/pic.png": "PNG",
	})
	item := entry(map[string][]any{
		"name": {"A Third One"}, "content": {"Write to me@@e.example."}, "category": {"c", "d"},
		"like-of":   {"https://liked.example/"},
		"published": {"2026-02-03T04:05:06Z"}, "photo": {map[string]any{"value": "https://e.example/a.jpg", "alt": "A"}},
		"post-status": {"draft"},
	})
	made := l.compose(Post{Item: item})
	if made.Path != "posts/a-third-one.md" || made.Page.URL != "https://e.example/a-third-one.html" ||
		made.Page.Published {
		t.Errorf("composed %s at %s, published %v", made.Path, made.Page.URL, made.Page.Published)
	}
	for _, line := range []string{"hidden: true\n", "tags: [c, d]\n", "like_of: https://liked.example/\n",
		"date: 2026-02-03T04:05:06Z\n", "me&#64;&#64;e.example."} {
		if !strings.Contains(string(made.Data), line) {
			t.Errorf("%q is missing in\n%s", line, made.Data)
		}
	}
	for property, want := range item.Properties {
		if got := l.item(made.Path).Properties[property]; !same(got, want) {
			t.Errorf("%s is read as %v, want %v", property, got, want)
		}
	}

	changed := l.revise(made.Path, func(item *mf2.Item) error {
		delete(item.Properties, "post-status")
		item.Properties["visibility"] = []any{"unlisted"}
		item.Properties["mp-slug"] = []any{"moved"}
		return nil
	})
	if changed.Path != "posts/moved.md" || !changed.Page.Published ||
		strings.Contains(string(changed.Data), "hidden") || !strings.Contains(string(changed.Data), "listed: false\n") {
		t.Errorf("revised to %s, published %v:\n%s", changed.Path, changed.Page.Published, changed.Data)
	}
	if former := l.page(changed.Path).Aliases; len(former) != 1 || former[0] != "https://e.example/a-third-one.html" {
		t.Errorf("the former URL is not remembered: %v", former)
	}
	if visibility := l.item(changed.Path).Properties.Text("visibility"); visibility != "unlisted" {
		t.Errorf("the visibility is read as %q", visibility)
	}

	if file, url := l.site.Media("x.png", noon); file != "static/media/2026/03/x.png" ||
		url != "https://e.example/media/2026/03/x.png" {
		t.Errorf("an upload goes to %s at %s", file, url)
	}
	if folder := l.site.ContactFolder(); folder != "data/contacts" {
		t.Errorf("contacts are in %s", folder)
	}
	if _, _, advice := l.site.Head(treeOf(nil), []string{"<link>"}); advice != "put them into head.html" {
		t.Errorf("the advice is %q", advice)
	}
	if explained, err := l.site.Explain(l); err != nil ||
		explained.Findings[0] != (Finding{"generator", "plain", "plain.txt"}) {
		t.Errorf("explained as %v: %v", explained.Findings, err)
	}
}
