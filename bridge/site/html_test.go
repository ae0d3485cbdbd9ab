package site

import (
	"strings"
	"testing"
)

// TestHTMLIsStoredInThreeWays: Markdown where that loses nothing, else the HTML itself where the
// generator lets it through, else the best Markdown with the original beside it.
func TestHTMLIsStoredInThreeWays(t *testing.T) {
	unsafe := map[string]string{"hugo.toml": "baseURL = 'https://example.org/'\n[markup.goldmark.renderer]\nunsafe = true\n"}
	cases := []struct {
		name, html string
		files      map[string]string
		body, kept string // of the file: its text, and what its front matter must have
	}{
		{"markdown", "<p>A <strong>b</strong></p><ul><li>c</li><li>d</li></ul>", bareHugo, "A **b**\n\n- c\n- d\n",
			"html: true"},
		{"inline", "A <em>b</em>", bareHugo, "A *b*\n", "html: inline"},
		{"raw where it shows", "<p class=\"x\">A</p>", unsafe, "<p class=\"x\">A</p>\n", "html: true"},
		{"raw on Jekyll", "<div>A<br>b</div>", bareJekyll, "<div>A<br>b</div>\n", "html: true"},
		{"original kept", "<div>A<br>b</div>", bareHugo, "A  \nb\n", `html: "<div>A<br>b</div>"`},
		{"blank lines in raw", "<div>\n\n<p>x</p>\n\n</div>", bareJekyll, "<div>\n\n<p>x</p>\n\n</div>\n", "html: true"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			l := newLibrary(t, c.files)
			r := l.compose(Post{Item: entry(map[string][]any{"content": {map[string]any{"html": c.html}}})})
			text := string(r.Data)
			if !strings.HasSuffix(text, "\n---\n\n"+c.body) || !strings.Contains(text, c.kept) {
				t.Errorf("got\n%s\nwant %q below, with %s", text, c.body, c.kept)
			}
			got, _ := l.item(r.Path).Properties.First("content").(map[string]any)
			if html, _ := got["html"].(string); !equalHTML(html, c.html) {
				t.Errorf("read %q", html)
			}
		})
	}
}

// TestManualEditOfAnHTMLPostIsRead in each of the three steps, still as HTML.
func TestManualEditOfAnHTMLPostIsRead(t *testing.T) {
	for name, files := range map[string]map[string]string{"hugo": bareHugo, "jekyll": bareJekyll} {
		for _, html := range []string{"<p>Old words</p>", "<div>Old words</div>", "Old words"} {
			l := newLibrary(t, files)
			r := l.compose(Post{Item: entry(map[string][]any{"content": {map[string]any{"html": html}}})})
			head, body, _ := strings.Cut(l.files[r.Path], "\n---\n\n")
			l.files[r.Path] = head + "\n---\n\n" + strings.Replace(body, "Old words", "New words", 1)
			got, _ := l.item(r.Path).Properties.First("content").(map[string]any)
			if text, _ := got["html"].(string); !strings.Contains(text, "New words") || strings.Contains(text, "Old words") {
				t.Errorf("%s %s: read %q\n%s", name, html, got, l.files[r.Path])
			}
		}
	}
}

func TestEqualHTML(t *testing.T) {
	cases := []struct {
		a, b string
		want bool
	}{
		{"<p>a</p>\n<p>b</p>\n", "<p>a</p><p>b</p>", true},
		{"<p>a  b\nc</p>", "<p>a b c</p>", true},
		{"<p>a <b>b</b></p>", "<p>a<b>b</b></p>", false},
		{"<b>a</b> <i>b</i>", "<b>a</b><i>b</i>", false},
		{"<p>a</p>", "<p>A</p>", false},
		{"<b>a</b>", "<strong>a</strong>", false},
		{"<img alt=x src=y>", `<img src="y" alt="x"/>`, true},
		{"<a href='?a=1&amp;b=2'>x</a>", "<a href='?a=1&b=2'>x</a>", true},
		{"<pre>a\n  b</pre>", "<pre>a b</pre>", false},
		{"<p>a<!-- c --></p>", "<p>a</p>", false},
		{"a&nbsp;b", "a b", false},
		{"", " \n", true},
	}
	for _, c := range cases {
		if got := equalHTML(c.a, c.b); got != c.want {
			t.Errorf("%q and %q: got %v", c.a, c.b, got)
		}
	}
}

// TestHugoShowsTextThatLooksLikeHTML where raw HTML is dropped.
func TestHugoShowsTextThatLooksLikeHTML(t *testing.T) {
	s := newLibrary(t, bareHugo).site
	for text, want := range map[string]string{
		"plain <3 1 < 2":                   "plain <3 1 < 2",
		"a <b>b</b> <i>c</i>":              "a **b** *c*",
		"a <unknown> b":                    "a &lt;unknown> b",
		"<p>Hello <i>there</i></p>":        "Hello *there*\n",
		"see <a href=\"https://x/\">x</a>": "see [x](https://x/)",
		"a<br>b":                           "a\\\nb",
		"`<b>` stays":                      "`<b>` stays",
		"before\n\n<!--more-->\n\nafter":   "before\n\n<!--more-->\n\nafter",
		"<script>x</script>":               "&lt;script>x&lt;/script>",
		"<https://x.example/>":             "<https://x.example/>",
	} {
		if got := s.visible(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
