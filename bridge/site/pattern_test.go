package site

import (
	"strings"
	"testing"
)

func TestCheckPatternSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct{ pattern, problem, remedy string }{
		{"{slug}.md", "", ""},
		{":slug.md", "", ""},
		{":year/:month/:day-:slug/index.md", "", ""},
		{"{year}/{month}/{day}/{hour}{minute}{second}-{slug}.md", "", ""},
		{"{section}/{type}/{date}-{slug}.markdown", "", ""},
		{"notes/{slug}", "", ""},
		{"{year}.md", "no {slug}", `"{year}-{slug}.md"`},
		{"notes", "no {slug}", `"notes/{slug}.md"`},
		{"notes/index.md", "no {slug}", "{slug}"},
		{"{title}.md", "unknown placeholder {title}", "write {slug}"},
		{":title.md", "unknown placeholder :title", "write {slug}"},
		{"{Slug}.md", "unknown placeholder {Slug}", "{slug}"},
		{"{ slug }.md", "unknown placeholder { slug }", "{slug}"},
		{":slug-:years.md", "unknown placeholder :years", "{year}"},
		{":year_:slug.md", "unknown placeholder :year_", "{year}"},
		{"{}-{slug}.md", "unknown placeholder {}", "{slug}"},
		{"{slug.md", "brace", "{slug}"},
		{"{slug}}.md", "brace", "{slug}"},
		{"{{slug}}.md", "brace", "{slug}"},
	} {
		problem, remedy := CheckPattern(c.pattern)
		if !strings.Contains(problem, c.problem) || !strings.Contains(remedy, c.remedy) ||
			(problem == "") != (c.problem == "") {
			t.Errorf("%s: %q, %q; want %q, %q", c.pattern, problem, remedy, c.problem, c.remedy)
		}
		// A pattern that is accepted makes a different path for each slug.
		if c.problem == "" {
			if a, b := fill(whole(c.pattern), noon, "a", "note", "posts"),
				fill(whole(c.pattern), noon, "b", "note", "posts"); a == b || strings.ContainsAny(a, "{}:") {
				t.Errorf("%s makes %s and %s", c.pattern, a, b)
			}
		}
	}
}

func TestEveryPlaceholderHasAValue(t *testing.T) {
	want := map[string]string{
		"year": "2026", "month": "03", "day": "09", "hour": "12", "minute": "00", "second": "00", "date": "2026-03-09",
		"slug": "hello", "type": "note", "section": "posts",
	}
	for _, name := range Placeholders {
		for _, form := range []string{"{" + name + "}", ":" + name} {
			if got := fill("x/"+form, noon, "hello", "note", "posts"); got != "x/"+want[name] {
				t.Errorf("%s makes %s, want %s", form, got, "x/"+want[name])
			}
		}
	}
}

// TestConfiguredSectionIsAFolderOfTheGenerator: Jekyll's sections are collections.
func TestConfiguredSectionIsAFolderOfTheGenerator(t *testing.T) {
	notes := with(bareJekyll, map[string]string{"_config.yml": bareJekyll["_config.yml"] +
		"collections:\n  notes:\n    output: true\n"})
	for _, c := range []struct {
		files         map[string]string
		section, want string
	}{
		{bareHugo, "posts", "content/posts/hello.md"},
		{bareHugo, "content/notes/", "content/notes/hello.md"},
		{bareJekyll, "posts", "_posts/2026-03-09-hello.md"},
		{bareJekyll, "_posts", "_posts/2026-03-09-hello.md"},
		{bareJekyll, "_posts/notes", "_posts/notes/2026-03-09-hello.md"},
		{notes, "notes", "_notes/2026-03-09-hello.md"},
	} {
		l := newLibrary(t, c.files, func(o *Options) { o.Section = c.section })
		if r := l.compose(Post{Item: entry(map[string][]any{"name": {"Hello"}, "content": {"x"}})}); r.Path != c.want {
			t.Errorf("section %s: %s, want %s", c.section, r.Path, c.want)
		}
	}
}
