package site

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"gitpost/bridge/mf2"
	"gitpost/bridge/site/generator/generatortest"
)

// installedVersion is the version of the generator on this machine, for which posts must be
// written; "" when there is none.
func installedVersion(t *testing.T, generator string) string {
	t.Helper()
	argument := map[string]string{"hugo": "version", "jekyll": "--version"}[generator]
	said, _ := exec.Command(generator, argument).Output() // not installed: builds says so
	return regexp.MustCompile(`\d+\.\d+\.\d+`).FindString(string(said))
}

// builds runs a real generator over files and returns the folder it wrote and what it said.
func builds(t *testing.T, generator string, files map[string]string) (out, said string) {
	t.Helper()
	generatortest.Program(t, generator, "apt-get install "+generator)
	root := t.TempDir()
	for name, text := range files {
		file := filepath.Join(root, "src", filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out = filepath.Join(root, "out")
	arguments := []string{"build", "--source", filepath.Join(root, "src"), "--destination", out, "--trace"}
	if generator == "hugo" {
		arguments = []string{"--source", filepath.Join(root, "src"), "--destination", out}
	}
	cmd := exec.Command(generator, arguments...)
	cmd.Env = append(os.Environ(), "TZ=UTC", "LANG=C.UTF-8", "LC_ALL=C.UTF-8")
	cmd.Dir = root
	text, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", generator, err, text)
	}
	return out, strings.ReplaceAll(string(text), root, "")
}

// warnings are the lines in which a generator complains.
func warnings(said string) []string {
	var lines []string
	for _, line := range strings.Split(said, "\n") {
		lower := strings.ToLower(line)
		if strings.Contains(lower, "warn") || strings.Contains(lower, "error") || strings.Contains(lower, "conflict") ||
			strings.Contains(lower, "deprecat") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	sort.Strings(lines)
	return lines
}

// pageText is what a browser shows of a built page's article, white space collapsed.
func pageText(t *testing.T, out, address string) string {
	doc, err := html.Parse(strings.NewReader(pageSource(t, out, address)))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	var walk func(n *html.Node, shown bool)
	walk = func(n *html.Node, shown bool) {
		switch n.Data {
		case "article":
			shown = shown || n.Type == html.ElementNode
		case "script", "style", "textarea", "title", "iframe", "noframes", "xmp", "plaintext":
			shown = shown && n.Type != html.ElementNode
		}
		if shown && n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, shown)
		}
	}
	walk(doc, false)
	return words(b.String())
}

func words(s string) string { return strings.Join(strings.Fields(s), " ") }

func pageSource(t *testing.T, out, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	file := filepath.Join(out, filepath.FromSlash(u.Path))
	if strings.HasSuffix(u.Path, "/") {
		file = filepath.Join(file, "index.html")
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Errorf("nothing is published at %s: %v", address, err)
	}
	return string(data)
}

// stockHugo and stockJekyll are sites as people have them: lists with summaries, a feed,
// link previews, and layouts that know nothing of mf2.
var stockHugo = map[string]string{
	"hugo.toml":                         "baseURL = 'https://example.org/'\ntitle = 'Stock'\n[permalinks]\nposts = '/:year/:month/:slug/'\n",
	"layouts/_default/single.html":      "<!doctype html><title>{{ .Title }}</title>{{ template \"_internal/opengraph.html\" . }}{{ template \"_internal/twitter_cards.html\" . }}{{ template \"_internal/schema.html\" . }}<article>{{ .Content }}</article><ul>{{ range .Params.tags }}<li>{{ . }}</li>{{ end }}</ul>",
	"layouts/_default/list.html":        "<!doctype html><title>{{ .Title }}</title>{{ range .Pages }}<h2>{{ .Title }}</h2>{{ .Summary }}{{ .TableOfContents }}{{ end }}",
	"layouts/shortcodes/stamp.html":     "<em>stamped {{ .Get 0 }}</em>",
	"layouts/shortcodes/starred.html":   "**starred {{ .Get 0 }}**",
	"layouts/shortcodes/framed.html":    "<div>framed {{ .Inner }}</div>",
	"content/posts/2024-01-01-first.md": "---\ntitle: First\ndate: 2024-01-01T00:00:00Z\ntags: [a]\n---\nFirst.\n",
}

