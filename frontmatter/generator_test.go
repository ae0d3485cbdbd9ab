package frontmatter

import (
	"encoding/json"
	"fmt"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// unusualOpenings are files whose front matter a generator may or may not find.
var unusualOpenings = []string{
	"---\ntitle: T\ntags: [a]\n---\nText.\n",
	// What Hugo skips before the front matter.
	"\uFEFF---\ntitle: T\ntags: [a]\n---\nText.\n",
	"\uFEFF\uFEFF---\ntitle: T\ntags: [a]\n---\nText.\n",
	"\uFEFF\uFEFF\uFEFF+++\ntitle = 'T'\ntags = ['a']\n+++\nText.\n",
	"\n\uFEFF---\ntitle: T\ntags: [a]\n---\nText.\n",
	"\uFEFF \n\t\uFEFF\r\n+++\ntitle = 'T'\ntags = ['a']\n+++\nText.\n",
	"\uFEFF\n\uFEFF{\"title\": \"T\", \"tags\": [\"a\"]}\nText.\n",
	" \t---\ntitle: T\ntags: [a]\n---\nText.\n",
	"\u00A0---\ntitle: T\ntags: [a]\n---\nText.\n",
	"\u200B---\ntitle: T\ntags: [a]\n---\nText.\n",
	// What may follow the opening mark on its line.
	"--- # front matter\ntitle: T\ntags: [a]\n---\nText.\n",
	"---# front matter\ntitle: T\ntags: [a]\n---\nText.\n",
	"---   \ntitle: T\ntags: [a]\n---\nText.\n",
	"+++ # front matter\ntitle = 'T'\ntags = ['a']\n+++\nText.\n",
	"---title: T\ntags: [a]\n---\nText.\n",
	"---title: T\ntags: [a]\n---",
	"+++title = 'T'\ntags = ['a']\n+++\nText.\n",
	"--- {title: T, tags: [a]}\n---\nText.\n",
	"------\ntitle: T\ntags: [a]\n------\nText.\n",
	"---\n\n\ntitle: T\ntags: [a]\n\n---\n\n\nText.\n",
	// What closes it.
	"---\ntitle: T\ntags: [a]\n----\nText.\n",
	"---\ntitle: T\ntags: [a]\n--- # end\nText.\n",
	"---\ntitle: T\ntags: [a]\n---Text.\n",
	"---\ntitle: T\ntags: [a]\n--- \t\nText.\n",
	"---\ntitle: T\ntags: [a]\n---",
	"+++\ntitle = 'T'\ntags = ['a']\n+++++\nText.\n",
	"+++\ntitle = 'T'\ntags = ['a']\n+++ # end\nText.\n",
	"---\ntitle: T\nparam: |\n  a\n  --- b\ntags: [a]\n---\nText.\n",
	"{\"title\": \"T\", \"tags\": [\"a\"]}Text.\n",
	"{\"title\": \"T\", \"tags\": [\"a\"]}   \nText.\n",
	"{\"title\": \"T\", \"tags\": [\"a\"]}\r\n\r\nText.\n",
	// Line endings.
	"---\r\ntitle: T\r\ntags: [a]\r\n---\r\nText.\r\n",
	"---\rtitle: T\rtags: [a]\r---\rText.\r",
	// HTML comments.
	"<!--\n---\ntitle: T\ntags: [a]\n---\nText.\n-->\n",
	"<!-- x\n\n+++\ntitle = 'T'\ntags = ['a']\n+++\nText.\n-->Behind\n",
	"\uFEFF\n<!---\n{\"title\": \"T\", \"tags\": [\"a\"]}\n-->\nText.\n",
	"<!--\n<!--\n---\ntitle: T\ntags: [a]\n---\n-->\n-->\nText.\n",
	"<!--\n#+TITLE: T\n#+TAGS[]: a\n-->\nText.\n",
	// Org.
	"#+TITLE: T\n#+TAGS[]: a\n\nText.\n",
	"\n\n#+title: T\n#+tags: a\nText.\n",
	"\uFEFF#+Title:T\n#+TITLE:\t T \n#+TAGS[]:   a   b\n#+TAGS[]: c\n* Text\n",
	"#+TAGS: a b\n#+TITLE: T\n#+CATEGORIES: a b\n#+PARAM: x\n#+PARAM: y\n#+NAME: n\n#+x\nText.\n",
	"  #+TITLE: T: U\n#+EMPTY:\n #+TAGS[]: a\nText.\n",
	"#+TITLE: T\r\n#+TAGS[]: a\r\n\r\nText.\r\n",
	"#+TITLE: T",
	"# +TITLE: T\nText.\n",
	"#Text\n",
}

// hugoDialect is that of the Hugo that is installed.
func hugoDialect(t *testing.T) Dialect {
	t.Helper()
	out, err := exec.Command("hugo", "version").Output()
	if err != nil {
		t.Fatal(err)
	}
	minor := 0
	if m := regexp.MustCompile(`v0\.(\d+)`).FindSubmatch(out); m != nil {
		minor, _ = strconv.Atoi(string(m[1]))
	}
	return Dialect{LeadingBlank: true, FoldKeys: true, HTMLComments: minor < 123, OrgWords: minor < 123,
		LastWins: minor < 152, DotsHide: minor < 152}
}

// seenPage is what a generator makes of a file.
type seenPage struct {
	Title string
	Tags  []string
	Body  string
	Shown string // where it differs from the body
}

// seenBy is what gitpost makes of it.
func seenBy(t *testing.T, text string, d Dialect) seenPage {
	t.Helper()
	doc, err := Parse([]byte(text), d)
	if err != nil {
		t.Errorf("%q: %v", text, err)
		return seenPage{}
	}
	page := seenPage{Body: doc.Body()}
	title, _ := doc.Get("title")
	name, _ := title.(string)
	page.Title = strings.TrimSpace(name)
	tags, _ := doc.Get("tags")
	list, _ := tags.([]any)
	if s, ok := tags.(string); ok {
		list = []any{s}
	}
	for _, tag := range list {
		page.Tags = append(page.Tags, fmt.Sprint(tag))
	}
	return page
}

func TestFrontMatterIsFoundWhereHugoFindsIt(t *testing.T) {
	require(t, "hugo", "install Hugo (any version)")
	d := hugoDialect(t)
	site := t.TempDir()
	want := make(map[string]seenPage)
	files := map[string]string{
		"config.toml":                  "baseURL = \"https://example.org/\"\ndisableKinds = [\"RSS\", \"sitemap\", \"taxonomy\", \"term\", \"404\", \"section\"]\n[outputs]\nhome = [\"JSON\"]\n[outputFormats.JSON]\nisPlainText = true\n",
		"layouts/_default/single.html": "x",
		"layouts/index.json":           `{{ $all := newScratch }}{{ range .Site.RegularPages }}{{ $all.SetInMap "all" .File.LogicalName (dict "Title" .Params.title "Tags" .Params.tags "Body" .RawContent "Shown" .Plain) }}{{ end }}{{ $all.Get "all" | jsonify }}`,
	}
	for i, text := range unusualOpenings {
		if strings.HasPrefix(text, "<!") && !d.HTMLComments {
			continue
		}
		name := fmt.Sprintf("p%02d.md", i)
		files["content/"+name] = text
		want[name] = seenBy(t, text, d)
	}
	for name, text := range files {
		write(t, filepath.Join(site, name), text)
	}
	if out, err := exec.Command("hugo", "--source", site, "--quiet").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%.3000s", err, out)
	}
	raw, err := os.ReadFile(filepath.Join(site, "public", "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	compareSeen(t, files, want, raw)
}

func TestFrontMatterIsFoundWhereJekyllFindsIt(t *testing.T) {
	require(t, "jekyll", "install Jekyll")
	site := t.TempDir()
	want := make(map[string]seenPage)
	files := map[string]string{
		"_config.yml": "title: x\n",
		"_plugins/all.rb": `require "json"
Jekyll::Hooks.register :site, :post_read do |site|
  pages = site.posts.docs.map { |p| [File.basename(p.path), { Title: p.data["title"], Tags: p.data["tags"], Body: p.content.strip }] }
  File.write(File.join(site.source, "out.json"), JSON.generate(pages.to_h))
end
`,
	}
	for i, text := range unusualOpenings {
		name := fmt.Sprintf("2024-01-01-p%02d.md", i)
		files["_posts/"+name] = text
		page := seenBy(t, text, Dialect{YAMLOnly: true, DotsClose: true, LastWins: true})
		if page.Title == "" {
			page.Title = fmt.Sprintf("P%02d", i) // of the file name
		}
		want[name] = page
	}
	for name, text := range files {
		write(t, filepath.Join(site, name), text)
	}
	if out, err := exec.Command("jekyll", "build", "--quiet", "--source", site, "--destination",
		filepath.Join(site, "_site")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%.3000s", err, out)
	}
	raw, err := os.ReadFile(filepath.Join(site, "out.json"))
	if err != nil {
		t.Fatal(err)
	}
	compareSeen(t, files, want, raw)
}

func compareSeen(t *testing.T, files map[string]string, want map[string]seenPage, raw []byte) {
	t.Helper()
	var got map[string]seenPage
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatalf("%v\n%.2000s", err, raw)
	}
	for name, page := range want {
		built := got[name]
		text := files["content/"+name] + files["_posts/"+name]
		if hugo := files["content/"+name] != ""; hugo && built.Title != "" &&
			(strings.Contains(text, "-->") || built.Body == text) {
			// Hugo's RawContent has the end of a comment, and all of a file that is front matter alone.
			built.Body = strings.ReplaceAll(html.UnescapeString(built.Shown), "–>", "-->")
		}
		built.Title, built.Body, built.Shown = strings.TrimSpace(built.Title), inOneLine(built.Body), ""
		page.Body = inOneLine(page.Body)
		if len(built.Tags) == 0 {
			built.Tags = nil
		}
		if !reflect.DeepEqual(built, page) {
			t.Errorf("%q:\nthe generator reads %q\ngitpost reads       %q", text, built, page)
		}
	}
}

func inOneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
