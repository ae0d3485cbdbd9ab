package site

import (
	"strings"
	"testing"
)

// TestAddressesAreThoseAtWhichTheSiteIsPublished: the base URL of the site's own configuration
// decides, unless it is a placeholder; me is the identity of the owner.
func TestAddressesAreThoseAtWhichTheSiteIsPublished(t *testing.T) {
	for _, c := range []struct{ config, me, url, want, warning string }{
		{"https://site.example/blog/", "https://site.example/", "", "https://site.example/blog/", ""},
		{"https://site.example/a/b", "https://site.example/", "", "https://site.example/a/b/", ""},
		{"https://blog.site.example/", "https://site.example/", "", "https://blog.site.example/", ""},
		{"https://www.site.example/", "https://site.example/", "", "https://www.site.example/", ""},
		{"https://ada.pages.example/notes/", "https://ada.pages.example/", "", "https://ada.pages.example/notes/", ""},
		{"http://site.example/", "https://site.example/", "", "https://site.example/", ""},
		{"http://example.org/", "https://site.example/", "", "https://site.example/", ""},
		{"https://example.com/demo/", "https://site.example/", "", "https://site.example/", "looks like a placeholder"},
		{"http://localhost:1313/", "https://site.example/", "", "https://site.example/", ""},
		{"/", "https://site.example/", "", "https://site.example/", ""},
		{"", "https://site.example/", "", "https://site.example/", ""},
		{"/blog/", "https://site.example/", "", "https://site.example/blog/", ""},
		{"/blog/", "https://site.example/blog/", "", "https://site.example/blog/", ""},
		{"https://theme-author.example/", "https://site.example/", "", "https://theme-author.example/", "although me is"},
		{"https://theme-author.example/", "https://site.example/", "https://site.example/x/", "https://site.example/x/", ""},
	} {
		check := func(files map[string]string) {
			t.Helper()
			l := newLibrary(t, files, func(o *Options) { o.Me, o.URL = c.me, c.url })
			if got := l.site.BaseURL(); got != c.want {
				t.Errorf("%q with me %s: got %s, want %s", c.config, c.me, got, c.want)
			}
			said := strings.Join(l.site.Warnings(), "; ")
			if c.warning == "" && said != "" || !strings.Contains(said, c.warning) {
				t.Errorf("%q with me %s: warned %q, want %q", c.config, c.me, said, c.warning)
			}
			r := l.compose(Post{Item: entry(map[string][]any{"name": {"Hi"}, "content": {"x"}})})
			if !strings.HasPrefix(r.Page.URL, c.want) {
				t.Errorf("%q with me %s: a post is at %s", c.config, c.me, r.Page.URL)
			}
			if _, media := l.site.Media("a.jpg", noon); !strings.HasPrefix(media, c.want) {
				t.Errorf("%q with me %s: an upload is at %s", c.config, c.me, media)
			}
		}
		check(map[string]string{"hugo.toml": "baseURL = '" + c.config + "'\n"})
		host, folder := c.config, ""
		if i := strings.Index(c.config, "://"); i >= 0 {
			if j := strings.Index(c.config[i+3:], "/"); j >= 0 {
				host, folder = c.config[:i+3+j], c.config[i+3+j:]
			}
		} else {
			host, folder = "", c.config
		}
		if c.warning == "looks like a placeholder" {
			continue // the folder of a baseurl counts
		}
		check(map[string]string{"_config.yml": "timezone: UTC\nurl: '" + host + "'\nbaseurl: '" +
			strings.TrimSuffix(folder, "/") + "'\n"})
	}
}