var stockJekyll = map[string]string{
	"_config.yml":                "title: Stock\nurl: https://example.org\ntimezone: UTC\npermalink: pretty\n",
	"_layouts/post.html":         "<!doctype html><title>{{ page.title }}</title><article>{{ content }}</article><ul>{% for tag in page.tags %}<li>{{ tag }}</li>{% endfor %}</ul>",
	"_includes/stamp.html":       "<em>stamped {{ include.text }}</em>",
	"index.html":                 "---\n---\n{% for post in site.posts %}<h2>{{ post.title }}</h2>{{ post.excerpt }}{% endfor %}",
	"_posts/2024-01-01-first.md": "---\nlayout: post\ntitle: First\ndate: 2024-01-01 00:00:00 +0000\ntags: [a]\n---\nFirst.\n",
}

// hostile are texts that break builds, front matter or pages of careless writers.
func hostile() []string {
	list := append([]string(nil), sentTexts...)
	list = append(list,
		strings.Repeat("x", 10000), strings.Repeat("word ", 3000), strings.Repeat("[", 500),
		strings.Repeat("> ", 200)+"deep", strings.Repeat("*a ", 300),
		"```go {hl_lines=[\"a\"]}\nx\n```", "```go {linenos=foo,hl_lines=[\"8-x\"]}\nx\n```", "```go {.x\n```",
		"```{=html}\nx\n```", "~~~\nunclosed", "```goat\n-->\n```", "```mermaid\nx\n```",
		"# Head {#id .class bad=}", "{.class}", "{: .class}", "{:toc}", "{::options bad=\"x\" /}", "{::nomarkdown}x{:/}",
		"{::comment}x", "* x\n{:.y", "$$ \\bad{ $$", "[^1]: note\n\ntext[^1]", "[^1]", "*[HTML]: x", "|a|\n|-|",
		"a | b\n--|--\n1 | 2 | 3", ": def", "[x]: <y", "![x](<y> z)", "<http://a b>", "<a@b.c>", "&#0;&#x110000;", "\\",
		"\\\\\n", "#", "###### ", "- [ ] task", "1. \n2. ", "***", "___", "===\n---", "setext\n---", "\ttab",
		"    {{ code",
		"{{< figure >}}", "{{< figure src=\"a.jpg\" >}}", "{{< ref \"nowhere.md\" >}}", "{{% relref \"x\" %}}",
		"{{< tweet 1 >}}", "{{< gist a b >}}", "{{< param x >}}", "{{< highlight >}}", "{{< highlight go >}}",
		"{{< highlight go >}}x{{< /highlight >}}", "{{< /highlight >}}", "{{< stamp one >}}", "{{< stamp >}}",
		"{{% starred \"two\" %}}", "{{< stamp one", "{{< stamp / >}}", "{{< stamp />}}", "{{< stamp >}}x{{< /stamp >}}",
		"{{< framed >}}", "{{< framed >}}in{{< /framed >}}", "{{< framed >}}{{< stamp a >}}{{< /framed >}}",
		"{{< framed >}}{{< framed >}}x{{< /framed >}}", "{{< framed a=\"{{< stamp x >}}\" >}}{{< /framed >}}",
		"{{< stamp a=1 b >}}", "{{< stamp \"a >}}", "{{< stamp `a", "{{<stamp x>}}", "{{<stamp>}}", "{{< stamp.inline >}}x{{< /stamp.inline >}}", "{{<\nstamp x\n>}}", "`{{< x >}}`", "`{{<`", "    {{<\n", "[a]({{< x >}})", "# {{< x", "{{</**/>}}", "{{</* a {{< b >}}", "{{%/* a */%}}", "{{% a >}}", "{{< a %}}", "{{<>}}", "{{%%}}", "{{< ../x >}}", "{{< 1 >}}", "{{< stamp 'a' >}}", "{{< stamp a='b' >}}",
		"```{r, echo=FALSE}\nx\n```", "```js {1,3}\nx\n```", "```go{1,3-5}\nx\n```", "```{a b}\nx\n```",
		"> ```go {a b}\n> x\n> ```", "- ```go {a,b}\n  x\n  ```", "~~~ruby {a b} {c}\nx\n~~~", "```go {{a}\nx\n```",
		"```go {{< stamp a >}}\nx\n```", "```go {{</* stamp a */>}}\nx\n```", "```go {{< x\nx\n```",
		"```sh title=\"a {b}\"\nx\n```", "```diff-js {data-x}\ny\n```",
		"```go {linenos=table,hl_lines=3,linenostart=x}\nx\n```", "```python {tabwidth=a}\nx\n```",
		"```go {noClasses=false,anchorLineNos=true,lineAnchors=x,lineNumbersInTable=maybe}\nx\n```",
		"```go {guessSyntax=\"x\"}\nx\n```", "```go {lineNos=[1]}\nx\n```", "```go {a={b=c}}\nx\n```", "```go {linenos=table,hl_lines=[1,\"2-3\"],linenostart=5,style=emacs}\nx\n```", "```go {.a #b data-c=\"d\" e=1.5}\nx\n```", "```{.python .numberLines}\nx\n```", "```go &#123;1,3}\nx\n```", "text `{1,3}` and ```go {1,3}``` inline", "```go {hl_lines=[\"3-1\"]}\nx\n```", "```go {hl_lines=[-1,99999999999]}\nx\n```", "{{< highlight go \"tabwidth=a\" >}}x{{< /highlight >}}", "{{< highlight go \"foo\" >}}x{{< /highlight >}}", "{{< highlight go \"linenos=table,hl_lines=1 3-4,linenostart=2\" >}}x{{< /highlight >}}", "{{< highlight a=b >}}x{{< /highlight >}}", "{{< highlight go 1 >}}x{{< /highlight >}}", "{{% highlight go %}}x{{% /highlight %}}", "{{< highlight go \"linenos=table,style\" >}}x{{< /highlight >}}", "{{< youtube a=b >}}", "{{< youtube \"\" >}}", "{{< youtube w7Ft2ymGmfc >}}", "{{< youtube id=w7Ft2ymGmfc start=5 >}}", "{{% youtube w7Ft2ymGmfc %}}", "{{< vimeo \"\" >}}", "{{< vimeo id=1 >}}", "{{% figure src=\"a.jpg\" %}}", "{{% details %}}x{{% /details %}}", "{{< details summary=\"s\" >}}x{{< /details >}}",
		"{{ page.title }}", "{{ page.title | nofilter }}", "{{ page.content }}", "{{ site.posts }}", "{{ 'x' | date: 'y' }}",
		"{{ \"x\" | truncate: -1 }}", "{{ }}", "{{}}", "{{ | }}", "{{ x | }}", "{% include stamp.html text=\"hi\" %}",
		"{% include stamp.html %}", "{% include nowhere.html %}", "{% include %}", "{% include stamp.html text= %}",
		"{% include ../x %}", "{% link nowhere.md %}", "{% post_url 2024-01-01-first %}", "{% post_url x %}",
		"{% highlight ruby %}x{% endhighlight %}", "{% highlight ruby %}", "{% highlight %}x{% endhighlight %}",
		"{% raw %}{{ x }}{% endraw %}", "{% raw %}{% raw %}{% endraw %}", "{% comment %}c{% endcomment %}", "{% comment %}",
		"{% if x %}", "{% if x %}y{% endif %}", "{% for x in y %}", "{% endfor %}", "{%- x -%}", "{{- x -}}", "{%%}", "{% %}", "{% assign x = 1 %}", "{% unknown %}", "{% gist x %}", "{%", "{{", "{{ \"}}\" }}", "{% raw %}\n\n{{ x }}\n\n{% endraw %}",
		"<div>", "</div>", "<div><p>x", "<!-- open", "<script>", "<style>x{", "<textarea>", "<title>x", "<iframe src=x>",
		"<p>x</div>", "<a href='javascript:x'>y</a>", "<b>bold</b> and <unknown>tag</unknown>",
		"<details>\n<summary>s</summary>\n\nbody\n\n</details>", "<br/>", "<?php x ?>", "<![CDATA[x]]>", "<!DOCTYPE html>",
		"a<br>b", "<img src=x onerror=alert(1)>", "1 <2> 3", "x <- y -> z", "<3",
		"<!--more--> after", "before <!--more--> after", "before\n\n<!--more-->\n\nafter", "<!-- more -->",
		"\u202eright to left\u202c", "a\u0300\u0301\u0302\u0303", "🏳️‍🌈", "\u200b", "\ufffe", "𝕏", "ﬁ ligature", "ÀÉ",
	)
	return list
}

