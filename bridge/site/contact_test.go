package site

import (
	"strings"
	"testing"

	"gitpost/bridge/fuzztest"
	"gitpost/bridge/mf2"
)

// TestContactIsEditedInPlace: a contact written by hand, in each format of data files, keeps
// every byte that the update is not about.
func TestContactIsEditedInPlace(t *testing.T) {
	l := newLibrary(t, bareHugo)
	for _, c := range []struct{ name, file, was, want string }{
		{"YAML", "a.yaml", "# Ada\nname:   'Ada'   # first\nurl:\n    - https://ada.example/\nX: {a: 1}\n",
			"# Ada\nname:   'Ada L.'   # first\nurl:\n    - https://ada.example/\nX: {a: 1}\n"},
		{"with a document's start", "a.yml", "---\nname: Ada\nemail: a@ada.example\n",
			"---\nname: Ada L.\nemail: a@ada.example\n"},
		{"CRLF", "a.yaml", "name: \"Ada\"\r\nnickname: ada\r\n", "name: \"Ada L.\"\r\nnickname: ada\r\n"},
		{"without a last line break", "a.yaml", "nickname: ada\nname: \"Ada\"", "nickname: ada\nname: \"Ada L.\"\n"},
		{"JSON", "a.json", "{\n  \"name\": \"Ada\",\n  \"n\":   1\n}\n", "{\n  \"name\": \"Ada L.\",\n  \"n\":   1\n}\n"},
		{"TOML", "a.toml", "# Ada\nname = \"Ada\"\n\n[extra]\nx = 1\n", "# Ada\nname = \"Ada L.\"\n\n[extra]\nx = 1\n"},
		{"nothing to change", "a.yaml", "name: Ada L.\n", "name: Ada L.\n"},
	} {
		got, err := l.site.ReviseContact("data/contacts/"+c.file, []byte(c.was), func(p mf2.Properties) error {
			p["name"] = []any{"Ada L."}
			return nil
		})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if text := string(got); text != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, text, c.want)
		}
	}
}

// TestContactThatIsNotAMapIsRefused: what gitpost cannot change without loss it does not touch.
func TestContactThatIsNotAMapIsRefused(t *testing.T) {
	l := newLibrary(t, bareHugo)
	for file, text := range map[string]string{
		"list.yaml": "- Ada\n- Bob\n", "two.yaml": "name: Ada\n---\nname: Bob\n", "broken.yaml": "name: [\n",
		"text.yml":  "just words\n",
		"list.json": "[1]", "broken.json": `{"name": `, "more.json": `{"name": "Ada"} {}`, "broken.toml": "name = \n",
		"a.csv":       "name\nAda\n",
		"marker.toml": "name = \"Ada\"\n+++\n",
	} {
		if p, err := l.site.ReadContact("data/contacts/"+file, []byte(text)); err == nil {
			t.Errorf("%s reads as %v", file, p)
		}
	}
	for _, name := range []string{"a b", "Name", "a.b", "<<", "type", "", "a\nb"} {
		if _, data, err := l.site.ComposeContact(mf2.Properties{"name": {"Ada"}, name: {"x"}},
			func(string) bool { return false }); err == nil {
			t.Errorf("the property %q was written:\n%s", name, data)
		}
	}
}

func TestNewContactIsNamedAfterItsNickname(t *testing.T) {
	for generator, files := range map[string]map[string]string{"hugo": bareHugo, "jekyll": bareJekyll} {
		l := newLibrary(t, files)
		folder, extension := "data/contacts/", ".yaml"
		if generator == "jekyll" {
			folder, extension = "_data/contacts/", ".yml"
		}
		for _, c := range []struct {
			properties mf2.Properties
			want       string
		}{
			{mf2.Properties{"name": {"Ada Lovelace"}, "nickname": {"ada"}}, "ada-2"},
			{mf2.Properties{"name": {"Ada Lovelace"}}, "ada-lovelace"},
			{mf2.Properties{"url": {"https://grace.example/"}}, "grace-example"},
			{mf2.Properties{"name": {"../../../etc/passwd"}}, "etc-passwd"},
			{mf2.Properties{"name": {"CON"}}, "con-2"},
			{mf2.Properties{"name": {"🙂"}}, "contact"},
			{mf2.Properties{"name": {"null"}}, "null"},
		} {
			file, data, err := l.site.ComposeContact(c.properties, func(name string) bool { return name == "ada" })
			if err != nil || file != folder+c.want+extension {
				t.Errorf("%s: %v is at %s (%v), want %s", generator, c.properties, file, err, c.want)
			}
			if strings.Contains(string(data), "---") {
				t.Errorf("%s: a data file has the lines of front matter:\n%s", generator, data)
			}
			back, err := l.site.ReadContact(file, data)
			if err != nil || !mf2.Equal(any(asMap(back)), any(asMap(c.properties))) {
				t.Errorf("%s: %v reads back as %v (%v)", generator, c.properties, back, err)
			}
		}
	}
}

