package site

import (
	"fmt"
	"strings"
	"testing"
)

// TestLinesAreInTheLanguageOfTheSite, and are recognised after it changed.
func TestLinesAreInTheLanguageOfTheSite(t *testing.T) {
	item := entry(map[string][]any{"content": {"x"}, "like-of": {"https://a.example/%41"}})
	for config, want := range map[string]string{
		"languageCode = 'de-AT'":                          "Gefällt mir: [a.example/%41](https://a.example/%41).",
		"defaultContentLanguage = 'fr'":                   "J’aime [a.example/%41](https://a.example/%41).",
		"languageCode = 'pt-BR'":                          "Gosto de [a.example/%41](https://a.example/%41).",
		"languageCode = 'ja'":                             "[a.example/%41](https://a.example/%41) をいいね。",
		"languageCode = 'tlh'":                            "Liked [a.example/%41](https://a.example/%41).",
		"defaultContentLanguage = 'sv'\n[languages.sv]\n": "Gillade [a.example/%41](https://a.example/%41).",
		"languageCode = 'en-us'":                          "Liked [a.example/%41](https://a.example/%41).",
		"languageCode = 'zh_TW'":                          "喜欢 [a.example/%41](https://a.example/%41)。",
	} {
		files := map[string]string{"hugo.toml": "baseURL = 'https://example.org/'\n" + config + "\n"}
		if got := addedTo(newLibrary(t, files), item); got != want {
			t.Errorf("%s: %q, want %q", config, got, want)
		}
		l := newLibrary(t, files)
		r := l.compose(Post{Item: item})
		other := newLibrary(t, with(bareHugo, map[string]string{r.Path: string(r.Data)}))
		if problem := differs(other.site, item, other.item(r.Path)); problem != "" {
			t.Errorf("%s, read in English: %s", config, problem)
		}
	}
	jekyll := map[string]string{"_config.yml": "url: https://example.org\ntimezone: UTC\nlang: nl\n"}
	if got := addedTo(newLibrary(t, jekyll), item); !strings.HasPrefix(got, "Leuk: [") {
		t.Errorf("Jekyll: %q", got)
	}
}

// TestEveryLanguageSaysEverything that German does, with the same things filled in.
func TestEveryLanguageSaysEverything(t *testing.T) {
	all := sentences()
	if len(all) < 15 {
		t.Errorf("%d languages", len(all))
	}
	for language, texts := range all {
		for english := range all["de"] {
			if text := texts[english]; text == "" || strings.Count(text, "%s") != strings.Count(english, "%s") {
				t.Errorf("%s: %q is %q", language, english, text)
			}
		}
	}
	for _, k := range kinds {
		for part := range strings.SplitSeq(bodySources[k.name], `say "`) {
			english, _, _ := strings.Cut(part, `"`)
			if !strings.HasPrefix(bodySources[k.name], part) && all["de"][english] == "" {
				t.Errorf("%s says %q, which has no translations", k.name, english)
			}
		}
	}
}

// TestKramdownLinksHaveTheirClasses, so that a theme's h-entry says what the post responds to.
func TestKramdownLinksHaveTheirClasses(t *testing.T) {
	l := newLibrary(t, stockJekyll, func(o *Options) { o.Version = installedVersion(t, "jekyll") })
	pages := map[string]Revision{}
	for property, value := range map[string]any{"like-of": "https://a.example/l", "in-reply-to": "https://a.example/r",
		"repost-of": "https://a.example/p", "bookmark-of": "https://a.example/b", "photo": "https://a.example/x.jpg"} {
		pages[property] = l.compose(Post{Item: entry(map[string][]any{"content": {"x"}, property: {value}})})
	}
	out, _ := builds(t, "jekyll", l.files)
	for property, r := range pages {
		if page := pageSource(t, out, r.Page.URL); !strings.Contains(page, fmt.Sprintf(`class="u-%s"`, property)) {
			t.Errorf("%s: %s", property, page)
		}
	}
	plain := with(stockJekyll,
		map[string]string{"_config.yml": "url: https://example.org\ntimezone: UTC\nmarkdown: CommonMark\n"})
	if got := addedTo(newLibrary(t, plain),
		entry(map[string][]any{"like-of": {"https://a.example/"}})); strings.Contains(got, "{:") {
		t.Errorf("another Markdown: %q", got)
	}
	raw := map[string]string{"hugo.toml": "baseURL = 'https://example.org/'\n[markup.goldmark.renderer]\nunsafe = true\n"}
	if got := addedTo(newLibrary(t, raw), entry(map[string][]any{"like-of": {"https://a.example/"}})); got !=
		`Liked <a class="u-like-of" href="https://a.example/">a.example</a>.` {
		t.Errorf("raw HTML: %q", got)
	}
}

// TestPhotosAreNamedByTheirAlternativeText in their URLs.
func TestPhotosAreNamedByTheirAlternativeText(t *testing.T) {
	for _, files := range []map[string]string{bareHugo, bareJekyll} {
		r := newLibrary(t, files).compose(Post{Item: entry(beePhoto)})
		if !strings.Contains(r.Path, "a-bee") {
			t.Errorf("it is at %s", r.Path)
		}
	}
}

// TestPostsOfATypeGetTheConfiguredFrontMatter; what an app sends counts.
func TestPostsOfATypeGetTheConfiguredFrontMatter(t *testing.T) {
	for _, files := range []map[string]string{bareHugo, bareJekyll} {
		l := newLibrary(t, files, func(o *Options) {
			o.Types = map[string]Type{"note": {FrontMatter: map[string]any{"categories": []any{"note"}, "toc": false}},
				"like": {FrontMatter: map[string]any{"rating": int64(3)}}}
		})
		r := l.compose(Post{Item: entry(map[string][]any{"content": {"A note"}, "category": {"sea"}})})
		for _, want := range []string{"categories:\n- note", "toc: false", "tags:\n- sea"} {
			if !strings.Contains(string(r.Data), want) {
				t.Errorf("%q is missing:\n%s", want, r.Data)
			}
		}
		if r := l.compose(Post{Item: entry(map[string][]any{"content": {"Other"}})}); !strings.Contains(string(r.Data),
			"- note") {
			t.Errorf("without tags:\n%s", r.Data)
		}
		if r := l.compose(Post{Item: entry(map[string][]any{"like-of": {"https://a.example/"},
			"rating": {"5"}})}); strings.Contains(string(r.Data), "rating: 3") {
			t.Errorf("what was sent is lost:\n%s", r.Data)
		}
		if r := l.compose(Post{Item: entry(map[string][]any{"name": {"An article"},
			"content": {"x"}})}); strings.Contains(string(r.Data), "toc") {
			t.Errorf("an article:\n%s", r.Data)
		}
	}
}

// TestAnEventNamesItsDayOnce where it begins and ends on it.
func TestAnEventNamesItsDayOnce(t *testing.T) {
	s := newLibrary(t, bareHugo).site
	for _, c := range [][3]string{
		{"2026-12-24T18:00:00+01:00", "2026-12-24T22:00:00+01:00", "2026-12-24, 18:00–22:00"},
		{"2026-12-24T18:00:00+01:00", "2026-12-25T02:00:00+01:00", "2026-12-24 18:00 – 2026-12-25 02:00"},
		{"2026-12-24", "2026-12-24", "2026-12-24"},
		{"2026-12-24T18:00:00Z", "", "2026-12-24 18:00"},
		{"soon", "later", "soon – later"},
	} {
		if got := s.period(c[0], c[1]); got != c[2] {
			t.Errorf("%s to %s: %q, want %q", c[0], c[1], got, c[2])
		}
	}
}
