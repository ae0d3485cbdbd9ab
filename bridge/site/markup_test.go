package site

import (
	"strings"
	"testing"

	"gitpost/bridge/mf2"
)

var htmlPosts = []struct {
	generator, file string
	site            map[string]string
}{
	{"hugo", "content/posts/p.html", map[string]string{"hugo.toml": bareHugo["hugo.toml"],
		"layouts/_default/single.html": "<article>{{ .Content }}</article>"}},
	{"jekyll", "_posts/2024-01-01-p.htm", map[string]string{"_config.yml": bareJekyll["_config.yml"],
		"_layouts/post.html": "<article>{{ content }}</article>"}},
}

// TestHTMLFileGetsHTML: neither generator renders Markdown in it.
func TestHTMLFileGetsHTML(t *testing.T) {
	for _, c := range htmlPosts {
		t.Run(c.generator, func(t *testing.T) {
			files := with(c.site, map[string]string{
				c.file: "---\nlayout: post\ntitle: P\ndate: 2024-01-01\n---\n<p>Old <b>text</b></p>\n"})
			l := newLibrary(t, files, func(o *Options) { o.Version = installedVersion(t, c.generator) })
			if got := l.item(c.file).Properties["content"]; !isHTML(got) ||
				mf2.Text(got[0].(map[string]any)["html"]) != "<p>Old <b>text</b></p>" {
				t.Errorf("read as %v", got)
			}
			for content, want := range map[any]string{
				"*Changed* text\n\nsecond paragraph": "<p><em>Changed</em> text</p>\n<p>second paragraph</p>",
				"1. one & two\n2. <i>three</i>":      "<ol>\n<li>one &amp; two</li>\n<li><i>three</i></li>\n</ol>",
			} {
				l.revise(c.file, func(item *mf2.Item) error { item.Properties["content"] = []any{content}; return nil })
				if !strings.Contains(l.files[c.file], want) || strings.Contains(l.files[c.file], "mf2:") {
					t.Errorf("%v made:\n%s", content, l.files[c.file])
				}
			}
			l.revise(c.file, func(item *mf2.Item) error {
				item.Properties["content"] = []any{map[string]any{"html": "<p>Changed <em>text</em></p><p>second</p>"}}
				return nil
			})
			l.revise(c.file, func(item *mf2.Item) error {
				item.Properties["photo"] = []any{map[string]any{"value": "https://e.example/a.jpg", "alt": "A cat"}}
				return nil
			})
			if text := l.files[c.file]; !strings.Contains(text, "<p>Changed <em>text</em></p><p>second</p>") ||
				!strings.Contains(text, `src="https://e.example/a.jpg" alt="A cat"`) {
				t.Errorf("the file:\n%s", text)
			}
			out, _ := builds(t, c.generator, l.files)
			source := pageSource(t, out, l.page(c.file).URL)
			if !strings.Contains(source, "<em>text</em>") || !strings.Contains(source, `src="https://e.example/a.jpg"`) {
				t.Errorf("the page:\n%s", source)
			}
		})
	}
}

// TestFileOfAnotherMarkupIsNotWritten: its front matter may change, its text may not.
func TestFileOfAnotherMarkupIsNotWritten(t *testing.T) {
	for _, named := range []string{"p.org", "p.adoc", "p.rst", "p.md markup: org", "p.md Markup: AsciiDocExt",
		"p.html markup: rst"} {
		name, key, _ := strings.Cut(named, " ")
		file := "content/posts/" + name
		l := newLibrary(t, with(bareHugo, map[string]string{file: "---\ntitle: P\ndate: 2024-01-01\n" + key +
			"\n---\n*Old* text\n"}))
		for _, change := range []map[string][]any{
			{"content": {"New"}}, {"content": {map[string]any{"html": "<p>x</p>"}}},
			{"photo": {map[string]any{"value": "https://e.example/a.jpg", "alt": "A cat"}}},
		} {
			_, err := l.site.Revise(l, Source{Path: file, Data: []byte(l.files[file])}, func(item *mf2.Item) error {
				for name, values := range change {
					item.Properties[name] = values
				}
				return nil
			})
			if err == nil || !strings.Contains(err.Error(), "writes Markdown and HTML only") {
				t.Errorf("%s, %v: %v", file, change, err)
			}
		}
		r := l.revise(file, func(item *mf2.Item) error { item.Properties["category"] = []any{"a"}; return nil })
		if !strings.HasSuffix(string(r.Data), "*Old* text\n") {
			t.Errorf("the text of %s:\n%s", file, r.Data)
		}
	}
}

// TestMarkupThatTheFrontMatterNames decides, whatever the extension is, as the real generator reads it.
func TestMarkupThatTheFrontMatterNames(t *testing.T) {
	files := with(bareHugo, map[string]string{
		"layouts/_default/single.html": "<article>{{ .Content }}</article>",
		"content/posts/p.md":           "---\ntitle: P\ndate: 2024-01-01\nmarkup: html\n---\n<p>Old</p>\n",
		"content/posts/q.html":         "---\ntitle: Q\ndate: 2024-01-02\nmarkup: md\n---\nOld *text*\n",
	})
	l := newLibrary(t, files, func(o *Options) { o.Version = installedVersion(t, "hugo") })
	if got := l.item("content/posts/p.md").Properties["content"]; !isHTML(got) {
		t.Errorf("a body of HTML is read as %v", got)
	}
	if got := l.item("content/posts/q.html").Properties.Text("content"); got != "Old *text*" {
		t.Errorf("a body of Markdown is read as %q", got)
	}
	for _, file := range []string{"content/posts/p.md", "content/posts/q.html"} {
		l.revise(file, func(item *mf2.Item) error {
			item.Properties["content"] = []any{"*Changed*"}
			item.Properties["photo"] = []any{map[string]any{"value": "https://e.example/a.jpg", "alt": "A cat"}}
			return nil
		})
	}
	out, _ := builds(t, "hugo", l.files)
	for _, file := range []string{"content/posts/p.md", "content/posts/q.html"} {
		source := pageSource(t, out, l.page(file).URL)
		if !strings.Contains(source, "<em>Changed</em>") || builtAlt(t, source) != "A cat" {
			t.Errorf("the page of %s:\n%s\nthe file:\n%s", file, source, l.files[file])
		}
	}
}
