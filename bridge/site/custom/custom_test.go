package custom

import (
	"errors"
	"strings"
	"testing"
	"time"

	"gitpost/bridge/fault"
	"gitpost/bridge/site/generator"
	"gitpost/bridge/site/generator/generatortest"
)

// TestURLsOfDescribedSites: the pattern of paths turned round, and the keys, say where a file is published.
func TestURLsOfDescribedSites(t *testing.T) {
	front := func(lines ...string) string { return "---\n" + strings.Join(lines, "\n") + "\n---\nText.\n" }
	dated := front("title: A", "date: 2024-03-09T23:30:00-05:00")
	keys := func(pairs ...string) generator.FrontMatter {
		f := generator.FrontMatter{Keys: map[string]string{}}
		for i := 0; i < len(pairs); i += 2 {
			f.Keys[pairs[i]] = pairs[i+1]
		}
		return f
	}
	tests := []struct {
		name  string
		about generator.Description
		file  string
		text  string
		want  string // below the base; "" when it is not published
		why   string // the reason then
	}{
		{"the file's name is the slug", generator.Description{Content: []string{"blog"}, Permalink: "/{slug}/"}, "blog/a.md",
			dated, "a/", ""},
		{"the date is no part of the slug", generator.Description{Content: []string{"blog"},
			Path: "{year}-{month}-{day}-{slug}.md", Permalink: "/b/{slug}.html"},
			"blog/2024-03-09-a.md", front("title: A"), "b/a.html", ""},
		{"the pattern may name the folder", generator.Description{Content: []string{"src/blog"},
			Path: "src/blog/{date}-{slug}.md", Permalink: "/{slug}/"}, "src/blog/2024-03-09-a.md", front("title: A"), "a/", ""},
		{"the day is that of the site's zone", generator.Description{Content: []string{"blog"},
			Permalink: "/{year}/{month}/{day}/{slug}/"}, "blog/a.md", dated, "2024/03/10/a/", ""},
		{"a date without a time", generator.Description{Content: []string{"blog"}, Permalink: "/{date}/{slug}/"}, "blog/a.md",
			front("date: 2024-03-09"), "2024-03-09/a/", ""},
		{"the file's name dates it", generator.Description{Content: []string{"blog"}, Path: "{date}-{slug}.md",
			Permalink: "/{year}/{slug}/"}, "blog/2023-01-02-a.md", front("title: A"), "2023/a/", ""},
		{"the path", generator.Description{Content: []string{"blog"}, Permalink: "/blog/{path}/"}, "blog/2024/a.md", dated,
			"blog/2024/a/", ""},
		{"an index file is its folder", generator.Description{Content: []string{"blog"}, Permalink: "/{path}/"},
			"blog/2024/a/index.md", dated, "2024/a/", ""},
		{"the slug of an index file", generator.Description{Content: []string{"blog"}, Permalink: "/{slug}/"},
			"blog/a/index.md", dated, "a/", ""},
		{"the section", generator.Description{Content: []string{"blog"}, Permalink: "/{section}/{slug}/"}, "blog/x/y/a.md",
			dated, "x/y/a/", ""},
		{"no section", generator.Description{Content: []string{"blog"}, Permalink: "/{section}/{slug}/"}, "blog/a.md", dated,
			"a/", ""},
		{"a key for the slug", generator.Description{Content: []string{"blog"}, Permalink: "/{slug}/",
			FrontMatter: keys("slug", "handle")}, "blog/a.md", front("handle: other"), "other/", ""},
		{"keys of the front matter", generator.Description{Content: []string{"blog"}, Permalink: "/{lang}/{permalink}"},
			"blog/a.md", front("lang: de", "permalink: x/y.html"), "de/x/y.html", ""},
		{"a missing key", generator.Description{Content: []string{"blog"}, Permalink: "/{lang}/{slug}"}, "blog/a.md", dated,
			"", "its URL is not known: it has no key lang"},
		{"a missing date", generator.Description{Content: []string{"blog"}, Permalink: "/{year}/{slug}"}, "blog/a.md",
			front("title: A"), "", "its URL is not known: it has no date"},
		{"another key of the date", generator.Description{Content: []string{"blog"}, Permalink: "/{year}/{slug}",
			FrontMatter: keys("date", "pubDate")}, "blog/a.md", front("pubDate: 'Jul 08 2022'"), "2022/a", ""},
		{"a key with the URL", generator.Description{Content: []string{"blog"}, URLKey: "url", Permalink: "/{slug}/"},
			"blog/a.md", front("url: /there/"), "there/", ""},
		{"no key with the URL", generator.Description{Content: []string{"blog"}, URLKey: "url", Permalink: "/{slug}/"},
			"blog/a.md", dated, "a/", ""},
		{"letters of all languages", generator.Description{Content: []string{"blog"}, Permalink: "/{slug}/"}, "blog/grün.md",
			dated, "gr%C3%BCn/", ""},
		{"a glob", generator.Description{Content: []string{"content/**/post-*.md"}, Permalink: "/{slug}/"},
			"content/x/post-1.md", dated, "post-1/", ""},
		{"the second folder", generator.Description{Content: []string{"notes", "blog"}, Permalink: "/{slug}/"}, "blog/a.md",
			dated, "a/", ""},
		{"the top folder", generator.Description{Content: []string{"."}, Permalink: "/{path}.html"}, "x/a.md", dated,
			"x/a.html", ""},
		{"a draft by its key", generator.Description{Content: []string{"blog"}, Permalink: "/{slug}/"}, "blog/a.md",
			front("draft: true"), "", "draft"},
		{"a draft by another key", generator.Description{Content: []string{"blog"}, Permalink: "/{slug}/",
			FrontMatter: generator.FrontMatter{Draft: generator.Marker{Key: "published", Value: false}}}, "blog/a.md",
			front("published: false"), "", "draft"},
		{"a draft by its folder", generator.Description{Content: []string{"blog"}, Permalink: "/{slug}/", Drafts: "_drafts"},
			"blog/_drafts/a.md", dated, "", "draft"},
		{"TOML", generator.Description{Content: []string{"blog"}, Permalink: "/{year}/{slug}/"}, "blog/a.md",
			"+++\ndate = 2024-03-09\n+++\n", "2024/a/", ""},
		{"unreadable", generator.Description{Content: []string{"blog"}, Permalink: "/{slug}/"}, "blog/a.md",
			"---\na: [\n---\n", "", "breaks the build: its front matter cannot be read"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := generatortest.Open(Definition, generator.Options{Me: "https://e.example/sub/", Description: tt.about}, nil,
				map[string]string{tt.file: tt.text})
			if err != nil {
				t.Fatal(err)
			}
			page := s.Page(tt.file)
			if tt.why != "" {
				if page.Published || page.Reason != tt.why {
					t.Errorf("published %v, reason %q, want %q", page.Published, page.Reason, tt.why)
				}
				return
			}
			if want := "https://e.example/sub/" + tt.want; page.URL != want || !page.Published {
				t.Errorf("at %s, published %v (%s), want %s", page.URL, page.Published, page.Reason, want)
			}
		})
	}
}

