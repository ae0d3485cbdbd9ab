package catalog

import (
	"testing"
)

func TestLookupFindsUsualSpellings(t *testing.T) {
	c := New(openSite)
	snap := snapshotOf(map[string]string{
		"hugo.toml":                "baseURL = 'https://example.org/'\n",
		"content/posts/post-1.md":  "---\ndate: 2024-01-01\naliases: [/old/one/, /alt.html]\n---\n",
		"content/posts/Grüße.md":   "---\ndate: 2024-01-02\n---\n",
		"content/posts/a b.md":     "---\ndate: 2024-01-03\n---\n",
		"content/_index.md":        "---\ntitle: Home\n---\n",
		"content/posts/CamelCa.md": "---\ndate: 2024-01-04\n---\n",
	})
	for path, urls := range map[string][]string{
		"content/posts/post-1.md": {
			"https://example.org/posts/post-1/", "https://example.org/posts/post-1", "http://example.org/posts/post-1/",
			"https://EXAMPLE.org/posts/post-1/", "https://example.org/posts/post-1/#top",
			"https://example.org/posts/post-1/index.html",
			"https://example.org/posts/Post-1/", "https://example.org/posts/post%2D1/",
			"https://example.org/posts/post-1/?utm_source=x",
			"https://example.org/posts/post-1/?fbclid=1&utm_medium=mail#a", "https://example.org:443/posts/post-1/",
			"http://example.org:80/posts/post-1",
			" https://example.org/posts/post-1/ ", "https://me@example.org/posts/post-1/",
			"https://example.org/posts/post-1.html",
			"https://example.org/old/one/", "https://example.org/old/one", "http://example.org/old/one/index.html",
			"https://example.org/alt.html", "https://example.org/alt",
		},
		"content/posts/Grüße.md": {
			"https://example.org/posts/grüße/", "https://example.org/posts/gr%C3%BC%C3%9Fe/",
			"https://example.org/posts/gr%c3%bc%c3%9fe",
			"https://example.org/posts/gru\u0308ße/", "https://example.org/posts/Grüße/",
		},
		"content/posts/a b.md":     {"https://example.org/posts/a-b/"},
		"content/posts/CamelCa.md": {"https://example.org/posts/camelca/", "https://example.org/posts/CamelCa/"},
		"content/_index.md": {"https://example.org/", "https://example.org", "http://example.org/index.html",
			"https://example.org/?utm_id=1"},
		"": {
			"https://example.org/posts/post-10/", "https://other.example/posts/post-1/", "https://www.example.org/posts/post-1/",
			"posts/post-1", "",
			"https://example.org/posts/post-", "https://example.org:8443/posts/post-1/", "http://example.org:443/posts/post-1/",
			"https://example.org/?p=12", "https://example.org/posts/post-1/?page=2", "https://example.org/posts/post-1/more/",
			"%", "https://%", "http://[::1", "https://", "//",
		},
	} {
		for _, url := range urls {
			if err := c.Read(t.Context(), snap, func(v *View) error {
				got := ""
				if e := v.Lookup(url); e != nil {
					got = e.Path
				}
				if got != path {
					t.Errorf("Lookup(%q) = %q, want %q", url, got, path)
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestFormerAddressesLeadToWhereAPostIsNow(t *testing.T) {
	files := map[string]string{"hugo.toml": "baseURL = 'https://example.org/'\n",
		"content/posts/c.md": "---\ndate: 2024-01-01\n---\n"}
	c, snap := New(openSite), snapshotOf(files)
	p := NewPast() // a was moved to b and b to c; newest first
	p.Readdressed("https://example.org/posts/b/", "content/posts/b.md")
	p.Moved("content/posts/b.md", "content/posts/c.md")
	p.Readdressed("https://example.org/posts/a/", "content/posts/a.md")
	p.Moved("content/posts/a.md", "content/posts/b.md")
	p.Readdressed("https://example.org/posts/x/", "content/posts/x.md") // and x to y to x, then away
	p.Moved("content/posts/x.md", "content/posts/y.md")
	p.Moved("content/posts/y.md", "content/posts/x.md")
	p.Deleted("https://example.org/posts/gone/", Gone{"content/posts/gone.md", "new"})
	p.Deleted("https://example.org/posts/gone/", Gone{"content/posts/gone.md", "old"})
	c.Remember("1", p, true)
	if err := c.Read(t.Context(), snap, func(v *View) error {
		for url, want := range map[string]bool{"/posts/a": true, "/posts/b/": true, "/posts/c/": true, "/posts/x/": false,
			"/posts/y/": false} {
			e := v.Lookup("https://example.org" + url)
			if (e != nil) != want || e != nil && e.Path != "content/posts/c.md" {
				t.Errorf("Lookup(%s) = %v", url, e)
			}
		}
		if _, taken := v.PathOf("https://example.org/posts/a/"); taken {
			t.Error("a new post may not have an address that no page has any more")
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if g, ok := c.Gone("http://example.org/posts/gone", NewPast()); !ok || g.Ref != "new" {
		t.Errorf("Gone = %v, %v; want the newest deletion", g, ok)
	}
	newer := NewPast()
	newer.Deleted("https://example.org/posts/gone/", Gone{"content/posts/gone.md", "newest"})
	c.Remember("2", newer, false)
	if g, _ := c.Gone("https://example.org/posts/gone/", NewPast()); g.Ref != "newest" {
		t.Errorf("Gone = %v, want the newest deletion", g)
	}
	r := reader{rest: string(c.past.append(nil))}
	c.past = readPast(&r)
	if g, _ := c.Gone("https://example.org/posts/gone/", NewPast()); g.Ref != "newest" || r.rest != "" || r.failed ||
		len(c.past.files) != 4 || len(c.past.urls) != 3 {
		t.Errorf("read back: %+v", c.past)
	}
}
