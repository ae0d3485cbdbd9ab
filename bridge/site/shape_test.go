package site

import (
	"strings"
	"testing"

	"gitpost/bridge/mf2"
	"gitpost/bridge/site/generator"
)

// single is a Hugo layout of posts; the site is built with it.
func single(layout string) map[string]string {
	return with(bareHugo, map[string]string{
		"layouts/_default/single.html": layout + "<article>{{ .Content }}</article>",
		"layouts/_default/list.html":   "{{ range .Pages }}<a href=\"{{ .RelPermalink }}\">{{ .Date }}</a>{{ end }}",
	})
}

func post(frontMatter string) map[string]string {
	return map[string]string{"content/posts/old.md": "---\ntitle: Old\ndate: 2024-01-01T00:00:00Z\n" + frontMatter +
		"---\nOld.\n"}
}

// shapeCases are sites whose builds fail on a value of another form than the neighbours' or than
// the layouts expect.
var shapeCases = []struct {
	name  string
	files map[string]string
	item  map[string][]any
	want  string // in the front matter of the new post
	not   string
}{
	{"a list, as the neighbours have it", with(single("{{ range .Params.like_of }}<a href=\"{{ . }}\">x</a>{{ end }}"),
		post("like_of: [https://a.example/]\n")),
		map[string][]any{"like-of": {"https://b.example/"}}, "like_of: [https://b.example/]", ""},
	{"a list, as the layout expects it", single("{{ range .Params.in_reply_to }}<a href=\"{{ . }}\">x</a>{{ end }}"),
		map[string][]any{"in-reply-to": {"https://b.example/"}}, "in_reply_to:\n- https://b.example/", "inReplyTo"},
	{"a list by its index",
		single("{{ with index .Params.bookmark_of 0 }}<a href=\"{{ . | urls.Parse }}\">x</a>{{ end }}"),
		map[string][]any{"bookmark-of": {"https://b.example/"}}, "bookmark_of:\n- https://b.example/", ""},
	{"a text, where an app sends a citation", with(single("{{ with .Params.likeOf }}{{ (urls.Parse .).Host }}{{ end }}"),
		post("likeOf: https://a.example/\n")),
		map[string][]any{"like-of": {map[string]any{"type": []any{"h-cite"},
			"properties": map[string]any{"url": []any{"https://b.example/"}, "name": []any{"B"}}}}},
		"likeOf: https://b.example/", ""},
	{"a text, where an app sends several", with(single("{{ with .Params.syndication }}{{ (urls.Parse .).Host }}{{ end }}"),
		post("syndication: https://a.example/1\n")),
		map[string][]any{"content": {"x"}, "syndication": {"https://b.example/1", "https://c.example/1"}},
		"syndication: https://b.example/1", ""},
	{"a map with a caption and no address",
		with(single("{{ with .Params.image }}{{ .caption }}{{ .focal_point }}{{ end }}"),
			post("image:\n  caption: \"\"\n  focal_point: \"\"\n")),
		map[string][]any{"photo": {"https://m.example/a.jpg"}}, "photo:", "\nimage:"},
	{"a map with src and alt",
		with(single("{{ with .Params.featured_image }}<img src=\"{{ .src }}\" alt=\"{{ .alt }}\">{{ end }}"),
			post("featured_image:\n  src: /a.jpg\n  alt: A\n")),
		map[string][]any{"photo": {map[string]any{"value": "https://m.example/b.jpg", "alt": "Bee"}}},
		"featured_image:\n  alt: Bee\n  src: https://m.example/b.jpg", ""},
	{"a map that only the layout has", single("{{ with .Params.image }}<img src=\"{{ .path | relURL }}\">{{ end }}"),
		map[string][]any{"photo": {"https://m.example/b.jpg"}}, "image:\n  path: https://m.example/b.jpg", ""},
	{"a map of which the layout reads the caption alone",
		single("{{ if .Params.image }}{{ .Params.image.caption }}{{ end }}"),
		map[string][]any{"photo": {"https://m.example/b.jpg"}}, "photo:", "\nimage:"},
	{"a date whose method is called", with(single("{{ with .Params.start }}{{ .Format \"2006\" }}{{ end }}"),
		map[string]string{"content/posts/old.md": "+++\ntitle = 'Old'\ndate = 2024-01-01T00:00:00Z\nstart = 2024-01-01T10:00:00Z\n+++\nOld.\n"}),
		map[string][]any{"name": {"Party"}, "start": {"2026-12-24T18:00:00+01:00"}}, "start = 2026-12-24T18:00:00+01:00", ""},
	{"no date where a method is called", single("{{ with .Params.start }}{{ .Format \"2006\" }}{{ end }}"),
		map[string][]any{"name": {"Party"}, "start": {"some day"}}, "mf2:\n  start: some day", "\nstart:"},
	{"a number", with(single("{{ with .Params.rating }}{{ range seq . }}*{{ end }}{{ end }}"), post("rating: 4\n")),
		map[string][]any{"content": {"x"}, "rating": {"5"}}, "rating: 5", ""},
	{"a map of one's own for replies",
		with(single("{{ with .Params.replyto }}<a href=\"{{ .url }}\">{{ .title | upper }}</a>{{ end }}"),
			post("replyTo: {url: https://a.example/, title: A}\n")),
		map[string][]any{"in-reply-to": {"https://b.example/c"}}, "title: b.example/c", ""},
	{"photos as a list of addresses", with(single("{{ range .Params.photo }}<img src=\"{{ . | relURL }}\">{{ end }}"),
		post("photo: [/a.jpg]\n")),
		map[string][]any{"photo": {map[string]any{"value": "https://m.example/b.jpg", "alt": "Bee"}}},
		"photo: [https://m.example/b.jpg]", ""},
	{"a video as a map",
		with(single("{{ with .Params.video }}<video src=\"{{ .src }}\" title=\"{{ .title }}\"></video>{{ end }}"),
			post("video:\n  src: /a.mp4\n")),
		map[string][]any{"video": {"https://m.example/b.mp4"}}, "video:\n  src: https://m.example/b.mp4", ""},
	{"below params", with(single("{{ range .Params.repost_of }}<a href=\"{{ . }}\">x</a>{{ end }}"),
		post("params:\n  repost_of: [https://a.example/]\n")),
		map[string][]any{"repost-of": {"https://b.example/"}}, "repost_of:\n- https://b.example/", ""},
}

