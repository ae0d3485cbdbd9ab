package site

import (
	"strings"
	"testing"

	"gitpost/bridge/mf2"
)

const bee = "https://example.org/media/bee.jpg"

var beePhoto = map[string][]any{"photo": {map[string]any{"value": bee, "alt": "A bee"}}}

// TestOnlyThePageItselfCounts: a photo is left out of the text only where the layout of the post's
// own page shows the key that the post has.
func TestOnlyThePageItselfCounts(t *testing.T) {
	for _, c := range []struct {
		name, file, layout string
		left               bool
	}{
		{"the page", "layouts/_default/single.html", `{{ range .Params.photo }}<img src="{{ .url }}">{{ end }}`, true},
		{"a partial of the page", "layouts/_default/single.html", `{{ partial "pics.html" . }}`, true},
		{"a partial by a computed name", "layouts/_default/single.html", `{{ partial (printf "kinds/%s.html" .Type) . }}`,
			true},
		{"the owner's portrait", "layouts/_default/single.html", `<img src="{{ .Site.Params.photo }}">`, false},
		{"a data file", "layouts/_default/single.html",
			`{{ range $item := site.Data.people }}<img src="{{ $item.photo }}">{{ end }}`, false},
		{"link previews", "layouts/partials/opengraph.html",
			`{{ range .Params.photo }}<meta property="og:image" content="{{ .url }}">{{ end }}`, false},
		{"the head of the page", "layouts/_default/baseof.html",
			`<html><head>{{ range .Params.photo }}<meta content="{{ .url }}">{{ end }}</head>`, false},
		{"a list", "layouts/_default/list.html",
			`{{ range .Pages }}{{ range .Params.photo }}<img src="{{ .url }}">{{ end }}{{ end }}`, false},
		{"related posts", "layouts/_default/single.html",
			`{{ range .Site.RegularPages.Related . }}{{ partial "pics.html" . }}{{ end }}`, false},
		{"another section", "layouts/gallery/single.html", `{{ range .Params.photo }}<img src="{{ .url }}">{{ end }}`, false},
		{"structured data", "layouts/_default/single.html",
			`<script type="application/ld+json">{{ .Params.photo | jsonify }}</script>`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := with(single(""), map[string]string{
				"layouts/partials/pics.html":       `{{ range .Params.photo }}<img src="{{ .url }}">{{ end }}`,
				"layouts/partials/kinds/post.html": `{{ range .Params.photo }}<img src="{{ .url }}">{{ end }}`,
			}, map[string]string{c.file: c.layout})
			got := addedTo(newLibrary(t, files), entry(beePhoto))
			if left := got == ""; left != c.left {
				t.Errorf("added %q", got)
			}
		})
	}
}

// TestAPictureIsOnItsPageOnce builds sites that show a cover, or do not.
func TestAPictureIsOnItsPageOnce(t *testing.T) {
	const cover = `{{ with .Params.cover }}{{ if not .hiddenInSingle }}<img src="{{ .image }}" alt="{{ .alt }}">{{ end }}{{ end }}`
	for _, c := range []struct {
		name  string
		files map[string]string
		want  string // in the file
	}{
		{"a text", with(single(`{{ with .Params.image }}<img src="{{ . | relURL }}" alt="A bee">{{ end }}`),
			post("image: /a.jpg\n")), "image: /media/bee.jpg"},
		{"a map", with(single(cover), post("cover: {image: /a.jpg, alt: A}\n")), "image: /media/bee.jpg"},
		{"a map that hides it", with(single(cover), post("cover: {image: /a.jpg, alt: A, hiddenInSingle: true}\n")),
			"hiddenInSingle: true"},
		{"the lists alone", with(single(""),
			map[string]string{"layouts/_default/list.html": `{{ range .Pages }}<a href="{{ .RelPermalink }}"><img src="{{ .Params.thumbnail }}">{{ .Date }}</a>{{ end }}`},
			post("thumbnail: /a.jpg\n")), "thumbnail: /media/bee.jpg"},
		{"a partial that gets the page in a map", with(single(`{{ partial "hero.html" (dict "ctx" . "big" true) }}`),
			map[string]string{"layouts/partials/hero.html": `{{ with .ctx.Params.heroImage }}<img src="{{ . }}" alt="{{ $.ctx.Params.heroImageAlt }}">{{ end }}`}),
			"heroImage: /media/bee.jpg\nheroImageAlt: A bee\n"},
		{"a page that has no place for the alternative text",
			single(`{{ with .Params.heroImage }}<img src="{{ . }}" alt="">{{ end }}`),
			"\n![A bee](https://example.org/media/bee.jpg)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := newLibrary(t, c.files, func(o *Options) { o.Version = installedVersion(t, "hugo") })
			r := l.compose(Post{Item: entry(beePhoto)})
			if !strings.Contains(string(r.Data), c.want) {
				t.Errorf("%q is missing:\n%s", c.want, r.Data)
			}
			if problem := differs(l.site, entry(beePhoto), l.item(r.Path)); problem != "" {
				t.Errorf("%s\n%s", problem, r.Data)
			}
			out, _ := builds(t, "hugo", l.files)
			page := pageSource(t, out, r.Page.URL)
			if n := strings.Count(page, "bee.jpg"); n != 1 || builtAlt(t, page) != "A bee" {
				t.Errorf("the picture is there %d times: %s\n%s", n, page, r.Data)
			}
			r = l.revise(r.Path, func(i *mf2.Item) error { delete(i.Properties, "photo"); return nil })
			if strings.Contains(string(r.Data), "bee.jpg") {
				t.Errorf("something of the photo is left:\n%s", r.Data)
			}
		})
	}
}

