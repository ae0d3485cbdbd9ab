package site

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"gitpost/bridge/fault"
	"gitpost/bridge/fuzztest"
	"gitpost/bridge/mf2"
)

// costly are texts of about n bytes that once made a pass look at the rest of the text again and
// again, and their like.
var costly = map[string]func(n int) string{
	"raw not closed":         repeated("{% raw %}"),
	"raw closed late":        func(n int) string { return repeated("{% raw %}")(n) + "\n\n{% endraw %}" },
	"raw in turns":           repeated("{% raw %}x{% endraw %}"),
	"liquid output":          repeated("{{ site.title | append: \"x\" "),
	"liquid marks":           repeated("{{"),
	"liquid braces":          repeated("{{}}}"),
	"growing braces":         growing,
	"comments of liquid":     repeated("{% comment %}"),
	"highlights":             repeated("{% highlight x %}"),
	"includes":               repeated("{% include stamp.html a=\"b\" "),
	"blocks of a plugin":     repeated("{% framed %}"),
	"shortcode marks":        repeated("{{<"),
	"percent marks":          repeated("{{%"),
	"shortcodes closed late": func(n int) string { return repeated("{{<")(n) + ">}}" },
	"names closed late":      func(n int) string { return repeated("{{< a \"")(n) + ">}}" },
	"comment marks":          repeated("{{</*"),
	"comments closed late":   func(n int) string { return repeated("{{</*")(n) + "*/>}}" },
	"distinct shortcodes":    counted("{{< a%d >}}"),
	"distinct percent":       counted("{{%% a%d %%}}"),
	"opened shortcodes":      repeated("{{< framed >}}"),
	"closed shortcodes":      repeated("{{< /framed >}}"),
	"opened, other closed": func(n int) string {
		return repeated("{{< framed >}}")(n/2) +
			repeated("{{< /other >}}")(n/2)
	},
	"fence attributes": func(n int) string {
		return "```go " + repeated("{a ")(n) + "}\nx\n```\n" +
			repeated("&#123;a ")(n)
	},
	"many fences":        counted("```go {%d,3}\nx\n```\n"),
	"fence marks":        repeated("```{a\n"),
	"anchors":            repeated("x <a href=\"https://a.example/\"> "),
	"closed anchors":     repeated("x</a>"),
	"anchor not ended":   func(n int) string { return "x <a href=\"" + repeated("</a>")(n) },
	"blocks of HTML":     repeated("<p>x\n\n"),
	"divisions":          repeated("<div>\n\n"),
	"scripts":            repeated("<script>\n"),
	"scripts in a line":  repeated("x <script>"),
	"comments in a line": repeated("x <!-- a "),
	"comments of HTML":   repeated("<!-- -->\n\n"),
	"declarations":       repeated("x <!A "),
	"instructions":       repeated("x <? "),
	"sections":           repeated("x <![CDATA[ "),
	"less than":          repeated("<"),
	"tags not ended":     repeated("<a b=\""),
	"brackets":           repeated("["),
	"images":             repeated("!["),
	"links":              repeated("[a]("),
	"link titles":        repeated("[a](b \""),
	"references":         counted("[a%d]: b\n"),
	"used references":    repeated("[a]\n"),
	"footnotes":          counted("[^a%d]: b\n\n"),
	"stars":              repeated("*a "),
	"stars and lines":    repeated("*a _b "),
	"double stars":       repeated("**a *b "),
	"many stars":         repeated("*"),
	"tildes":             repeated("~a ~~b "),
	"many tildes":        func(n int) string { return "a <b>\n```go {1,3}\nx\n```\n" + repeated("~")(n) },
	"ticks":              growingTicks,
	"quotations":         repeated(">"),
	"lists":              repeated("- "),
	"list lines":         repeated("- a\n"),
	"deeper lists":       deeper,
	"numbers":            repeated("1. "),
	"table cells":        func(n int) string { return repeated("a|")(n/2) + "\n" + repeated("-|")(n/2) + "\n" },
	"table rows":         func(n int) string { return "a|b\n-|-\n" + repeated("a|b\n")(n) },
	"headings":           repeated("# a\n"),
	"underlines":         repeated("a\n=\n"),
	"addresses":          repeated("https://a.example/?"),
	"mail":               repeated("a@b."),
	"entities":           repeated("&amp;&#123;"),
	"backslashes":        repeated("\\"),
	"lines":              repeated("\n"),
	"carriage returns":   repeated("\r"),
	"tabs":               repeated("\t"),
	"definitions":        repeated("a\n: b\n"),
	"tasks":              repeated("- [ ] "),
	"letters":            repeated("a"),
	"words":              repeated("a "),
	"not Latin":          repeated("日"),
}

func repeated(s string) func(int) string {
	return func(n int) string { return strings.Repeat(s, n/len(s)+1) }
}

func counted(format string) func(int) string {
	return func(n int) string {
		var b strings.Builder
		for i := 0; b.Len() < n; i++ {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
}

func growing(n int) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		b.WriteString("{{" + strings.Repeat("}", i) + " ")
	}
	return b.String()
}

func growingTicks(n int) string {
	var b strings.Builder
	for i := 1; b.Len() < n; i++ {
		b.WriteString(strings.Repeat("`", i) + " ")
	}
	return b.String()
}

func deeper(n int) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		b.WriteString(strings.Repeat(" ", 2*i) + "- a\n")
	}
	return b.String()
}

