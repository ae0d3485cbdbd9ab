package hugo

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"gitpost/bridge/site/generator"
)

// hugoRandom makes random sites out of what people write and what breaks assumptions.
type hugoRandom struct {
	*rand.Rand
	version    string
	langs      []string // besides the default
	roots      []string // the content folders
	noSections bool
	clean      bool // no front matter that breaks a build
}

func randomHugoSite(r *rand.Rand, version string) fuzzSite {
	h := &hugoRandom{Rand: r, version: version, roots: []string{"content"}, clean: r.IntN(12) > 0}
	s := fuzzSite{config: h.config(), files: map[string]fuzzFile{}}
	h.noSections = strings.Contains(s.configText(), "disableKinds") || strings.Contains(s.configText(), "[cascade")
	keepsCase := strings.Contains(s.configText(), "disablePathToLower")
	dirs := h.some(hugoDirs, 3+r.IntN(4))
	if slices.Contains(dirs, "Posts") { // not together with posts: one folder to Hugo
		dirs = slices.DeleteFunc(dirs, func(d string) bool { return strings.HasPrefix(d, "posts") })
	}
	for range 10 + r.IntN(20) {
		dir := h.pick(dirs)
		name := h.fileName()
		switch r.IntN(12) {
		case 0:
			name = "_index"
		case 1:
			dir = join(dir, name)
			name = "index"
		case 2:
			dir = join(dir, h.fileName())
		}
		if dir == "" && name == "index" {
			continue // a bundle of the whole site
		}
		if strings.Contains(name, "index") && h.chance(10) && !keepsCase {
			name = h.pick([]string{strings.ToUpper(name), strings.Replace(name, "i", "I", 1)})
		}
		if len(h.langs) > 0 && r.IntN(3) == 0 {
			code := h.pick(append([]string{"en"}, h.langs...))
			// whose page, of no section, had files of its own
			if h.chance(8) && (name != "_index" || generator.AtLeast(h.version, "0.123.0")) {
				code = h.pick([]string{languageTag(code), strings.ToUpper(code)})
			}
			name += "." + code
		}
		ext := h.extension()
		if ext == ".bin" { // no page, and in the way of none
			name = h.pick([]string{"photo", "Photo One", "a.b", "pic-é"})
		}
		file := join(h.pick(h.roots), dir) + "/" + name + ext
		if keepsCase && strings.Contains(name, "index") && ext == ".MD" {
			continue // no index file to the code that keeps upper case
		}
		if !s.blocks(file) {
			s.files[file] = h.file(file, len(s.files))
		}
	}
	return s
}

// blocks reports whether a file has the name of a folder or the other way round.
func (s fuzzSite) blocks(file string) bool {
	for have := range s.files {
		if strings.HasPrefix(have, file+"/") || strings.HasPrefix(file, have+"/") {
			return true
		}
	}
	return false
}

func join(dir, name string) string { return strings.Trim(dir+"/"+name, "/") }

func (h *hugoRandom) pick(list []string) string { return list[h.IntN(len(list))] }

func (h *hugoRandom) some(list []string, n int) []string {
	var picked []string
	for range n {
		picked = append(picked, h.pick(list))
	}
	return picked
}

func (h *hugoRandom) chance(n int) bool { return h.IntN(n) == 0 }

var hugoDirs = []string{
	"", "", "posts", "posts", "posts", "notes", "Posts", "My Blog", "docs", "docs/guide", "docs/guide/start",
	"posts/2024/03",
	"docs/a.b", "_x/y", "über/öl", "tags", "tags/go", "categories", "a/b/c/d", "notes/Sub Folder", "x  y", "posts/-a-",
	"c++/c#", "n@me/(p)",
}

