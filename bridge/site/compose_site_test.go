package site

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// linkClass is the class that tells readers of microformats what a link is; TestKramdownLinksHaveTheirClasses.
var linkClass = regexp.MustCompile(` class="u-[a-z-]+"`)

// TestKindsOfPostsShowOnStockThemes builds a Hugo and a Jekyll site whose layouts know
// nothing of mf2, with a post of each kind, and looks at the pages.
func TestKindsOfPostsShowOnStockThemes(t *testing.T) {
	t.Parallel()
	shown := map[string]struct {
		item map[string][]any
		html []string
	}{
		"note": {map[string][]any{"content": {"Fog on the river & it smells of snow"}},
			[]string{"Fog on the river &amp; it smells of snow"}},
		"article": {map[string][]any{"name": {"On \"fog\" & snow: notes"}, "content": {"## Fog\n\n*Text*"}},
			[]string{"<em>Text</em>", "</h2>"}},
		"photo": {map[string][]any{"photo": {map[string]any{"value": "https://m.example/a.jpg",
			"alt": "A cat on a wall"}}}, []string{`<img src="https://m.example/a.jpg" alt="A cat on a wall"`}},
		"like": {map[string][]any{"like-of": {"https://blog.example/a-post"}},
			[]string{`<a href="https://blog.example/a-post">`}},
		"reply": {map[string][]any{"in-reply-to": {"https://blog.example/p?x=1&y=2"}, "content": {"Agreed"}},
			[]string{`<a href="https://blog.example/p?x=1&amp;y=2">`, "Agreed"}},
		"repost": {map[string][]any{"repost-of": {"https://blog.example/r"}},
			[]string{`<a href="https://blog.example/r">`}},
		"bookmark": {map[string][]any{"bookmark-of": {"https://blog.example/b_c_d"}, "name": {"A read"}},
			[]string{`<a href="https://blog.example/b_c_d">`}},
		"rsvp": {map[string][]any{"in-reply-to": {"https://events.example/"}, "rsvp": {"maybe"}},
			[]string{"RSVP maybe to", `<a href="https://events.example/">`}},
		"checkin": {map[string][]any{"checkin": {map[string]any{"type": []any{"h-card"},
			"properties": map[string]any{"name": []any{"Pier 3"}, "url": []any{"https://pier.example/"}}}}},
			[]string{`<a href="https://pier.example/">Pier 3</a>`}},
		"video":    {map[string][]any{"video": {"https://m.example/a.mp4"}}, []string{"https://m.example/a.mp4"}},
		"html":     {map[string][]any{"content": {map[string]any{"html": "<p>Rich <strong>text</strong></p><blockquote><p>Quoted</p></blockquote>"}}}, []string{"<strong>text</strong>", "<blockquote>"}},
		"unlisted": {map[string][]any{"content": {"Between us"}, "visibility": {"unlisted"}}, []string{"Between us"}},
		"known":    {map[string][]any{"content": {"{{< stamp one >}} {% include stamp.html text=\"two\" %}"}}, nil},
	}
	hidden := map[string]map[string][]any{
		"draft":     {"content": {"Not yet, said the draft"}, "post-status": {"draft"}},
		"private":   {"content": {"Secret, said the draft"}, "post-status": {"draft"}, "visibility": {"private"}},
		"scheduled": {"content": {"Tomorrow, said the schedule"}, "published": {"2999-01-01T00:00:00Z"}},
	}
	for generator, files := range map[string]map[string]string{
		"hugo": stockHugo,
		"jekyll": with(stockJekyll, map[string]string{"_config.yml": stockJekyll["_config.yml"] +
			"collections:\n  unlisted:\n    output: true\n"}),
	} {
		t.Run(generator, func(t *testing.T) {
			t.Parallel()
			l := newLibrary(t, files, func(o *Options) { o.Version = installedVersion(t, generator) })
			urls := map[string]string{}
			for name, c := range shown {
				urls[name] = l.compose(Post{Item: entry(c.item), Slug: "kind-" + name}).Page.URL
			}
			for name, item := range hidden {
				if page := l.compose(Post{Item: entry(item), Slug: "hidden-" + name}).Page; page.Published {
					t.Errorf("%s counts as published", name)
				}
			}
			out, _ := builds(t, generator, l.files)
			for name, c := range shown {
				source := linkClass.ReplaceAllString(pageSource(t, out, urls[name]), "")
				for _, want := range c.html {
					if !strings.Contains(source, want) {
						t.Errorf("%s: %s has no %s:\n%s", name, urls[name], want, source)
					}
				}
			}
			stamped := map[string]string{"hugo": "<em>stamped one</em>", "jekyll": "<em>stamped two</em>"}[generator]
			if source := pageSource(t, out, urls["known"]); !strings.Contains(source, stamped) {
				t.Errorf("the site's own shortcode or include does not work: %s", source)
			}
			everything := wholeOutput(t, out)
			for file, text := range everything {
				for _, secret := range []string{"said the draft", "said the schedule"} {
					if strings.Contains(text, secret) {
						t.Errorf("%s tells what is not published", file)
					}
				}
				if strings.Contains(text, "Between us") && !strings.Contains(file, "kind-unlisted") {
					t.Errorf("%s lists the unlisted post", file)
				}
			}
		})
	}
}

func wholeOutput(t *testing.T, out string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(out, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		files[strings.TrimPrefix(path, out)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