// TestValuesHaveTheFormThatTheSiteExpects: learned from neighbours and from layouts; what was sent
// reads back, and the site is built.
func TestValuesHaveTheFormThatTheSiteExpects(t *testing.T) {
	for _, c := range shapeCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := newLibrary(t, c.files, func(o *Options) { o.Version = installedVersion(t, "hugo") })
			r := l.compose(Post{Item: entry(c.item)})
			if !strings.Contains(string(r.Data), c.want) {
				t.Errorf("%q is missing:\n%s", c.want, r.Data)
			}
			if c.not != "" && strings.Contains(string(r.Data), c.not) {
				t.Errorf("%q is there:\n%s", c.not, r.Data)
			}
			if problem := differs(l.site, entry(c.item), l.item(r.Path)); problem != "" {
				t.Errorf("%s\n%s", problem, r.Data)
			}
			builds(t, "hugo", l.files)
		})
	}
}

// TestJekyllValuesHaveTheFormThatTheSiteExpects is the same for the other generator.
func TestJekyllValuesHaveTheFormThatTheSiteExpects(t *testing.T) {
	layout := func(text string) map[string]string {
		return with(bareJekyll, map[string]string{"_layouts/post.html": text + "<article>{{ content }}</article>"})
	}
	old := func(text string) map[string]string {
		return map[string]string{"_posts/2024-01-01-old.md": "---\nlayout: post\ntitle: Old\n" + text + "---\nOld.\n"}
	}
	photo := map[string][]any{"photo": {map[string]any{"value": "https://m.example/b.jpg", "alt": "Bee"}}}
	for _, c := range []struct {
		name  string
		files map[string]string
		item  map[string][]any
		want  string
	}{
		{"a map as the neighbours have it", with(layout("<img src=\"{{ page.image.path | relative_url }}\">"),
			old("image:\n  path: /a.jpg\n  alt: A\n")), photo, "image:\n  alt: Bee\n  path: https://m.example/b.jpg"},
		{"image.feature", with(layout("{{ page.image.feature | absolute_url }}"), old("image:\n  feature: /a.jpg\n")), photo,
			"feature: https://m.example/b.jpg"},
		{"a map that only the layout has",
			layout("{% if page.image.path %}<img src=\"{{ page.image.path }}\" alt=\"{{ page.image.alt }}\">{% endif %}"), photo,
			"path: https://m.example/b.jpg"},
		{"a list that the layout goes through", layout("{% for u in page.like-of %}<a href=\"{{ u }}\">x</a>{% endfor %}"),
			map[string][]any{"like-of": {"https://b.example/"}}, "like-of:\n- https://b.example/"},
		{"a layout in another folder", with(bareJekyll, map[string]string{
			"_config.yml":            "url: https://example.org\nsource: src\nlayouts_dir: frames\n",
			"src/frames/post.html":   "{% for u in page.like-of %}<a href=\"{{ u }}\">x</a>{% endfor %}{{ content }}",
			"src/_posts/2020-1-1.md": "",
		}), map[string][]any{"like-of": {"https://b.example/"}}, "like-of:\n- https://b.example/"},
		{"keys with mf-", layout("{% if page.mf-photo %}<img src=\"{{ page.mf-photo[0] }}\">{% endif %}"), photo,
			"mf-photo:\n- https://m.example/b.jpg"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := newLibrary(t, c.files, func(o *Options) { o.Version = installedVersion(t, "jekyll") })
			r := l.compose(Post{Item: entry(c.item)})
			if !strings.Contains(string(r.Data), c.want) {
				t.Errorf("%q is missing:\n%s", c.want, r.Data)
			}
			if problem := differs(l.site, entry(c.item), l.item(r.Path)); problem != "" {
				t.Errorf("%s\n%s", problem, r.Data)
			}
			builds(t, "jekyll", l.files)
		})
	}
}