func TestContactsAreWhereTheGeneratorLooksForData(t *testing.T) {
	for _, c := range []struct {
		files map[string]string
		want  string
	}{
		{bareHugo, "data/contacts"},
		{map[string]string{"hugo.toml": "baseURL = 'https://example.org/'\ndataDir = 'facts'\n"}, "facts/contacts"},
		{map[string]string{"hugo.toml": "baseURL = 'https://example.org/'\n[[module.mounts]]\nsource = 'src/data'\ntarget = 'data'\n"}, "src/data/contacts"},
		{bareJekyll, "_data/contacts"},
		{map[string]string{"_config.yml": "url: https://example.org\ndata_dir: facts\n"}, "facts/contacts"},
		{map[string]string{"_config.yml": "url: https://example.org\nsource: src\n"}, "src/_data/contacts"},
	} {
		if got := newLibrary(t, c.files).site.ContactFolder(); got != c.want {
			t.Errorf("%v: %s, want %s", c.files, got, c.want)
		}
	}
}

func asMap(p mf2.Properties) map[string]any {
	m := map[string]any{}
	for name, values := range p {
		m[name] = []any(values)
	}
	return m
}

// TestStandalonePageLooksLikeAPage: h=page is written beside the posts, with the layout for pages.
func TestStandalonePageLooksLikeAPage(t *testing.T) {
	posts := neighbours("_posts/2024-03-09-a.md")
	for path, text := range posts {
		posts[path] = strings.Replace(text, "---\n", "---\nlayout: post\n", 1)
	}
	for _, c := range []struct {
		name   string
		files  map[string]string
		path   string
		layout any
	}{
		{"hugo", with(bareHugo, neighbours("content/blog/a.md")), "content/about.md", nil},
		{"jekyll without layouts", with(bareJekyll, posts), "about.md", nil},
		{"jekyll with a layout for pages", with(bareJekyll, posts,
			map[string]string{"_layouts/page.html": "{{ content }}", "_layouts/post.html": "{{ content }}"}), "about.md",
			"page"},
		{"jekyll with a theme", with(posts, map[string]string{"_config.yml": "url: https://example.org\ntheme: minima\n"}),
			"about.md", "page"},
		{"jekyll with defaults",
			with(posts, map[string]string{"_config.yml": "url: https://example.org\ntheme: minima\ndefaults:\n- scope: {path: ''}\n  values: {layout: page}\n"}), "about.md", nil},
		{"jekyll with a folder of collections", with(bareJekyll,
			map[string]string{"_config.yml": "url: https://example.org\ncollections_dir: all\ncollections:\n  posts:\n    output: true\n"}), "about.md", nil},
	} {
		l := newLibrary(t, c.files)
		r := l.compose(Post{Item: mf2.Item{Type: []string{"h-page"},
			Properties: mf2.Properties{"name": {"About"}, "content": {"x"}}}})
		doc, err := l.site.Parse(r.Data)
		if err != nil {
			t.Fatal(err)
		}
		if layout, _ := doc.Get("layout"); r.Path != c.path || layout != c.layout || !r.Page.Published {
			t.Errorf("%s: at %s with layout %v, want %s with %v; %+v", c.name, r.Path, layout, c.path, c.layout, r.Page)
		}
	}
}

// TestSyndicationTargetsAreAListInTheSitesSpelling: layouts go through it with range.
func TestSyndicationTargetsAreAListInTheSitesSpelling(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		key   string
	}{
		{"hugo", bareHugo, "syndicateTo"},
		{"jekyll", bareJekyll, "syndicate_to"},
		{"as the posts spell",
			with(bareHugo, map[string]string{"content/posts/a.md": "---\ntitle: A\ndate: 2024-01-01\nlike-of: https://x.example/\n---\n"}), "syndicate-to"},
	} {
		l := newLibrary(t, c.files)
		r := l.compose(Post{Item: entry(map[string][]any{"content": {"x"}, "syndicate-to": {"https://social.example/"}})})
		doc, err := l.site.Parse(r.Data)
		if err != nil {
			t.Fatal(err)
		}
		if v, _ := doc.Get(c.key); !mf2.Equal(v, []any{"https://social.example/"}) {
			t.Errorf("%s: %s is %v in\n%s", c.name, c.key, v, r.Data)
		}
	}
	l := newLibrary(t, bareJekyll)
	doc, err := l.site.Parse([]byte("---\nmp-syndicate-to: https://social.example/\n---\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got := l.site.Item(Page{}, doc).Properties["syndicate-to"]; !mf2.Equal([]any(got),
		[]any{"https://social.example/"}) {
		t.Errorf("what another server wrote reads as %v", got)
	}
}

