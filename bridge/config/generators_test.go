package config_test

import (
	"fmt"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"gitpost/bridge/config"
	"gitpost/bridge/mf2"
	"gitpost/bridge/site"
	"gitpost/frontmatter"
	"gitpost/templates"
)

// TestExamplesOfTheManual: each example of the chapter Other generators is a configuration that says
// where the files of a site are published, and where a post goes. The starters of generators that are
// recognised need none.
func TestExamplesOfTheManual(t *testing.T) {
	examples := maps.Collect(examplesOfGenerators(t))
	files, err := filepath.Glob("../../testdata/described/*.txtar")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d sites: %v", len(files), err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		heading := strings.TrimSpace(string(archive.Comment))
		t.Run(heading, func(t *testing.T) {
			if examples[heading] == "" && !strings.HasPrefix(heading, "detected: ") {
				t.Fatalf("the chapter has no example below %q", heading)
			}
			l := describedLibrary(t, archive, examples[heading])
			delete(examples, heading)
			var urls strings.Builder
			for _, p := range slices.Sorted(maps.Keys(l.files)) {
				if !l.site.Content(p) {
					continue
				}
				page := l.page(p)
				same, err := l.site.Revise(l, site.Source{Path: p, Data: []byte(l.files[p])}, func(*mf2.Item) error { return nil })
				if err != nil || string(same.Data) != l.files[p] || same.Path != p {
					t.Errorf("%s is not the same after an update of nothing: %v\n%s", p, err, same.Data)
				}
				where := page.URL
				if !page.Published {
					where = page.Reason
				}
				fmt.Fprintf(&urls, "%s %s\n", p, where)
			}
			made, err := l.site.Compose(l, site.Post{Item: mf2.Item{Type: []string{"h-entry"}, Properties: mf2.Properties{
				"content": {"Fog on the river {{ today }}"}, "category": {"sea", "the quay"},
				"like-of": {"https://friend.example/"},
				"photo":   {map[string]any{"value": "https://m.example/a.jpg", "alt": "Fog"}}, "mp-slug": {"fog"},
				"summary": {"Of fog"}, "mood": {"calm"},
			}}})
			if err != nil {
				t.Fatal(err)
			}
			l.files[made.Path] = string(made.Data)
			read := l.site.Item(l.page(made.Path), l.Document(made.Path))
			for property, want := range map[string]string{"mood": "calm", "like-of": "https://friend.example/",
				"summary": "Of fog", "content": "Fog on the river {{ today }}\n"} {
				if got := read.Properties.Text(property); strings.TrimSpace(got) != strings.TrimSpace(want) {
					t.Errorf("%s is read back as %q, want %q", property, got, want)
				}
			}
			note := made.Path + " " + made.Page.URL + "\n" + string(made.Data)
			for i, f := range archive.Files {
				got := map[string]string{"urls.txt": urls.String(), "new.md": note}[f.Name]
				if got == "" || got == string(f.Data) {
					continue
				}
				if *updateManual && f.Name == "new.md" {
					archive.Files[i].Data = []byte(got)
					if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
						t.Fatal(err)
					}
					continue
				}
				t.Errorf("%s is\n%s\nwant\n%s", f.Name, got, f.Data)
			}
		})
	}
	for heading := range examples {
		if heading != "Any other generator" {
			t.Errorf("no site in testdata/described fits the example below %q", heading)
		}
	}
}

// examplesOfGenerators are the examples of the chapter by their headings. Each must be a whole configuration with
// the keys that every site has.
func examplesOfGenerators(t *testing.T) iter.Seq2[string, string] {
	t.Helper()
	var chapter string
	for _, c := range templates.Manual() {
		if c.Name == "generators" {
			chapter = c.Text
		}
	}
	return func(yield func(heading, example string) bool) {
		for _, part := range strings.Split(chapter, "\n## ")[1:] {
			heading, text, _ := strings.Cut(part, "\n")
			_, after, found := strings.Cut(text, "```yaml\n")
			example, _, _ := strings.Cut(after, "```")
			if found && strings.Contains(example, "generator: custom") && !yield(heading, example) {
				return
			}
		}
	}
}

// A memory is a site in memory.
type memory struct {
	site  *site.Site
	files map[string]string
}

func describedLibrary(t *testing.T, archive *txtar.Archive, example string) *memory {
	t.Helper()
	file := filepath.Join(t.TempDir(), "gitpost.yaml")
	text := "me: https://blog.example/\nrepo: https://git.example/blog.git\nurl: https://pub.blog.example\n" + example
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	m := &memory{files: map[string]string{}}
	tree := fstest.MapFS{}
	for _, f := range archive.Files {
		if f.Name != "urls.txt" && f.Name != "new.md" {
			m.files[f.Name] = string(f.Data)
			tree[f.Name] = &fstest.MapFile{Data: f.Data}
		}
	}
	options := c.Sites[0].SiteOptions()
	options.Now = func() time.Time { return time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC) }
	if m.site, err = site.Open(tree, options); err != nil {
		t.Fatal(err)
	}
	return m
}

func (m *memory) Exists(path string) bool { _, ok := m.files[path]; return ok }

func (m *memory) Document(path string) *frontmatter.Document {
	doc, err := m.site.Parse([]byte(m.files[path]))
	if err != nil {
		return nil
	}
	return doc
}

func (m *memory) page(path string) site.Page { return m.site.Locate(path, m.Document(path), m) }

func (m *memory) PathOf(url string) (string, bool) {
	for path := range m.files {
		if m.site.Content(path) && m.page(path).URL == url {
			return path, true
		}
	}
	return "", false
}

func (m *memory) Recent(int) []site.Source {
	var sources []site.Source
	for _, path := range slices.Sorted(maps.Keys(m.files)) {
		if m.site.Content(path) {
			sources = append(sources, site.Source{Path: path, Data: []byte(m.files[path])})
		}
	}
	return sources
}
