package site

import (
	"strings"
	"testing"
)

// TestFencesThatBreakHugoAreEscaped: Hugo since 0.123 fails the whole build on attributes
// that it cannot parse or carry out; the others stay as they were sent.
func TestFencesThatBreakHugoAreEscaped(t *testing.T) {
	s := newLibrary(t, stockHugo).site
	for text, want := range map[string]string{
		"```js {1,3}\nx\n```":                                        "```js &#123;1,3}\nx\n```",
		"```{r, echo=FALSE}\nx\n```":                                 "```&#123;r, echo=FALSE}\nx\n```",
		"> ~~~go {a b} {c}\n> x\n> ~~~":                              "> ~~~go &#123;a b} &#123;c}\n> x\n> ~~~",
		"```go {a={b=c}}\nx\n```":                                    "```go &#123;a=&#123;b=c}}\nx\n```",
		"```go {tabwidth=a}\nx\n```":                                 "```go &#123;tabwidth=a}\nx\n```",
		"```go {lineNos=[1]}\nx\n```":                                "```go &#123;lineNos=[1]}\nx\n```",
		"```go {{< stamp a >}}\nx\n```":                              "```go &#123;&#123;< stamp a >}}\nx\n```",
		"```go {linenos=table,hl_lines=[1,\"2-3\"],style=x}\nx\n```": "",
		"```go {.a #b data-c=\"d\"}\nx\n```":                         "",
		"```go\n{1,3}\n```":                                          "",
		"text {1,3} and `{a b}`":                                     "",
		"    ```go {1,3}\n":                                          "",
		"```go &#123;1,3}\nx\n```":                                   "",
		"{{< highlight go \"linenos=table,hl_lines=1 3-4\" >}}x{{< /highlight >}}": "",
		"{{< highlight go \"tabwidth=a\" >}}":                                      "{{</* highlight go \"tabwidth=a\" */>}}",
		"{{< youtube \"\" >}}":                                                     "{{</* youtube \"\" */>}}",
		"{{< youtube id=w7Ft2ymGmfc start=5 >}}":                                   "",
		"{{% figure src=\"a.jpg\" %}}":                                             "{{%/* figure src=\"a.jpg\" */%}}",
	} {
		got, escaped := s.escape(text)
		if want == "" {
			want = text
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
		if back := s.unescape(got, escaped); back != text {
			t.Errorf("%q came back as %q", text, back)
		}
	}
}

// TestFrontMatterThatHugosOwnTemplatesRead is in the form that they can read: link previews
// go through audio and parse images, lists render the summary, and a tag is a path.
func TestFrontMatterThatHugosOwnTemplatesRead(t *testing.T) {
	l := newLibrary(t, bareHugo)
	r := l.compose(Post{Item: entry(map[string][]any{
		"content":  {"x"},
		"audio":    {map[string]any{"value": "https://m.example/a.mp3", "alt": "A song"}},
		"photo":    {"%zz", map[string]any{"value": "https://m.example/a.jpg", "alt": "A"}},
		"summary":  {"```{=html}\n<b>x</b>\n```\n\nand <i>y</i>"},
		"category": {"x/", "a/b", "🎉"},
	})})
	l.files[r.Path] = string(r.Data)
	doc := l.Document(r.Path)
	for key, want := range map[string]any{
		"audio": []any{"https://m.example/a.mp3"}, "images": []any{"https://m.example/a.jpg"}, "tags": []any{"a/b"},
		"summary": "```&#123;=html}\n<b>x</b>\n```\n\nand *y*",
	} {
		if got, _ := doc.Get(key); !same(unflatten(plain(got)), unflatten(want)) {
			t.Errorf("%s is %v, want %v\n%s", key, got, want, r.Data)
		}
	}
	// What a person writes there later counts.
	l.files[r.Path] = strings.Replace(string(r.Data), "and *y*", "and z", 1)
	if got := l.item(r.Path).Properties.Text("summary"); !strings.HasSuffix(got, "and z") {
		t.Errorf("the summary is %q after it was edited", got)
	}
}

// TestShortcodesOfNewerHugosNeedAKnownVersion: where nothing says which Hugo builds the site,
// what an older one would fail on is escaped.
func TestShortcodesOfNewerHugosNeedAKnownVersion(t *testing.T) {
	const text = "{{< details >}}x{{< /details >}}"
	for version, want := range map[string]string{"": "{{</* details */>}}x{{</* /details */>}}",
		"0.139.0": "{{</* details */>}}x{{</* /details */>}}", "0.147.9": text} {
		s := newLibrary(t, bareHugo, func(o *Options) { o.Version = version }).site
		if got, _ := s.escape(text); got != want {
			t.Errorf("Hugo %q: got %s, want %s", version, got, want)
		}
	}
}
