package site

import (
	"strings"
	"testing"

	"gitpost/bridge/fuzztest"
)

func TestKnownShortcodesPassOthersAreEscaped(t *testing.T) {
	s := newLibrary(t, stockHugo).site
	for text, want := range map[string]string{
		"{{< stamp one >}}":                            "{{< stamp one >}}",
		"{{% stamp \"two words\" %}}":                  "{{% stamp \"two words\" %}}",
		"{{< stamp a=\"b\" c=d >}}":                    "{{< stamp a=\"b\" c=d >}}",
		"{{< framed >}}in{{< /framed >}}":              "{{< framed >}}in{{< /framed >}}",
		"{{< framed >}}{{< stamp x >}}{{< /framed >}}": "{{< framed >}}{{< stamp x >}}{{< /framed >}}",
		"{{< framed />}}":                              "{{< framed />}}",
		"{{< figure src=\"a.jpg\" alt=\"x\" >}}":       "{{< figure src=\"a.jpg\" alt=\"x\" >}}",
		"{{</* any */>}}":                              "{{</* any */>}}",
		"{{< unknown >}}":                              "{{</* unknown */>}}",
		"{{% unknown %}}":                              "{{%/* unknown */%}}",
		"{{< framed >}}":                               "{{</* framed */>}}",
		"{{< /framed >}}":                              "{{</* /framed */>}}",
		"{{< stamp a=1 b >}}":                          "{{</* stamp a=1 b */>}}",
		"{{< ref \"x.md\" >}}":                         "{{</* ref \"x.md\" */>}}",
		"{{< figure >}}":                               "{{</* figure */>}}",
		"{{< once":                                     "{{< param \"gitpost.angle\" >}} once",
		"{{ x }} {% y %}":                              "{{ x }} {% y %}",
	} {
		got, escaped := s.escape(text)
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
		if back := s.unescape(got, escaped); back != text {
			t.Errorf("%q came back as %q", text, back)
		}
	}
}

func TestKnownLiquidPassesOthersAreEscaped(t *testing.T) {
	files := with(stockJekyll,
		map[string]string{"_plugins/tags.rb": "class A < Liquid::Tag; end\nLiquid::Template.register_tag('youtube', A)\n"})
	s := newLibrary(t, files).site
	for text, want := range map[string]string{
		"{{ site.title }}":                          "{{ site.title }}",
		"{{ page.title | upcase | append: \"!\" }}": "{{ page.title | upcase | append: \"!\" }}",
		"{% include stamp.html text=\"hi\" %}":      "{% include stamp.html text=\"hi\" %}",
		"{% raw %}{{ x }}{% endraw %}":              "{% raw %}{{ x }}{% endraw %}",
		"{% highlight ruby %}x{% endhighlight %}":   "{% highlight ruby %}x{% endhighlight %}",
		"{% youtube abc %}":                         "{% youtube abc %}",
		"{{ x }}":                                   "{% raw %}{{{% endraw %} x }}",
		"{{}}":                                      "{% raw %}{{}}{% endraw %}",
		"{% include nowhere.html %}":                "{% raw %}{%{% endraw %} include nowhere.html %}",
		"{% endraw %}":                              "{% raw %}{%{% endraw %} endraw %}",
		"{{ page.content }}":                        "{% raw %}{{{% endraw %} page.content }}",
		"{% if x %}":                                "{% raw %}{%{% endraw %} if x %}",
		"{{< x >}}":                                 "{% raw %}{{{% endraw %}< x >}}",
	} {
		got, escaped := s.escape(text)
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
		if back := s.unescape(got, escaped); back != text {
			t.Errorf("%q came back as %q", text, back)
		}
	}
}

// TestEscapesOfTheAuthorStayAsWritten, beside escapes of gitpost's own.
func TestEscapesOfTheAuthorStayAsWritten(t *testing.T) {
	l := newLibrary(t, bareHugo)
	r := l.compose(Post{Item: entry(map[string][]any{"content": {"Use {{< x >}}"}})})
	l.files[r.Path] += "\nAnd {{</* y */>}} by hand.\n"
	if got, want := l.item(r.Path).Properties.Text("content"), "Use {{< x >}}\n\nAnd {{</* y */>}} by hand."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// FuzzEscapedTextIsReadBack: whatever the text, what was escaped is taken back exactly, or
// the text is kept beside the body.
func FuzzEscapedTextIsReadBack(f *testing.F) {
	for _, text := range sentTexts {
		f.Add(text)
	}
	sites := []*testLibrary{newLibrary(f, stockHugo), newLibrary(f, stockJekyll)}
	f.Fuzz(func(t *testing.T, text string) {
		fuzztest.Limit(t)
		text = strings.ToValidUTF8(text, "")
		if len(text) > 10000 || text == "" {
			t.Skip()
		}
		for _, site := range sites {
			l := &testLibrary{t: t, site: site.site, files: with(site.files)}
			item := entry(map[string][]any{"content": {text}, "name": {text}, "category": {text}})
			r := l.compose(Post{Item: item})
			if problem := differs(l.site, item, l.item(r.Path)); problem != "" {
				t.Fatalf("%s\n%s", problem, r.Data)
			}
		}
	})
}
