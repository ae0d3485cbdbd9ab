package bridge_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gitpost/bridge/config"
)

// The examples of the keys that place posts hold on both generators: a note goes where they
// say, and is a page there.
func TestExamplesOfPlacesAreTrue(t *testing.T) {
	t.Parallel()
	want := map[string]map[string]string{
		"hugo": {"site.section": `^content/posts/hello\.md$`,
			"site.path": `^content/posts/20\d\d/20\d\d-\d\d-\d\d-hello\.md$`, "types.*.path": `^content/notes/hello\.md$`},
		"jekyll": {"site.section": `^_posts/20\d\d-\d\d-\d\d-hello\.md$`,
			"site.path": `^_posts/20\d\d/20\d\d-\d\d-\d\d-hello\.md$`, "types.*.path": `^notes/hello\.md$`},
	}
	for _, skeleton := range skeletons {
		for _, key := range config.Keys() {
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
			c, err := loadConfig(t,
				"me: https://example.org/\nrepo: blog.git\nurl: https://pub.example.org\n"+group+" "+key.Example+"\n")
			if err != nil {
				t.Fatal(err)
			}
			tree := os.DirFS(filepath.Join("..", "testdata", "skeletons", skeleton))
			f := serveFiles(t, tree, func(s *settings) { s.Options = c.Sites[0].Options })
			location := f.create(`{"type": ["h-entry"], "properties": {"content": ["Hello"]}}`)
			file := strings.TrimSpace(git(t, f.remote, "show", "--format=", "--name-only", "main"))
			if !regexp.MustCompile(pattern).MatchString(file) {
				t.Errorf("%s: %s: %s places a note at %s", skeleton, key.Name, key.Example, file)
			}
			if a := f.send(http.MethodGet, "/micropub?q=source&url="+url.QueryEscape(location), "",
				""); a.Status != http.StatusOK {
				t.Errorf("%s: %s: %s", skeleton, key.Name, a.Body)
			}
		}
	}
}

func loadConfig(t *testing.T, text string) (config.Config, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "gitpost.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return config.Load(file, nil)
}