var hugoWords = []string{
	"a", "b", "hello", "World", "first post", "UPPER", "double  space", "c++", "c#", "50%-off", "a.b", "v1.2.3", "über",
	"日本語", "İx",
	"ß", "é", "é", "x_y", "-lead", "trail-", "what's", "new?", "a&b", "a,b", "(p)", "a=b", "a+b", "x@y", "tilde~z",
	"%41bc", "%zz",
	"em—dash", "emoji😀x", "Ǆ", "ΣΊΣ", "no break", "semi;colon", "quote\"s", "index2", "_under", "a--b", "a - b",
	"100 %", "+plus", "ŁÓDŹ", "a!b", "Größe",
	"back\\slash", "x:y", "a|b", "[br]", "{cu}", "$d", "^c", "`t`", "<t>", "..dots", "dots..", "a..b", "١٢", "ﬁne", "½",
	"²", "ª", "x\u200by",
}

func (h *hugoRandom) fileName() string {
	name := h.pick(hugoWords)
	switch h.IntN(10) {
	case 0:
		name = fmt.Sprintf("2024-0%d-1%d-%s", 1+h.IntN(9), h.IntN(9), name)
	case 1:
		name = h.pick([]string{"2024-03-09", "2024-03-09-14-05-06-" + name, "2024-03-09 14-05-06 " + name, "2024-03-09_" +
			name, "2024-13-09-" + name, "20240309-" + name, "2099-01-01-" + name})
	case 2, 3:
		name += h.pick([]string{" ", "-", "_", "."}) + h.pick(hugoWords)
	}
	return strings.Trim(strings.ReplaceAll(name, "/", ""), " ")
}

func (h *hugoRandom) extension() string {
	upper := ".MD"
	if !generator.AtLeast(h.version, "0.123.0") {
		upper = ".htm" // .MD is no page there
	}
	if h.chance(8) {
		return h.pick([]string{".markdown", ".mdown", ".bin", ".bin", ".org", upper})
	}
	return ".md"
}

func (h *hugoRandom) config() []string {
	c := []string{fmt.Sprintf("baseURL = %q", h.pick([]string{
		"https://example.org/", "https://example.org/", "https://example.org/blog/", "https://example.org/blog",
		"https://Example.org:8080/~me", "/", "https://example.org/ü b/",
	}))}
	top := func(one int, line string) {
		if h.chance(one) {
			c = append(c, line)
		}
	}
	top(8, "disablePathToLower = true")
	top(8, "removePathAccents = true")
	top(8, "uglyURLs = true")
	top(20, "disableAliases = true")
	top(6, "timeZone = "+fmt.Sprintf("%q", h.pick([]string{"Europe/Berlin", "America/Los_Angeles", "Asia/Kolkata"})))
	top(20, "buildDrafts = true")
	top(20, "buildFuture = true")
	top(20, "buildExpired = true")
	kinds := []string{"page", "section", "term", "home", "taxonomy', 'term", "RSS', 'sitemap"}
	if generator.AtLeast(h.version, "0.123.0") {
		kinds = append(kinds, "taxonomy")
	}
	top(20, "disableKinds = ['"+h.pick(kinds)+"']")
	top(15, "ignoreFiles = ['notes/', '\\.markdown$']")
	top(20, "pluralizeListTitles = false")
	var tables []string
	if h.chance(4) {
		tables = append(tables, h.languages(&c)...)
	}
	if h.chance(2) {
		tables = append(tables, h.permalinks("permalinks")...)
	}
	if h.chance(4) {
		tables = append(tables, h.frontmatterTable())
	}
	if h.chance(15) {
		tables = append(tables, "[uglyURLs]\nposts = true\nnotes = false")
		c = without(c, "uglyURLs = true")
	}
	if h.chance(10) {
		tables = append(tables, h.pick([]string{"[taxonomies]\ntopic = 'topics'\ndoc = 'docs'",
			"[taxonomies]\ntag = 'tags'", "[taxonomies]\nnote = 'notes'"}))
	}
	if h.chance(6) {
		tables = append(tables, h.cascade())
	}
	if h.chance(12) && len(h.langs) == 0 {
		tables = append(tables,
			"[[module.mounts]]\nsource = 'content'\ntarget = 'content'\n[[module.mounts]]\nsource = 'journal'\ntarget = 'content/notes'\n[[module.mounts]]\nsource = 'layouts'\ntarget = 'layouts'")
		h.roots = append(h.roots, "journal")
	}
	if h.chance(15) {
		tables = append(tables, "[outputs]\npage = ['"+h.pick([]string{"html", "json", "html', 'json"})+"']")
	}
	return append(c, tables...)
}

