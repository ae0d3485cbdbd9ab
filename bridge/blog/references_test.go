package blog

import (
	"slices"
	"strings"
	"testing"

	"gitpost/bridge/fuzztest"
)

func TestReferencesToUploadsAreFoundHoweverTheyAreWritten(t *testing.T) {
	const name = "heron-abcdefgh234567ab.jpg"
	const address = "https://example.org/media/2026/05/" + name
	tests := []struct {
		what  string
		value any
	}{
		{"the address alone", address},
		{"a photo object", map[string]any{"value": address, "alt": "A heron"}},
		{"deep in nested items",
			[]any{map[string]any{"type": []any{"h-card"}, "properties": map[string]any{"photo": []any{address}}}}},
		{"a Markdown image", "Look: ![a heron](" + address + ")"},
		{"a Markdown image with a title", "![a](<" + address + "> \"A heron\")"},
		{"a Markdown link", "[see](" + address + ")."},
		{"a link around an image", "[![](" + address + ")](https://example.org/)"},
		{"a reference definition", "![heron][1]\n\n[1]: " + address + "\n"},
		{"a definition that nothing refers to", "[1]: " + address},
		{"an autolink", "<" + address + ">"},
		{"a bare address at the end of a sentence", "See " + address + "."},
		{"an emphasised address", "_" + address + "_"},
		{"an address without a host", "![](/media/2026/05/" + name + ")"},
		{"a relative address", "![](" + name + ")"},
		{"an address without a scheme", "![](//example.org/media/2026/05/" + name + ")"},
		{"another scheme and case", "![](HTTP://EXAMPLE.org/media/2026/05/" + name + ")"},
		{"a query and a fragment", "![](" + address + "?w=200#x)"},
		{"backslashes", `![](https://example.org/media/2026/05/heron\-abcdefgh234567ab\.jpg)`},
		{"entities in Markdown", "![](https://example.org/media/2026/05/heron&#45;abcdefgh234567ab&period;jpg)"},
		{"entities in a reference definition", "![x]\n\n[x]: https://example.org/media/heron&#x2d;abcdefgh234567ab.jpg"},
		{"percent signs", "![](https://example.org/media/2026/05/heron%2Dabcdefgh234567ab%2ejpg), 100% sure"},
		{"an address within an address",
			"![](https://proxy.example/?url=https%3A%2F%2Fexample.org%2fmedia%2fheron-abcdefgh234567ab.jpg)"},
		{"HTML content", map[string]any{"html": `<p><img src="` + address + `" alt=""></p>`}},
		{"an attribute without quotes", "<img src=" + address + ">"},
		{"entities in HTML",
			map[string]any{"html": `<img src="https://example.org/media/2026/05/heron&#45;abcdefgh234567ab.jpg">`}},
		{"srcset", `<img srcset="` + address + ` 1x, /b.jpg 2x">`},
		{"srcset with entities", `<source srcset="/a.jpg 1x, /media/heron&#45;abcdefgh234567ab.jpg 2x">`},
		{"a poster", `<video poster="` + address + `" src="/v.mp4"></video>`},
		{"video and source", "<video controls>\n<source src=\"" + address + "\">\n</video>"},
		{"an audio element within a paragraph", "Listen: <audio src='" + address + "'></audio> now"},
		{"a link in raw HTML, its tag over two lines", "x <a\nhref=\"/media/heron&#45;abcdefgh234567ab.jpg\">y</a>"},
		{"a style", `<div style="background:url(&quot;/media/heron&#45;abcdefgh234567ab.jpg&quot;)">`},
		{"a list, in a quotation", "> - ![](" + address + ")"},
		{"a table", "| a |\n|---|\n| ![](" + address + ") |"},
		{"a shortcode", `{{< figure src="/media/2026/05/` + name + `" >}}`},
		{"a Liquid tag", `{% include figure.html image="/media/2026/05/` + name + `" %}`},
	}
	for _, tt := range tests {
		if names := namesIn(tt.value); !slices.Contains(names, name) {
			t.Errorf("%s: found %q in %q", tt.what, names, tt.value)
		}
	}
	for _, text := range []string{"", "https://example.org/", "heron.jpg", "a-b-c-d.jpg", "heron-abcdefgh23456.jpg",
		"100% & \\", "&#x110000; %zz ![](<"} {
		if names := namesIn(text); len(names) > 0 {
			t.Errorf("found %q in %q", names, text)
		}
	}
}

// FuzzReferences: whatever surrounds it, a name that stands in a text is found.
func FuzzReferences(f *testing.F) {
	f.Add("![](", ")")
	f.Add("<img src='", "' &amp; \\")
	f.Add("[x]: <", ">\n\n<!--")
	f.Fuzz(func(t *testing.T, before, after string) {
		fuzztest.Limit(t)
		const name = "heron-abcdefgh234567ab.jpg"
		if names := namesIn(before + "/" + name + " " + after); !slices.Contains(names, name) {
			t.Errorf("found %q", names)
		}
	})
}

// Each of 50,000 references had a copy of an address of 200 KB.
func TestAddressesOfReferencesAreReadOnce(t *testing.T) {
	text := "[a]: https://a.example/&" + strings.Repeat("a", 200_000) + "/heron\\-abcdefgh234567ab.jpg\n\n" +
		strings.Repeat("[a] ", 50_000) +
		strings.Repeat("https://b.example/& ", 5_000)
	if found := addressesIn(text); len(found) > 5_010 {
		t.Errorf("%d addresses", len(found))
	}
	if names := namesIn(text); !slices.Contains(names, "heron-abcdefgh234567ab.jpg") {
		t.Errorf("found %q", names)
	}
}
