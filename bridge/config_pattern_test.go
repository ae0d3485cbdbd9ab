package bridge_test

import (
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gitpost/bridge"
	"gitpost/bridge/site"
)

func TestWrongPatternsAreConfigurationErrors(t *testing.T) {
	for _, c := range []struct{ text, key, message, remedy string }{
		{`site: {path: "{year}/{title}.md"}`, "site.path", "unknown placeholder {title}", "{slug}"},
		{`site: {path: ":year/:month.md"}`, "site.path", "no {slug}", ":year/:month-{slug}.md"},
		{`types: {note: {path: "notes"}}`, "types.note.path", "no {slug}", "notes/{slug}.md"},
		{`types: {like: {path: "likes/{day}-{weekday}-{slug}.md"}}`, "types.like.path", "unknown placeholder {weekday}", "{year}"},
		{`types: {like: {path: "../{slug}.md"}}`, "types.like.path", "inside the repository", ""},
	} {
		_, _, err := load(t, sixKeys+c.text+"\n")
		var wrong *bridge.ConfigError
		if !errors.As(err, &wrong) || len(wrong.Problems) != 1 {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		p := wrong.Problems[0]
		if p.Key != c.key || !strings.Contains(p.Message, c.message) || !strings.Contains(p.Remedy, c.remedy) {
			t.Errorf("%s: %s", c.text, p)
		}
	}
}

// The examples of the keys that place posts hold on both generators: a note goes where they
// say, and is a page there.
func TestExamplesOfPlacesAreTrue(t *testing.T) {
	t.Parallel()
	want := map[string]map[string]string{
		"hugo":   {"site.section": `^content/posts/hello\.md$`, "site.path": `^content/posts/20\d\d/20\d\d-\d\d-\d\d-hello\.md$`, "types.*.path": `^content/notes/hello\.md$`},
		"jekyll": {"site.section": `^_posts/20\d\d-\d\d-\d\d-hello\.md$`, "site.path": `^_posts/20\d\d/20\d\d-\d\d-\d\d-hello\.md$`, "types.*.path": `^notes/hello\.md$`},
	}
	for _, skeleton := range skeletons {
		for _, key := range bridge.Keys() {
			pattern, placing := want[skeleton][key.Name]
			if !placing {
				continue
			}
			word, group := strings.Replace(key.Name, "*", "note", 1), ""
			for indent := ""; word != ""; indent += "  " {
				first, rest, _ := strings.Cut(word, ".")
				group += indent + first + ":"
				if word = rest; word != "" {
					group += "\n"
				}
			}
			c, _, err := load(t, sixKeys+group+" "+key.Example+"\n")
			if err != nil {
				t.Fatal(err)
			}
			tree := os.DirFS(filepath.Join("..", "testdata", "skeletons", skeleton))
			f := serveFiles(t, tree, func(server *bridge.Config) { server.Site = c.Site })
			location := f.create(`{"type": ["h-entry"], "properties": {"content": ["Hello"]}}`)
			file := strings.TrimSpace(git(t, f.remote, "show", "--format=", "--name-only", "main"))
			if !regexp.MustCompile(pattern).MatchString(file) {
				t.Errorf("%s: %s: %s places a note at %s", skeleton, key.Name, key.Example, file)
			}
			if a := f.send(http.MethodGet, "/micropub?q=source&url="+url.QueryEscape(location), "", ""); a.Status != http.StatusOK {
				t.Errorf("%s: %s: %s", skeleton, key.Name, a.Body)
			}
		}
	}
}

// Every placeholder is in the README, and no other.
func TestReadmeListsThePlaceholders(t *testing.T) {
	b, err := fs.ReadFile(os.DirFS(".."), "README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(b), "\n### Where new posts go\n")
	section, _, _ = strings.Cut(section, "\n##")
	if !ok {
		t.Fatal(`the README has no section "Where new posts go"`)
	}
	listed := map[string]bool{}
	for _, p := range regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(section, -1) {
		listed[p[1]] = true
	}
	for _, name := range site.Placeholders {
		if !listed[name] {
			t.Errorf("the README does not tell of {%s}", name)
		}
		delete(listed, name)
	}
	if len(listed) > 0 {
		t.Errorf("the README tells of unknown placeholders: %v", listed)
	}
}