func without(list []string, s string) []string {
	var rest []string
	for _, x := range list {
		if x != s {
			rest = append(rest, x)
		}
	}
	return rest
}

func (h *hugoRandom) languages(top *[]string) []string {
	h.langs = []string{"fr"}
	switch h.IntN(4) {
	case 0:
		*top = append(*top, "defaultContentLanguageInSubdir = true")
	case 1:
		h.langs = append(h.langs, "pt-br")
	}
	if h.chance(5) {
		*top = append(*top, "disableLanguages = ['fr']")
	}
	en, fr := "[languages.en]\nweight = 1\n", "[languages.fr]\nweight = 2\n"
	switch h.IntN(9) {
	case 6:
		fr += "contentDir = 'contenu'\n"
		h.roots = []string{"content", "contenu"}
	case 7:
		en += "contentDir = 'content/en'\n"
		fr += "contentDir = 'content/fr'\n"
		h.roots = []string{"content/en", "content/fr", "content/other"}
		h.langs = h.langs[:1]
	case 8:
		fr += "disablePathToLower = true\n"
	case 0:
		en += "baseURL = 'https://en.example.org/'\n"
		fr += "baseURL = 'https://fr.example.org/x/'\n"
	case 1:
		fr += "timeZone = 'Asia/Tokyo'\n"
	case 2:
		fr += strings.Join(h.permalinks("languages.fr.permalinks"), "\n") + "\n"
	}
	tables := []string{en + "\n" + fr}
	if len(h.langs) > 1 {
		tables[0] += "[languages.pt-br]\nweight = 3\n"
	}
	return tables
}

var hugoTokens = []string{
	":year", ":month", ":day", ":monthname", ":weekday", ":weekdayname", ":yearday", ":slug", ":slug", ":title",
	":filename", ":slugorfilename",
	":section", ":sections", ":sections[1:]", ":sections[last]", ":sections[0]", ":sections[:1]", ":06", ":Jan",
	":2006", ":15",
}

func (h *hugoRandom) pattern() string {
	tokens := hugoTokens
	if generator.AtLeast(h.version, "0.144.0") {
		tokens = append(tokens, ":contentbasename", ":slugorcontentbasename")
	}
	if generator.AtLeast(h.version, "0.160.0") {
		tokens = append(tokens, ":sectionslugs[1:]")
	}
	var parts []string
	for range 1 + h.IntN(3) {
		part := h.pick(tokens)
		if h.chance(6) {
			part = h.pick([]string{"p", "Blog", "x.y", "ü", "a b", "a+b", ":year-:month", ":slug.html", ":day:month"})
		}
		parts = append(parts, part)
	}
	parts = append(parts, h.pick([]string{":filename", ":slug", ":title", ":slugorfilename"}))
	return "/" + strings.Join(parts, "/") + h.pick([]string{"", "/", "/"})
}