// TestCoversFollowTheNeighbours, or the configuration.
func TestCoversFollowTheNeighbours(t *testing.T) {
	bundle := map[string]string{"content/posts/a/index.md": "---\ntitle: A\ndate: 2024-01-01T00:00:00Z\nbanner: sea.jpg\n---\nx\n"}
	for _, c := range []struct {
		name  string
		files map[string]string
		cover string
		photo string
		want  string
	}{
		{"an absolute address", with(bareHugo, post("thumb: https://example.org/a.jpg\n")), "", bee, "thumb: " + bee},
		{"another site's stays", with(bareHugo, post("teaser: /a.jpg\n")), "", "https://m.example/b.jpg",
			"teaser: https://m.example/b.jpg"},
		{"a key of the configuration", bareHugo, "poster", bee, "poster: /media/bee.jpg"},
		{"a nested one", bareHugo, "hero.src", bee, "hero:\n  src: /media/bee.jpg\n  alt: A bee"},
		{"beside the post", with(bareHugo, bundle), "", "https://example.org/posts/a-bee/bee.jpg", "banner: bee.jpg"},
		{"auto", with(bareHugo, post("cover: /a.jpg\n")), "auto", bee, "cover: /media/bee.jpg"},
		{"header.teaser", with(bareJekyll,
			map[string]string{"_posts/2024-01-01-a.md": "---\nheader:\n  teaser: /a.jpg\n---\nx\n"}), "", bee,
			"header:\n  teaser: /media/bee.jpg"},
		{"a key that nobody knows", with(bareHugo, post("leadpicture: /a.jpg\n")), "", bee, "leadpicture: /media/bee.jpg"},
		{"with the alternative text beside it", with(bareHugo, post("lead_picture: /a.jpg\nlead_picture_alt: A\n")), "", bee,
			"lead_picture: /media/bee.jpg\nlead_picture_alt: A bee\n"},
		{"whose alternative text would be a property", with(bareHugo, post("lead: /a.jpg\nlead-alt: A\n")), "", bee,
			"lead: /media/bee.jpg\n"},
		{"of what does not look like a picture", with(bareHugo, post("lead: /a.jpg\n")), "", "https://m.example/7",
			"- url: https://m.example/7\n"},
		{"a portrait is none", with(bareHugo, post("author_image: /a.jpg\n")), "", bee, "images:\n- /media/bee.jpg"},
		{"with a hyphen", with(bareJekyll,
			map[string]string{"_posts/2024-01-01-a.md": "---\nthumbnail-img: /a.jpg\n---\nx\n"}), "", bee,
			"thumbnail-img: /media/bee.jpg"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLibrary(t, c.files, func(o *Options) { o.Cover = c.cover })
			item := entry(map[string][]any{"photo": {map[string]any{"value": c.photo, "alt": "A bee"}}})
			r := l.compose(Post{Item: item})
			if !strings.Contains(string(r.Data), c.want) {
				t.Errorf("%q is missing:\n%s", c.want, r.Data)
			}
			if problem := differs(l.site, item, l.item(r.Path)); problem != "" {
				t.Errorf("%s\n%s", problem, r.Data)
			}
		})
	}
	l := newLibrary(t, with(bareHugo, post("cover: /a.jpg\n")), func(o *Options) { o.Cover = "none" })
	if r := l.compose(Post{Item: entry(beePhoto)}); strings.Contains(string(r.Data), "cover:") ||
		strings.Contains(string(r.Data), "images:") {
		t.Errorf("none:\n%s", r.Data)
	}
}
