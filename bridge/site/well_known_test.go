package site

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"gitpost/bridge/npmtest"
	"gitpost/templates"
)

const (
	wellKnownName = "site.standard.publication"
	recordURI     = "at://did:plc:z72i7hdynmk6r22z27h6tvur/site.standard.publication/3lwafzkjqm25s"
	documentURI   = "at://did:plc:z72i7hdynmk6r22z27h6tvur/site.standard.document/3lwafzkjqm25t"
)

func TestWellKnownFilesGoWhereTheGeneratorServesThem(t *testing.T) {
	const hugo, jekyll = "baseURL = 'https://blog.example/'\n", "url: https://blog.example\n"
	eleventy := map[string]string{"package.json": `{"devDependencies": {"@11ty/eleventy": "^3.1.0"}}`,
		"eleventy.config.js": "export default function (c) {}\n"}
	for _, c := range []struct {
		name  string
		files map[string]string
		want  string // the files that change; or a part of the refusal
	}{
		{"hugo", map[string]string{"hugo.toml": hugo}, "static/.well-known/" + wellKnownName},
		{"hugo with its own folder", map[string]string{"hugo.toml": hugo + "staticDir = 'files'\n"},
			"files/.well-known/" + wellKnownName},
		{"hugo in a folder of the domain", map[string]string{"hugo.toml": "baseURL = 'https://blog.example/notes/'\n"},
			"in a folder of its domain"},
		{"zola", map[string]string{"config.toml": "base_url = 'https://blog.example'\n", "content/_index.md": "+++\n+++\n",
			"templates/index.html": "x"}, "static/.well-known/" + wellKnownName},
		{"jekyll", map[string]string{"_config.yml": jekyll}, ".well-known/" + wellKnownName + " _config.yml"},
		{"jekyll that has the folder", map[string]string{"_config.yml": jekyll + "include: [.well-known]\n"},
			".well-known/" + wellKnownName},
		{"jekyll below a source", map[string]string{"_config.yml": jekyll + "source: src\n", "src/index.html": "x"},
			"src/.well-known/" + wellKnownName + " _config.yml"},
		{"eleventy", eleventy, "site-standard-publication.html"},
		{"eleventy that copies to the top", map[string]string{"package.json": eleventy["package.json"],
			"eleventy.config.js": "export default " +
				"function (c) { c.addPassthroughCopy({ \"public\": \"/\" }); }\n"}, "public/.well-known/" + wellKnownName},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, tree := openHead(t, c.files)
			edits, err := s.WellKnown(tree, wellKnownName, recordURI)
			if err != nil {
				if !strings.Contains(err.Error(), c.want) {
					t.Errorf("got %v, want %q", err, c.want)
				}
				return
			}
			var changed []string
			for _, e := range edits {
				changed = append(changed, e.Path)
				if !inserted(string(e.Data), c.files[e.Path]) {
					t.Errorf("%s lost bytes:\n%s", e.Path, e.Data)
				}
				tree[e.Path] = &fstest.MapFile{Data: e.Data}
			}
			if got := strings.Join(changed, " "); got != c.want || !strings.Contains(string(edits[0].Data), recordURI) {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if again, err := s.WellKnown(tree, wellKnownName, recordURI); err != nil || len(again) > 0 {
				t.Errorf("the second time: %v, %v", again, err)
			}
		})
	}
}

func TestManualHasTheLineThatNamesARecord(t *testing.T) {
	manual := ""
	for _, c := range templates.Manual() {
		manual += c.Text
	}
	const zola = "base_url = 'https://blog.example'\n"
	for _, files := range []map[string]string{{"hugo.toml": "baseURL = 'https://blog.example/'\n"},
		{"_config.yml": "url: https://blog.example\n"},
		{"eleventy.config.js": "export default function (c) {}\n"}, {"config.toml": zola, "content/_index.md": "+++\n+++\n",
			"templates/index.html": "x"}} {
		s, _ := openHead(t, files)
		if line := s.RecordLine(); line == "" || !strings.Contains(manual, "\n"+line+"\n") {
			t.Errorf("the manual has no line for %v: %q", files, line)
		}
	}
}