func (h *hugoRandom) permalinks(table string) []string {
	var lines []string
	keys := map[string]bool{}
	for range 1 + h.IntN(3) {
		key := h.pick([]string{"posts", "posts", "notes", "docs", "tags", "/", "my blog", "my-blog", "Posts", "über",
			"docs/guide", "a"})
		if !generator.AtLeast(h.version, "0.123.0") && key == "my-blog" || keys[strings.ToLower(key)] || keys["docs"] &&
			key == "docs/guide" || keys["docs/guide"] && key == "docs" {
			continue
		}
		keys[strings.ToLower(key)] = true
		lines = append(lines, fmt.Sprintf("%q = %q", key, h.pattern()))
	}
	if h.chance(4) && generator.AtLeast(h.version, "0.115.0") {
		return []string{"[" + table + ".page]\n" + strings.Join(lines, "\n") + "\n[" + table + ".section]\n" +
			fmt.Sprintf("posts = %q", h.pick([]string{"/all/", "/:sections/", "/:title/", "/:slug/x/", "/:section"}))}
	}
	if h.chance(5) && generator.AtLeast(h.version, "0.161.0") && len(h.langs) == 0 {
		return []string{fmt.Sprintf("[[permalinks]]\npattern = %q\n[permalinks.target]\npath = '/{posts,notes}/**'\nkind = 'page'\n[[permalinks]]\npattern = %q\n[permalinks.target]\npath = '/docs/*'\n", h.pattern(), h.pattern())}
	}
	return []string{"[" + table + "]\n" + strings.Join(lines, "\n")}
}

func (h *hugoRandom) frontmatterTable() string {
	return h.pick([]string{
		"[frontmatter]\ndate = [':filename', ':default']",
		"[frontmatter]\ndate = [':default', ':filename']",
		"[frontmatter]\ndate = ['created', ':default']",
		"[frontmatter]\ndate = ['lastmod', 'publishDate']\npublishDate = [':filename', 'date']",
		"[frontmatter]\nlastmod = ['updated', ':default']\nexpiryDate = ['gone', ':default']",
		"[frontmatter]\npublishDate = ['goes_live', ':default']",
	})
}

func (h *hugoRandom) cascade() string {
	target := h.pick([]string{"path = '/posts/**'", "path = '{/notes,/notes/**}'", "kind = 'page'",
		"kind = '{section,page}'", "path = '/docs/*'", "environment = 'production'", "environment = 'development'",
		"path = '**'"})
	value := h.pick([]string{"slug = 'from-cascade'", "draft = true", "title = 'Cascaded'", "date = 2020-02-02",
		"expirydate = '2021-01-01'", "x = 1"})
	return "[[cascade]]\n" + value + "\n[cascade._target]\n" + target
}

func (h *hugoRandom) file(name string, serial int) fuzzFile {
	f := fuzzFile{body: fmt.Sprintf("body %d\n", serial)}
	if strings.HasSuffix(name, ".bin") || !strings.Contains(strings.ToLower(name), ".m") &&
		!strings.HasSuffix(name, ".org") {
		return f
	}
	if strings.HasSuffix(name, ".org") {
		f.body = fmt.Sprintf("#+TITLE: %s\n#+DATE: 2024-03-0%d\n\ntext %d\n", h.pick([]string{"Org", "An Org File"}),
			1+h.IntN(9), serial)
		return f
	}
	if h.chance(15) {
		return f
	}
	f.format = "---"
	if h.chance(4) {
		f.format = "+++"
	}
	keys := map[string]bool{}
	set := func(one int, key, value string) {
		if !h.chance(one) || keys[strings.ToLower(key)] {
			return
		}
		keys[strings.ToLower(key)] = true
		if f.format == "+++" {
			f.lines = append(f.lines, key+" = "+value)
		} else {
			f.lines = append(f.lines, key+": "+value)
		}
	}
	branch := strings.Contains(name, "/_index.")
	if h.IntN(8) > 0 {
		set(1, h.pick([]string{"title", "title", "Title"}), quoted(h.pick(hugoTitles)))
	}
	if h.IntN(5) > 0 && (!branch || h.chance(3)) {
		set(1, "date", h.date(f.format))
	}
	set(5, "slug", quoted(h.pick(hugoTitles)))
	set(30, "slug", h.pick([]string{"2024", "1.50", "true"}))
	set(12, "url", quoted(h.url()))
	set(15, "draft", h.pick([]string{"true", "false", "true", "'true'", "1"}))
	set(12, "publishDate", h.date(f.format))
	set(12, "lastmod", h.date(f.format))
	set(15, "expiryDate", h.date(f.format))
	set(15, "created", h.date(f.format))
	set(25, "pubdate", h.date(f.format))
	set(25, "updated", h.date(f.format))
	set(8, "aliases", h.pick([]string{`["/old/%d/"]`, `["old%d", "../up%d"]`, `["/Old%d.html", "/o/%d"]`,
		`["x%d/y.htm"]`})+"")
	for i, line := range f.lines {
		if strings.Contains(line, "%d") {
			f.lines[i] = strings.ReplaceAll(line, "%d", fmt.Sprint(serial))
		}
	}
	set(40, "headless", "true")
	set(40, "outputs", h.pick([]string{`["html", "json"]`, `["json"]`}))
	if f.format == "---" {
		key := "_build"
		if generator.AtLeast(h.version, "0.123.0") {
			key = "build"
		}
		set(15, key, h.pick([]string{"{render: never}", "{render: link}", "{list: never}", "{render: false}",
			"{render: always, publishResources: false}", "{render: true}"}))
		if branch {
			set(4, "cascade", h.pick([]string{"{draft: true}", "{slug: casc}", "{url: /:year/:title/}",
				"{title: T, _target: {kind: page}}", "[{slug: deep, _target: {path: '/posts/**'}}]", "{date: 2019-05-06}",
				"{build: {render: never}}"}))
		}
		if !h.clean {
			set(10, "published", h.pick([]string{"true", "false", "2024-01-01", "'no'"}))
			set(20, "draft", h.pick([]string{"yes", "no", "on", "y"}))
			set(20, "title", h.pick([]string{"yes", "2024", "1.0", "null", "2024-03-09", "0x1F", "1e3", "~"}))
		}
	}
	return f
}

