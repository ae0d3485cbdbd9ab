package site

import (
	"strings"
	"testing"

	"gitpost/bridge/mf2"
)

const (
	byTitle = `{{ range .Pages }}<li><a href="{{ .RelPermalink }}">{{ .Title }}</a></li>{{ end }}`
	copes   = `{{ range .Pages }}<li><a href="{{ .RelPermalink }}">{{ with .Title }}{{ . }}{{ else }}{{ .Date.Format "2006" }}{{ end }}</a></li>{{ end }}`
)

func listed(list string, more ...map[string]string) map[string]string {
	files := with(bareHugo, map[string]string{"layouts/_default/list.html": list,
		"layouts/_default/single.html": "<article>{{ .Content }}</article>"})
	return with(append([]map[string]string{files}, more...)...)
}

// TestTitlesAreMadeWhereListsNeedThem: decided by the configuration, the newest posts, the lists.
func TestTitlesAreMadeWhereListsNeedThem(t *testing.T) {
	untitled := map[string]string{"content/posts/a.md": "---\ndate: 2024-01-01T00:00:00Z\n---\nx\n"}
	theme := map[string]string{"hugo.toml": "baseURL = 'https://example.org/'\ntheme = 'mine'\n"}
	for _, c := range []struct {
		name   string
		files  map[string]string
		titles string
		want   bool
	}{
		{"links by title", listed(byTitle), "", true},
		{"links by title, posts untitled", listed(byTitle, untitled), "", false},
		{"with .Title", listed(copes), "", false},
		{"or .Title", listed(`{{ range site.RegularPages }}<a href="{{ .Permalink }}">{{ or .Title .Date }}</a>{{ end }}`),
			"", false},
		{"default", listed(`{{ range .Pages }}<a href="{{ .Permalink }}">{{ .LinkTitle | default "untitled" }}</a>{{ end }}`),
			"", false},
		{"a date beside it",
			listed(`{{ range .Pages }}<a href="{{ .Permalink }}"><h2>{{ .Title }}</h2></a> <a href="{{ .Permalink }}">{{ .Date }}</a>{{ end }}`), "", false},
		{"a link over a card",
			listed(`{{ range .Pages }}<div><h2>{{ .Title }}</h2><p>{{ .Summary }}</p><a class="o" aria-label="{{ .Title }}" href="{{ .Permalink }}"></a></div>{{ end }}`), "", false},
		{"a card in a partial", listed(`{{ range .Paginator.Pages }}{{ partial "card.html" . }}{{ end }}`,
			map[string]string{"layouts/partials/card.html": `<h2><a href="{{ .Permalink }}">{{ .Title | markdownify }}</a></h2>{{ .Summary }}`}), "", true},
		{"a view", listed(`{{ range .Pages }}{{ .Render "li" }}{{ end }}`,
			map[string]string{"layouts/_default/li.html": `<li><a href="{{ .RelPermalink }}">{{ .Title }}</a></li>`}), "", true},
		{"a variable", listed(`{{ range .Pages }}{{ $t := .Title }}{{ if not $t }}{{ $t = .Plain | truncate 40 }}{{ end }}<a href="{{ .Permalink }}">{{ $t }}</a>{{ end }}`), "", false},
		{"a title around the link",
			listed(`{{ range .Pages }}{{ with .Title }}<a href="{{ $.Permalink }}">{{ . }}</a>{{ end }}{{ .Summary }}{{ end }}`),
			"", true},
		{"grouped by year", listed(`{{ range .Pages.GroupByDate "2006" }}{{ .Key }}{{ range .Pages }}<a href="{{ .Permalink }}">{{ .Title }}</a>{{ end }}{{ end }}`), "", true},
		{"of the main sections",
			listed(`{{ range where site.RegularPages "Type" "in" site.Params.mainSections }}<a href="{{ .Permalink }}">{{ .Title }}</a>{{ end }}`), "", true},
		{"of .Data.Pages", listed(`{{ range .Data.Pages }}<a href="{{ .Permalink }}">{{ .Title }}</a>{{ end }}`), "", true},
		{"of each section", listed(`{{ range .Site.Sections }}{{ .Title }}{{ range .Pages }}<a href="{{ .Permalink }}">{{ .Title }}</a>{{ end }}{{ end }}`), "", true},
		{"of terms", listed(`{{ range .Data.Terms }}<a href="{{ .Permalink }}">{{ .Title }}</a>{{ end }}`), "", false},
		{"an address in a variable",
			listed(`{{ range .Pages }}{{ $at := .RelPermalink }}<a href="{{ $at }}">{{ .Title }}</a>{{ end }}`), "", true},
		{"a picture that links",
			listed(`{{ range .Pages }}<a href="{{ .Permalink }}"><img src="{{ .Params.cover }}"></a><a href="{{ .Permalink }}">{{ .Title }}</a>{{ .Date }}{{ end }}`), "", true},
		{"a comparison", listed(`{{ range .Pages }}<a href="{{ .Permalink }}">{{ if ne .Title "" }}{{ .Title }}{{ else }}{{ .Date }}{{ end }}</a>{{ end }}`), "", false},
		{"the site's title", listed(`{{ range .Pages }}<a href="{{ .Permalink }}">{{ site.Title }}</a>{{ end }}`), "", false},
		{"a partial with parts", listed(`{{ range .Pages }}{{ partial "card.html" (dict "item" .) }}{{ end }}`,
			map[string]string{"layouts/partials/card.html": `<a href="{{ .item.Permalink }}">{{ .item.Title }}</a>`}), "", true},
		{"a template that is defined",
			listed(`{{ range .Pages }}{{ template "card" . }}{{ end }}{{ define "card" }}<a href="{{ .Permalink }}">{{ .Title }}</a>{{ end }}`), "", true},
		{"a theme here", with(listed("", theme), map[string]string{"layouts/_default/list.html": "",
			"themes/mine/layouts/index.html": byTitle}), "", true},
		{"a theme elsewhere, posts titled", with(theme, post("")), "", true},
		{"never", listed(byTitle), "never", false},
		{"always", listed(copes, untitled), "always", true},
		{"auto, in words", listed(byTitle), "auto", true},
		{"a generator that makes one of the file's name", bareJekyll, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLibrary(t, c.files, func(o *Options) { o.Titles = c.titles })
			r := l.compose(Post{Item: entry(map[string][]any{"content": {"One **two** three four five six seven eight nine"}})})
			title := "title: One two three four five six seven eight…"
			if has := strings.Contains(string(r.Data), title); has != c.want {
				t.Errorf("titled: %v, by %s\n%s", has, l.site.learn(l, mf2.Item{}).titles.from, r.Data)
			}
			if item := l.item(r.Path); item.Properties["name"] != nil {
				t.Errorf("it has the name %v", item.Properties["name"])
			}
		})
	}
}