// TestLongTextsAreWrittenOnce: after Prepare neither Compose nor Revise makes anything of a long text.
func TestLongTextsAreWrittenOnce(t *testing.T) {
	for name, files := range map[string]map[string]string{"hugo": stockHugo, "jekyll": stockJekyll} {
		l := newLibrary(t, files)
		for _, content := range []any{
			repeated("{{< a >}} {% b %} <b>c</b>\n\n")(2 * longText),
			map[string]any{"html": repeated("<p>a <b>c</b></p>")(2 * longText)},
		} {
			properties := mf2.Properties{"content": {content}}
			l.site.texts = textCache{}
			l.site.Prepare(properties)
			done := len(l.site.texts.newest)
			r := l.compose(Post{Item: entry(properties)})
			if again := len(l.site.texts.newest) - done; done == 0 || again > 0 {
				t.Errorf("%s, %T: %d works after %d that were prepared: %s", name, content, again, done,
					l.site.texts.newest[len(l.site.texts.newest)-1].name)
			}
			l.files[r.Path] = string(r.Data)
		}
	}
}

// costlyHTML are parts of HTML that are sent many times.
var costlyHTML = []string{
	`<blockquote>`, `<blockquote>x`, `<ul><li>`, `<ul><li>x</li></ul>`, `<li>x`, `<ol><li>x`, `<b>`, `<b>x</b>`,
	`<b>x`, `<i>x</b>`, `<em>x</em>`, `<span>x`, `<table><tr><td>`, `<table><tr><td>x`, `<td>x`, `<tr>x`,
	`<table>x`, `x<br>`, `<pre>x`, `<pre>x</pre>`, `<code>x</code>`, `<code>x`, `<a href=x>y`, `<a href=x>y</a>`,
	`<img src=x alt="[">`, `<img src=x>`, `<p>x`, `<h1>x`, `<h1>x</h1>`, `<div>x`, `<dl><dt>x`, `x&nbsp;`, `-`,
	`- `, `1.`, `#`, "`", `~`, "x`y", `\`, `<!--x-->`, `x<!--x-->`, `<script>`, `<select>x<b>`, `<option>x`,
	`<svg>x`, `<math><mi>`, `<font>x`, `<u>x</u>`, `<del>x</del>`, `<ruby>x<rt>y`, `<sup>1</sup>`, `<details>x`,
	`<iframe src=https://a.b/>`, `<video src=https://a.b/>`, `[`, `![`, `x</a>`, `&#91;`, `[x](`, `<p>[`,
}

// TestHTMLThatCostsTooMuchIsKeptAsItWasSent, and takes no longer than any other text: the converter would read
// the rest of the text for each bracket, and the parser append thousands of texts to one.
func TestHTMLThatCostsTooMuchIsKeptAsItWasSent(t *testing.T) {
	l := newLibrary(t, stockHugo)
	for _, part := range []string{"[", "![", "&#91;", "x</a>", "x<td>", "~"} {
		source := "<p>begin</p>" + strings.Repeat(part, 400_000/len(part))
		before := fuzztest.Spent(t)
		r := l.compose(Post{Item: entry(map[string][]any{"content": {map[string]any{"html": source}}})})
		if took := fuzztest.Spent(t) - before; took > 4*time.Second {
			t.Errorf("%q many times took %v", part, took)
		}
		got := l.item(r.Path).Properties["content"]
		if len(got) != 1 || got[0].(map[string]any)["html"] != source {
			t.Errorf("%q many times is read back as %.100v", part, got)
		}
	}
}

// TestTimeGrowsWithTheTextAlone: four times the text must not take much more than four times the
// processor's time to write and to read back. Small times are noise, and let anything pass.
func TestTimeGrowsWithTheTextAlone(t *testing.T) {
	if os.Getenv("GITPOST_TEST_ALL") == "" {
		t.Skip("set GITPOST_TEST_ALL=1 to measure times; the counting tests run always")
	}
	const n = 20_000
	files := with(stockJekyll, map[string]string{
		"_plugins/tags.rb": "class A < Liquid::Block; end\nLiquid::Template.register_tag('framed', A)\n"})
	for name, l := range map[string]*testLibrary{"hugo": newLibrary(t, stockHugo), "jekyll": newLibrary(t, files)} {
		spend := func(content any) time.Duration {
			l.site.texts = textCache{}
			before := fuzztest.Spent(t)
			r, err := l.site.Compose(l, Post{Item: entry(map[string][]any{"content": {content}})})
			if err != nil && fault.CodeOf(err) != fault.TooLarge && fault.CodeOf(err) != fault.InvalidRequest {
				t.Fatal(err)
			}
			_ = r
			return fuzztest.Spent(t) - before
		}
		grows := func(kind string, work func(n int) time.Duration) {
			once := work(n)
			for range 3 { // the machine may have been busy
				four := work(4 * n)
				if four < 200*time.Millisecond || four < 10*once {
					return
				}
				once = max(once, work(n))
			}
			t.Errorf("%s, %s: %d bytes took %v, and four times as many more than ten times that", name, kind, n, once)
		}
		for kind, text := range costly {
			grows(kind, func(n int) time.Duration { return spend(text(n)) })
		}
		if name == "jekyll" {
			continue // HTML becomes Markdown in the same way
		}
		for _, part := range costlyHTML {
			grows("HTML of "+part, func(n int) time.Duration { return spend(map[string]any{"html": repeated(part)(n)}) })
		}
	}
}