var hugoTitles = append([]string{
	"Hello World", "What's New in C# & Go? (2024)", "Über Straßen — und “Zitate”", "A/B testing: 50% off!",
	"  Spaces   and_underscores.and.dots ",
	"日本語のタイトル 😀", "100 + 1 = 101", "Hello -- World", "", "-", "--x--", "deep/er", "/abs/", "a//b", "%20", "%2F",
	"100%25", "#tag", "?", "Ends.", "...", "index", "_index",
	"tab\there", "Ünï/çødé", "A\u00a0B", "x\u2003y",
}, hugoWords...)

func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\t", `\t`).Replace(s) + `"`
}

func (h *hugoRandom) url() string {
	s := h.pick([]string{"/custom/", "/Custom/Path", "rel/path/", "rel", "/x.html", "/a.b/c", "/with space/", "/über/",
		"/q?x=1", "/a#b/", "/p%20q/", "//d//e/", "/:year/:slug/", "/up/../x/", "", "/fr/x/", "fr/y", "/t.txt", "/:title",
		"/a+b/", "/é.html"})
	if !strings.ContainsAny(s, ":?") && s != "" && h.chance(2) {
		s = strings.TrimSuffix(s, "/") + fmt.Sprint(h.IntN(100)) + strings.Repeat("/", h.IntN(2))
	}
	return s
}

func (h *hugoRandom) date(format string) string {
	list := []string{
		"2024-03-09", "2024-03-09T14:05:06Z", "2024-03-09T23:30:00-05:00", "2024-12-31T23:59:59+09:00",
		"2023-01-01T00:00:00", "2019-07-01",
		"2099-01-01", "2098-02-03T04:05:06Z", "2020-02-29T12:00:00.789Z", "2024-03-09 23:30:00",
		`"2024-03-09 14:05:06 -0500"`, `"2024-03-09"`, `"2024-07-01 00:30:00"`,
	}
	if format == "---" {
		list = append(list, "2024-03-09 14:05:06 +0200", "2024-03-09 14:05:06 +02:00", "1709993106",
			"'Sat, 09 Mar 2024 14:05:06 +0100'", "'09 Mar 2024'", "", "''")
		if !h.clean {
			list = append(list, "2024-03-09 14:05", "2024-3-9", "'March 9, 2024'", "09/03/2024", "true")
		}
	}
	return h.pick(list)
}