// TestUpdatesKeepTheFormOfAValue, whatever an app replaces it with.
func TestUpdatesKeepTheFormOfAValue(t *testing.T) {
	for _, c := range []struct{ name, had, property, value, want string }{
		{"a list stays one", "likeOf: [https://a.example/]\n", "like-of", "https://b.example/",
			"likeOf: [https://b.example/]\n"},
		{"a block list too", "in_reply_to:\n  - https://a.example/\n", "in-reply-to", "https://b.example/",
			"in_reply_to:\n  - https://b.example/\n"},
		{"a map keeps its other keys", "bookmark:\n  url: https://a.example/ # here\n  rating: 4\n", "bookmark-of",
			"https://b.example/", "bookmark:\n  url: https://b.example/ # here\n  rating: 4\n"},
		{"a picture's map too", "image:\n  path: /a.jpg\n  focal_point: left\n", "photo", "https://b.example/b.jpg",
			"image:\n  path: https://b.example/b.jpg\n  focal_point: left\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			const head = "---\ntitle: A\ndate: 2024-01-01T00:00:00Z\n"
			l := newLibrary(t, with(bareHugo, map[string]string{"content/posts/a.md": head + c.had + "---\nText.\n"}))
			r := l.revise("content/posts/a.md", func(i *mf2.Item) error {
				i.Properties[c.property] = []any{c.value}
				return nil
			})
			if !strings.HasPrefix(string(r.Data), head) || !strings.Contains(string(r.Data), c.want) {
				t.Errorf("want %s in\n%s", c.want, r.Data)
			}
			if got := l.item(r.Path).Properties.Text(c.property); got != c.value {
				t.Errorf("it reads %q", got)
			}
		})
	}
}

// TestAHandEditOfAnAddressCounts: what was sent is remembered only as long as the file says it.
func TestAHandEditOfAnAddressCounts(t *testing.T) {
	l := newLibrary(t, with(bareHugo, post("likeOf: https://a.example/\n")))
	cite := map[string]any{"type": []any{"h-cite"}, "properties": map[string]any{"url": []any{"https://b.example/"},
		"name": []any{"B"}}}
	r := l.compose(Post{Item: entry(map[string][]any{"like-of": {cite}})})
	if got := l.item(r.Path).Properties["like-of"]; !same(got, []any{cite}) {
		t.Errorf("read back as %v", got)
	}
	l.files[r.Path] = strings.Replace(l.files[r.Path], "likeOf: https://b.example/", "likeOf: https://c.example/", 1)
	if got := l.item(r.Path).Properties.Text("like-of"); got != "https://c.example/" {
		t.Errorf("after the edit it is %q\n%s", got, l.files[r.Path])
	}
}

// TestShapesThatDifferSayNothing: a layout that works with both forms gets either.
func TestShapesThatDifferSayNothing(t *testing.T) {
	list, text := generator.ShapeOf([]any{"a"}), generator.ShapeOf("a")
	if got := generator.Common([]generator.Shape{list, text}); got.Known() {
		t.Errorf("got %+v", got)
	}
	if got := generator.Common([]generator.Shape{{}, list, generator.ShapeOf([]any{})}); !got.Same(list) {
		t.Errorf("got %+v", got)
	}
}
