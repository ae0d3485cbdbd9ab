package address

import (
	"testing"

	"gitpost/bridge/fuzztest"
)

// FuzzAddress compares the fast path for plain URLs with parsing.
func FuzzAddress(f *testing.F) {
	for _, url := range []string{
		"https://example.org/", "https://example.org/A/b_c~d.html", "http://a.b/1/2/", "https://example.org", "https:///x",
		"https://a..b/-", "//", "%",
		"https://example.org:443/a?b=c&utm_x=1#d", "https://xn--e1afmkfd.example/", "https://пример.example/é",
		"https://-a.b/", "https://example.org/a//b/../c",
	} {
		f.Add(url)
	}
	f.Fuzz(func(t *testing.T, url string) {
		fuzztest.Limit(t)
		plain, ok := plainAddress(url)
		if slow := Of(url + "#x"); ok && plain != slow {
			t.Errorf("%s: %q, taken apart %q", url, plain, slow)
		}
		found := false
		for _, k := range Spellings(url) {
			found = found || k == Of(url)
		}
		if !found {
			t.Errorf("%q is no spelling of itself", url)
		}
	})
}

func TestWithinEndsAtWholeNames(t *testing.T) {
	for _, test := range []struct {
		site, url string
		want      bool
	}{
		{"https://a.example/", "https://a.example/2024/x/", true},
		{"https://a.example/", "http://A.example", true},
		{"https://a.example/blog", "https://a.example/blog", true},
		{"https://a.example/blog/", "https://a.example/blog?q=1#x", true},
		{"https://a.example/blog/", "https://a.example/blog/x", true},
		{"https://a.example/blog/", "https://a.example/blogs/x", false},
		{"https://a.example/", "https://a.example.org/x", false},
		{"https://a.example/", "https://b.example/x", false},
		{"https://a.example/", "not a URL", false},
	} {
		if got := Within(test.site, test.url); got != test.want {
			t.Errorf("Within(%q, %q) is %v", test.site, test.url, got)
		}
	}
}