// hostilePosts puts each text where texts can stand.
func hostilePosts() []mf2.Item {
	var items []mf2.Item
	for i, text := range hostile() {
		first, last := fmt.Sprintf("zq%03da", i), fmt.Sprintf("zq%03db", i)
		p := mf2.Properties{"content": {first + " " + text + "\n\n" + last}}
		switch i % 6 {
		case 1:
			p["content"] = []any{first + "\n\n" + text + "\n\n" + last}
			p["name"] = []any{text}
		case 2:
			p["content"] = []any{text + "\n\n" + first + "\n\n" + last}
			p["category"] = []any{text, "tag " + text}
		case 3:
			p["summary"] = []any{text}
			p["photo"] = []any{map[string]any{"value": "https://m.example/a.jpg?" + url.QueryEscape(text), "alt": text}}
		case 4:
			p["in-reply-to"] = []any{map[string]any{"type": []any{"h-cite"},
				"properties": map[string]any{"name": []any{text}, "url": []any{"https://x.example/" + text}}}}
			p["like-of"] = []any{text}
			p["audio"] = []any{map[string]any{"value": "https://m.example/" + text, "alt": text}, "https://m.example/%zz"}
			p["photo"] = []any{"https://m.example/" + text, "%zz", "http://[::1", ""}
		case 5:
			p["location"] = []any{text}
			p["author"] = []any{text}
			p["series"] = []any{text}
			p["video"] = []any{text}
			p["audio"] = []any{text}
			p["videos"] = []any{text}
			p["weight"], p["url"], p["outputs"] = []any{text}, []any{text}, []any{text}
			p["layout"], p["permalink"], p["date"], p["slug"] = []any{text}, []any{text}, []any{text}, []any{text}
		}
		items = append(items, mf2.Item{Type: []string{"h-entry"}, Properties: p})
	}
	return items
}

