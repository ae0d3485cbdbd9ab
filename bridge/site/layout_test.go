package site

import "testing"

// TestFirstPostOfAJekyllSiteHasItsLayout: there is no neighbour to learn it from, and without one
// the page would be bare.
func TestFirstPostOfAJekyllSiteHasItsLayout(t *testing.T) {
	layouts := func(names ...string) map[string]string {
		files := map[string]string{}
		for _, name := range names {
			files["_layouts/"+name+".html"] = "{{ content }}"
		}
		return files
	}
	configured := func(text string) map[string]string {
		return map[string]string{"_config.yml": "url: https://example.org\ntimezone: UTC\n" + text}
	}
	for _, c := range []struct {
		name  string
		files map[string]string
		want  any
	}{
		{"none is known", bareJekyll, nil},
		{"one for posts", with(bareJekyll, layouts("default", "post")), "post"},
		{"what jekyll new --blank makes", with(bareJekyll, layouts("default")), "default"},
		{"only another one", with(bareJekyll, layouts("home")), nil},
		{"of a theme", configured("theme: minima\n"), "post"},
		{"defaults may say it", with(layouts("default", "post"),
			configured("defaults:\n- scope: {path: ''}\n  values: {layout: note}\n")), nil},
		{"a neighbour without one", with(bareJekyll, layouts("default", "post"),
			map[string]string{"_posts/2024-03-09-a.md": "---\ntitle: A\n---\na\n"}), nil},
	} {
		l := newLibrary(t, c.files)
		doc, err := l.site.Parse(l.compose(Post{Item: entry(map[string][]any{"content": {"x"}})}).Data)
		if err != nil {
			t.Fatal(err)
		}
		if layout, _ := doc.Get("layout"); layout != c.want {
			t.Errorf("%s: the layout is %v, want %v", c.name, layout, c.want)
		}
	}
}