// TestContactsChangedOnBothSidesAreMergedByKey: the app adds a note while a person adds an
// address.
func TestContactsChangedOnBothSidesAreMergedByKey(t *testing.T) {
	for _, c := range []struct{ file, base, ours, theirs, want string }{
		{"data/contacts/a.yaml", "name: Ada\n", "name: Ada\nnote: \"x\"\n", "# hers\nname: Ada\nemail: a@ada.example\n",
			"# hers\nname: Ada\nemail: a@ada.example\nnote: \"x\"\n"},
		{"_data/contacts/a.yml", "---\nname: Ada\n", "---\nname: Ada L.\n", "---\nname: Ada\nurl: u\n",
			"---\nname: Ada L.\nurl: u\n"},
		{"data/contacts/a.json", "{\"name\": \"Ada\"}\n", "{\"name\": \"Ada L.\"}\n",
			"{\"name\": \"Ada\", \"url\": \"u\"}\n", "{\"name\": \"Ada L.\", \"url\": \"u\"}\n"},
		{"data/contacts/a.toml", "name = \"Ada\"\n", "name = \"Ada\"\nnote = \"x\"\n", "name = \"Ada L.\"\n",
			"name = \"Ada L.\"\nnote = \"x\"\n"},
	} {
		got, conflicts, ok := MergeData(c.file, []byte(c.base), []byte(c.ours), []byte(c.theirs))
		if !ok || conflicts {
			t.Errorf("%s: ok %v, conflicts %v", c.file, ok, conflicts)
			continue
		}
		a, errA := (&Site{}).ReadContact(c.file, got)
		b, errB := (&Site{}).ReadContact(c.file, []byte(c.want))
		if errA != nil || errB != nil || !mf2.Equal(any(asMap(a)), any(asMap(b))) ||
			strings.Contains(string(got), "# hers") != strings.Contains(c.want, "# hers") {
			t.Errorf("%s: got\n%s\nwant\n%s (%v, %v)", c.file, got, c.want, errA, errB)
		}
	}
	for _, file := range []string{"content/posts/a.md", "data/other/a.yaml", "data/contacts/a.csv"} {
		if _, _, ok := MergeData(file, []byte("a: 1\n"), []byte("a: 2\n"), []byte("a: 3\n")); ok {
			t.Errorf("%s is merged as a contact", file)
		}
	}
	if _, conflicts, ok := MergeData("data/contacts/a.yaml", nil, []byte("name: A\n"), []byte("name: B\n")); !ok ||
		!conflicts {
		t.Errorf("two contacts of one name: ok %v, conflicts %v", ok, conflicts)
	}
}

// FuzzContact: whatever is in a contact's file, a change of one property leaves the others
// as they were, or is refused.
func FuzzContact(f *testing.F) {
	for _, text := range []string{
		"name: Ada\n", "---\nname: Ada\n", "---\nname: Ada\n---\n", "\ufeffname: Ada\n", "# c\nname: |\n  Ada\n  ---\n",
		"name: Ada\r\nurl: [a, b]\r\n", "{name: Ada, url: b}", "{\"name\": \"Ada\"}",
		"name = \"Ada\"\n", "+++\nname = \"Ada\"\n", "name = '''\n+++\n'''\n", "name: Ada\n...\n", "--- # x\nname: Ada\n",
		"---name: x\n", "", "\n\n", "note: &a x\nname: *a\n", "? name\n: Ada\n",
	} {
		for i := range 3 {
			f.Add(i, []byte(text))
		}
	}
	l := newLibrary(f, bareHugo)
	f.Fuzz(func(t *testing.T, kind int, data []byte) {
		fuzztest.Limit(t)
		file := "data/contacts/a" + []string{".yaml", ".toml", ".json"}[uint(kind)%3]
		before, err := l.site.ReadContact(file, data)
		if err != nil {
			return
		}
		changed, err := l.site.ReviseContact(file, data, func(p mf2.Properties) error {
			p["note"] = []any{"changed"}
			return nil
		})
		if err != nil {
			return
		}
		after, err := l.site.ReadContact(file, changed)
		if err != nil {
			t.Fatalf("%q became %q, which cannot be read: %v", data, changed, err)
		}
		before["note"] = []any{"changed"}
		if !mf2.Equal(any(asMap(before)), any(asMap(after))) {
			t.Fatalf("%q became %q: %v, want %v", data, changed, after, before)
		}
		same, err := l.site.ReviseContact(file, data, func(mf2.Properties) error { return nil })
		if err != nil || strings.TrimRight(string(same), "\r\n") != strings.TrimRight(string(data), "\r\n") {
			t.Fatalf("nothing was changed, and %q became %q (%v)", data, same, err)
		}
	})
}