// TestTitlesAreNoNames: made of what the post has, renewed with it, and the owner's once changed.
func TestTitlesAreNoNames(t *testing.T) {
	title := func(l *testLibrary, path string) string {
		v, _ := l.Document(path).Get("title")
		s, _ := v.(string)
		return s
	}
	for want, item := range map[string]map[string][]any{
		"Two gulls on a pier": {"photo": {map[string]any{"value": "https://m.example/a.jpg",
			"alt": "Two gulls on a pier"}}},
		"Liked a.example/b": {"like-of": {"https://a.example/b"}},
		"At Pier 3": {"checkin": {map[string]any{"type": []any{"h-card"},
			"properties": map[string]any{"name": []any{"Pier 3"}}}}},
		"Photo":                  {"photo": {"https://m.example/a.jpg"}},
		"A heading":              {"content": {"# A heading\n\nand text"}},
		"see this":               {"content": {"see [this](https://a.example/)"}},
		"👍":                      {"content": {"👍"}},
		"Bold and plain":         {"content": {map[string]any{"html": "<p><b>Bold</b> and plain</p>"}}},
		"Great #boats & “ships”": {"content": {"Great #boats & “ships”"}},
	} {
		l := newLibrary(t, listed(byTitle))
		r := l.compose(Post{Item: entry(item)})
		if got := title(l, r.Path); got != want {
			t.Errorf("%v: title %q, want %q", item, got, want)
		}
		if problem := differs(l.site, entry(item), l.item(r.Path)); problem != "" {
			t.Errorf("%s\n%s", problem, r.Data)
		}
	}
	l := newLibrary(t, listed(byTitle))
	r := l.compose(Post{Item: entry(map[string][]any{"content": {"First text"}})})
	set := func(property string, values ...any) func(*mf2.Item) error {
		return func(i *mf2.Item) error { i.Properties[property] = values; return nil }
	}
	r = l.revise(r.Path, set("category", "x"))
	r = l.revise(r.Path, set("content", "Second text"))
	if got := title(l, r.Path); got != "Second text" {
		t.Errorf("after the text changed: %q\n%s", got, r.Data)
	}
	r = l.revise(r.Path, set("name", "A name"))
	if got := l.item(r.Path).Properties.Text("name"); got != "A name" || strings.Contains(string(r.Data), "  title:") {
		t.Errorf("named %q\n%s", got, r.Data)
	}
	r = l.revise(r.Path, func(i *mf2.Item) error { delete(i.Properties, "name"); return nil })
	if got := title(l, r.Path); got != "" {
		t.Errorf("after the name was deleted: %q\n%s", got, r.Data)
	}
	l = newLibrary(t, listed(byTitle))
	r = l.compose(Post{Item: entry(map[string][]any{"content": {"Second text"}})})
	l.files[r.Path] = strings.Replace(l.files[r.Path], "title: Second text", "title: By hand", 1)
	if got := l.item(r.Path).Properties.Text("name"); got != "By hand" {
		t.Errorf("by hand: %q", got)
	}
	r = l.revise(r.Path, set("content", "Third text"))
	if got := title(l, r.Path); got != "By hand" {
		t.Errorf("a title by hand became %q", got)
	}
}

// TestListsShowTheBeginningOfAPostAsPlainText: no markup, no code of the site, no address unless it is all.
func TestListsShowTheBeginningOfAPostAsPlainText(t *testing.T) {
	for _, c := range []struct {
		content any
		most    int
		want    string
	}{
		{"# A walk\n\nTo the **old** [pier](https://pier.example/), with `code`.", 90, "A walk To the old pier, with code."},
		{"> Said by her\n\n- one\n- two", 90, "Said by her one two"},
		{"![A boat](/media/boat.jpg)\n\nHome <em>again</em>", 90, "A boat Home again"},
		{"{{< figure src=\"a.jpg\" >}}\nSun", 90, "Sun"},
		{map[string]any{"html": "<p>Fish &amp; chips</p>"}, 90, "Fish & chips"},
		{"https://other.example/page", 90, "https://other.example/page"},
		{"![](/media/boat.jpg)", 90, "![](/media/boat.jpg)"},
		{"one two three four", 10, "one two…"},
		{strings.Repeat("long ", 2000), 12, "long long…"},
		{"", 90, ""},
	} {
		if got := Beginning(mf2.Properties{"content": {c.content}}, c.most); got != c.want {
			t.Errorf("%q: got %q, want %q", c.content, got, c.want)
		}
	}
}