// hostileAddresses are posts whose slugs, titles and dates are hard to make addresses and
// file names of: ancient and future, in any script, very long.
func hostileAddresses() []Post {
	long := strings.Repeat("x", 10000)
	names := []string{
		"", " ", "-", "---", ".", "..", "../../x", "/", "/etc/passwd", "a/b/c", "a\\b", "index", "_index", "README", "feed",
		"tags", "page", "posts", "con", "nul", "x.html", "x.md", ".htaccess", "%2e%2e", "%", "?q=1", "#top", "a b", "ÀÉÎ",
		"ß", "İ", "日本語の題", "שלום עולם", "مرحبا", "\u202eevil", "a\u0300\u0301", "🏳️‍🌈", "\u200b", "1984", "2024-01-01",
		"2024/01/01", "true", "null", "~", "{slug}", ":slug", "{{ x }}", "{% x %}", "{{< x >}}", "a:b", "a'b\"c", "<b>",
		"&amp;", long, strings.Repeat("word ", 2000), strings.Repeat("日", 5000),
	}
	dates := []string{"0001-01-01T00:00:00Z", "0999-12-31T23:59:59Z", "1583-10-15T00:00:00Z", "1900-02-28T12:00:00-08:00",
		"1969-12-31T23:59:59Z", "2000-02-29T00:00:00+14:00", "2038-01-19T03:14:08Z", "2999-12-31T23:59:59Z",
		"9999-12-31T23:59:59-12:00", "12024-01-01T00:00:00Z", "yesterday", "2024-13-45", "2024", ""}
	var posts []Post
	for i, name := range names {
		item := mf2.Item{Type: []string{"h-entry"}, Properties: mf2.Properties{"content": {fmt.Sprintf("zr%03da", i)}}}
		p := Post{Item: item, Slug: name}
		if i%2 == 1 {
			p.Slug = ""
			item.Properties["name"], item.Properties["category"] = []any{name}, []any{name, "x" + name}
		}
		posts = append(posts, p)
	}
	for i, date := range dates {
		posts = append(posts, Post{Slug: fmt.Sprintf("dated-%d", i),
			Item: mf2.Item{Type: []string{"h-entry"}, Properties: mf2.Properties{
				"content": {fmt.Sprintf("zs%03da", i)}, "published": {date}, "updated": {date}, "start": {date},
			}}})
	}
	return posts
}