func TestOtherFilesAreNoPosts(t *testing.T) {
	about := generator.Description{Content: []string{"content/*.md"}, Permalink: "/{slug}/"}
	s, err := generatortest.Open(Definition, generator.Options{Me: "https://e.example/", Description: about}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]bool{"content/a.md": true, "content/a.mdx": false, "content/b/a.md": false,
		"README.md": false, "contents/a.md": false} {
		if page := s.Page(file); page.Static == want || s.Role(file).Has(generator.Content) != want {
			t.Errorf("%s: static %v, want content %v", file, page.Static, want)
		}
	}
}

// TestIncompleteDescriptionsAreRefused: nothing is guessed.
func TestIncompleteDescriptionsAreRefused(t *testing.T) {
	for _, tt := range []struct {
		about generator.Description
		me    string
		want  string
	}{
		{generator.Description{Permalink: "/{slug}/"}, "https://e.example/", "site.content is missing"},
		{generator.Description{Content: []string{"blog"}}, "https://e.example/", "at which URLs"},
		{generator.Description{Content: []string{"blog"}, Permalink: "/{slug}/"}, "", "where the site is published"},
	} {
		_, err := Definition.Open(generatortest.Tree(), generator.Options{Me: tt.me, Description: tt.about, Now: time.Now})
		var refused *fault.Error
		if !errors.As(err, &refused) || !strings.Contains(refused.Message, tt.want) || refused.Hint == "" {
			t.Errorf("%+v: %v, want %q", tt.about, err, tt.want)
		}
	}
}

func TestFilesOfOtherGeneratorsAreNamed(t *testing.T) {
	found := Definition.Detect(generatortest.Tree(map[string]string{"astro.config.mjs": ""}))
	if found.Other != "Astro" || found.From != "astro.config.mjs" {
		t.Errorf("found %+v", found)
	}
}

func TestEscapesAreWrittenAndNamed(t *testing.T) {
	about := generator.Description{Content: []string{"blog"}, Permalink: "/{slug}/",
		Escape: map[string]string{"{{": "{% raw %}{{{% endraw %}", "{%": "{% raw %}{%{% endraw %}"}}
	s, err := generatortest.Open(Definition, generator.Options{Me: "https://e.example/", Description: about}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	safe, parts := s.Escape("a {{ b {% c", generator.InBody)
	if want := "a {% raw %}{{{% endraw %} b {% raw %}{%{% endraw %} c"; safe != want || len(parts) != 2 {
		t.Errorf("%q with %q, want %q", safe, parts, want)
	}
	for _, part := range parts {
		safe = strings.ReplaceAll(safe, s.Escaped(part), part)
	}
	if safe != "a {{ b {% c" {
		t.Errorf("back is %q", safe)
	}
}