// TestBuiltSitesNameTheirRecords builds sites with the real generators: the file is served as it is, the
// post names its document, and no other page does.
func TestBuiltSitesNameTheirRecords(t *testing.T) {
	const post = "---\ntitle: On rivers\ndate: 2026-01-02T03:04:05Z\natUri: " + documentURI +
		"\nlayout: LAYOUT\n---\nSome water.\n"
	layout := func(content string) string {
		return "<!doctype html><html><head>\n<title>x</title>\n</head><body>" + content + "</body></html>\n"
	}
	for _, c := range []struct {
		generator, page string
		files           map[string]string
	}{
		{"hugo", "posts/rivers/index.html", map[string]string{"hugo.toml": "baseURL = 'https://blog.example/'\n",
			"layouts/_default/baseof.html": layout(`{{ block "main" . }}{{ end }}`),
			"layouts/index.html":           `{{ define "main" }}{{ end }}`,
			"layouts/_default/single.html": `{{ define "main" }}{{ .Content }}{{ end }}`,
			"layouts/_default/list.html":   `{{ define "main" }}{{ end }}`,
			"content/posts/rivers.md":      post}},
		{"jekyll", "2026/01/02/rivers.html", map[string]string{"_config.yml": "url: https://blog.example\n",
			"_layouts/post.html": layout("{{ content }}"), "_posts/2026-01-02-rivers.md": strings.Replace(post, "LAYOUT", "post",
				1),
			"index.html": "---\nlayout: post\n---\n"}},
		{"eleventy", "posts/rivers/index.html",
			map[string]string{"package.json": `{"devDependencies": {"@11ty/eleventy": "^3.1.0"}}`,
				"eleventy.config.js": "export default function (c) {}\n", "_includes/layout.njk": layout("{{ content | safe }}"),
				"posts/rivers.md": strings.Replace(post, "LAYOUT", "layout.njk", 1), "index.njk": "---\nlayout: layout.njk\n---\n"}},
	} {
		t.Run(c.generator, func(t *testing.T) {
			t.Parallel()
			l := newLibrary(t, c.files)
			tree := headTree(c.files)
			edits, err := l.site.WellKnown(tree, wellKnownName, recordURI)
			if err != nil {
				t.Fatal(err)
			}
			lines, _, advice := l.site.Head(tree, []string{l.site.RecordLine()})
			if len(lines) != 1 {
				t.Fatalf("there is no way into the head: %s", advice)
			}
			for _, e := range slices.Concat(edits, lines) {
				l.files[e.Path] = string(e.Data)
			}
			out := ""
			if c.generator == "eleventy" {
				out = buildsEleventy(t, l.files)
			} else {
				out, _ = builds(t, c.generator, l.files)
			}
			read := func(name string) string {
				data, err := os.ReadFile(filepath.Join(out, filepath.FromSlash(name)))
				if err != nil {
					t.Error(err)
				}
				return string(data)
			}
			if said := read(".well-known/" + wellKnownName); said != recordURI {
				t.Errorf("the site says %q", said)
			}
			if page := read(c.page); !strings.Contains(page, `<link rel="site.standard.document" href="`+documentURI+`">`) {
				t.Errorf("the post is\n%s", page)
			}
			if home := read("index.html"); strings.Contains(home, "site.standard") {
				t.Errorf("the home page is\n%s", home)
			}
		})
	}
}

func buildsEleventy(t *testing.T, files map[string]string) (out string) {
	t.Helper()
	modules := npmtest.Modules(t, "@11ty/eleventy")
	source := t.TempDir()
	for name, text := range files {
		file := filepath.Join(source, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("node", filepath.Join(modules, "@11ty", "eleventy", "cmd.cjs"))
	cmd.Dir = source
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("eleventy: %v\n%s", err, said)
	}
	return filepath.Join(source, "_site")
}