// TestNoPostBreaksTheBuild composes hostile posts, all on one site, builds it, and finds the
// text of each at its URL.
func TestNoPostBreaksTheBuild(t *testing.T) {
	t.Parallel()
	for generator, files := range map[string]map[string]string{"hugo": stockHugo, "jekyll": stockJekyll} {
		t.Run(generator, func(t *testing.T) {
			t.Parallel()
			_, before := builds(t, generator, files)
			l := newLibrary(t, files, func(o *Options) { o.Version = installedVersion(t, generator) })
			empty := &testLibrary{t: t, site: l.site, files: with(l.files)}
			made := map[string]mf2.Item{}
			posts := hostileAddresses()
			for i, item := range hostilePosts() {
				posts = append(posts, Post{Item: item, Slug: fmt.Sprintf("hostile-%d", i)})
			}
			if len(posts) < 300 {
				t.Errorf("only %d posts", len(posts))
			}
			for _, p := range posts {
				item := p.Item
				// Placed on the site as it was at first, as the library of a test is slow, and on
				// what came after when that place is taken.
				r, err := l.site.Compose(empty, p)
				if _, taken := l.files[r.Path]; err == nil && taken || made[r.Page.URL].Properties != nil {
					r, err = l.site.Compose(l, p)
				}
				if err != nil {
					t.Errorf("compose %.300q: %v", item.Properties, err)
					continue
				}
				l.files[r.Path] = string(r.Data)
				if r.Page.Published {
					made[r.Page.URL] = item
				}
				if problem := differs(l.site, item, l.item(r.Path)); problem != "" {
					t.Errorf("%s\n%s", problem, r.Data)
				}
			}
			out, after := builds(t, generator, l.files)
			if a, b := warnings(before), warnings(after); strings.Join(a, "\n") != strings.Join(b, "\n") {
				t.Errorf("new warnings:\n%s\nbefore:\n%s", strings.Join(b, "\n"), strings.Join(a, "\n"))
			}
			for address, item := range made {
				text := pageText(t, out, address)
				content := item.Properties.Text("content")
				for _, mark := range regexp.MustCompile(`z[qrs]\d\d\d[ab]`).FindAllString(content, -1) {
					if !strings.Contains(text, mark) {
						t.Errorf("%s: %s is not on the page\n%.300q\n%.300s", address, mark, content, text)
					}
				}
			}
		})
	}
}
