package jekyll

import (
	"fmt"
	"math/rand"
	"strings"
)

func pick[T any](r *rand.Rand, from []T) T { return from[r.Intn(len(from))] }

func some(r *rand.Rand, percent int) bool { return r.Intn(100) < percent }

var (
	zones = []string{"UTC", "America/New_York", "Asia/Tokyo", "Europe/Berlin", "America/Los_Angeles", "Asia/Kolkata",
		"Australia/Lord_Howe", "Pacific/Kiritimati", "EST5EDT"}

	urls = []string{"https://example.org", "https://example.org/", "http://Example.COM:8080",
		"https://bücher.example", "https://example.org/sub", "example.org", "''", "https://example.org:443"}
	baseurls = []string{"/blog", "blog", "/blog/", "/", "''", "/a b", "/ö/x", "/~me"}
	styles   = []string{"date", "pretty", "ordinal", "none", "weekdate", "/:title/", "/:year/:month/:title",
		"/:categories/:title:output_ext", "/blog/:year/:title.html", ":title", "/:slug/:name/", "/:path/",
		"/x/:y_day/:i_day/:i_month/:short_year/:hour:minute:second/",
		"/:w_year/:week/:w_day/:short_day/:long_day/:short_month/:long_month/:title/", "/:slugified_categories/:title",
		"/:collection/:title/", "/:year_:month_:day_:title/", "/posts//:title//", "/:title.:output_ext", "/ü/:title/",
		"/a b/:title", "/../:title/", "/:categories/./:title", "/:title#x", "/q?:title"}
	fragments = []string{"travel", "Travel Tips", "a", "b", "_pages", "notes", "x.y", "über", "2024", "_drafts",
		"_posts", ".hidden", "secret", "_notes", "content", "a+b", "c#", "50%", "sub", "日本", "vendor", "x~", "_data",
		"café", "end.", "#x", "~y"}
	stems = []string{"hello", "Hello World", "index", "about", "über", "a.b", "x...", "snake_case", "c++ & c#",
		"50%", "-lead", "trail-", "日本語", "what's new?", "(p)[b]", "a,b;c=d@e!f~g", "ﬁne", "café", "emoji-😀-x", "README",
		"_under", ".dot", "a--b", "404", "v1.2.3", "İstanbul", "ΣΑΣ", "Ⅷ", "²x", "x%20y", "a%2Fb", "x ", "x\u00a0y", "ǅ",
		"١٢"}
	dates = []string{"2024-03-09", "2024-3-9", "24-03-09", "2023-12-31", "2024-01-01", "2024-02-29", "2099-01-01",
		"2024-03-31", "99-1-1", "2024-12-30", "2024-11-03", "2024-02-30", "2024-03", "2024"}
	suffixes = []string{".md", ".md", ".md", ".html", ".markdown", ".txt", ".MD", ".mkd", ".textile", ".xml", ".htm",
		".HTML", "", ".png", ".scss", ".tar.gz", ".", "..md", ".json", ".css", ".xhtml"}

	frontKeys = []string{"date", "slug", "permalink", "categories", "category", "tags", "published", "title", "layout",
		"draft", "excerpt", "tag", "weight", "Permalink", "redirect_from"}

	slugs = []string{"own-slug", "Mixed Case_Slug.v2!", "'a/b'", "Füße", "''", "~", "\"x y\"", "'2024'", "no-slug",
		"...", "a:b", "-x-", "false", "'---'", "’quoted’", "x#y"}
	permalinks = []string{"/custom/", "/custom/a", "/custom/a.html", "custom/", "/:year/:title/", "/:categories/:slug",
		"/two words/", "/über/", "/v1.2", "/a/../b/", "//x//y", "/pct%20x/", "pretty", "/Feed.XML", "/x.", "~", "''",
		"/:title:output_ext", "/:basename/x", "/:path/z/", "/x/.html", "/.well-known/x", "/a?b=c&d", "/a#b/", "/./x/./",
		"/x/%2e%2e/y/", "/é%CC%81/", "/a%zz/", "/x .html", "/tail. ", "/+(x)/", "/:i_day_x/", "/[x]/", "/%e4/", "/😀/",
		"/x/..", "/:output_ext"}
	lists = []string{"one", "one two", "[One, Two Words]", "[a, A, a]", "[]", "~", "", "[2024, true]",
		"[yes, 1.5, ~]", "\n- a/b\n- Ünder", "'x, y'", "\"\"", "[a, [b, c]]", "news & views", "[C#, .NET]",
		"[1e3, 007, 1_000]", "[2024-01-02]", "İ", "[\"a  b\", 'it''s']", "['%41']", "7", "true", "false", "{a: b}",
		"[x, ' y ']", "[\"\\u00e9\"]"}
	truths = []string{"true", "false", "no", "yes", "~", "", "'false'", "0", "off", "On", "draft", "2024-01-01",
		"FALSE", "n"}
	fuzzWords = []string{"Hello", "'Quoted'", "2024", "x: y", "[broken", "\"a\\nb\"", "", "!ruby/object:X {}",
		"{a: 1}", "&a x", "|\n  text\n  more", "!custom x", "'it''s'", "{% raw %}", "- x", "null", "@at", "%x", "`x`"}
)

func randomPath(r *rand.Rand) string {
	var parts []string
	for some(r, 35) && len(parts) < 3 {
		parts = append(parts, pick(r, fragments))
	}
	name := pick(r, stems) + pick(r, suffixes)
	switch n := r.Intn(100); {
	case n < 45:
		parts = append(parts, "_posts")
		for some(r, 20) {
			parts = append(parts, pick(r, fragments))
		}
		name = pick(r, dates) + "-" + name
		if some(r, 5) {
			name = pick(r, stems) + pick(r, suffixes)
		}
	case n < 55:
		parts = append(parts, "_drafts")
		if some(r, 40) {
			name = pick(r, dates) + "-" + name
		}
	case n < 75:
		parts = append(parts, pick(r, []string{"_notes", "_likes", "_my notes"}))
		for some(r, 25) {
			parts = append(parts, pick(r, fragments))
		}
		if some(r, 40) {
			name = pick(r, dates) + "-" + name
		}
	}
	return strings.Join(append(parts, name), "/")
}

func randomText(r *rand.Rand) string {
	if some(r, 8) {
		return pick(r, []string{"plain\n", "", "---\ntitle: unclosed\n", "----\nx: y\n----\n", "\n---\ntitle: late\n---\n",
			"---", "--- \n--- \nx", "---\n", "---\n---", "---\n- a\n---\nx", "---\n# only a comment\n---\n", "--- x\n---\n",
			"+++\na = 1\n+++\n"})
	}
	var b strings.Builder
	if some(r, 2) {
		return "\ufeff---\ntitle: with a byte order mark\npermalink: /bom/\n---\n"
	}
	open := "---\n"
	if some(r, 5) {
		open = pick(r, []string{"---  \n", "---\r\n", "---\t\n", "---\n\n"})
	}
	b.WriteString(open)
	for range r.Intn(4) {
		key := pick(r, frontKeys)
		value := ""
		switch key {
		case "date":
			value = randomDate(r)
			if some(r, 30) {
				value = "'" + strings.ReplaceAll(value, "'", "''") + "'"
			}
		case "slug":
			value = pick(r, slugs)
		case "permalink", "Permalink":
			value = pick(r, permalinks)
		case "categories", "category", "tags", "tag", "redirect_from":
			value = pick(r, lists)
		case "published", "draft":
			value = pick(r, truths)
		default:
			value = pick(r, fuzzWords)
		}
		fmt.Fprintf(&b, "%s: %s\n", key, value)
	}
	b.WriteString(pick(r, []string{"---\n", "---\n", "---\n", "...\n", "---  \n", "---"}))
	b.WriteString(pick(r, []string{"Hello.\n", "", "\nOne\n\n---\n\nTwo\n"}))
	return b.String()
}

func newRandomSite(r *rand.Rand) randomSite {
	s := randomSite{TZ: pick(r, zones), Files: map[string]string{}}
	add := func(percent int, format string, args ...any) {
		if some(r, percent) {
			s.Config = append(s.Config, fmt.Sprintf(format, args...)+"\n")
		}
	}
	add(90, "url: %s", pick(r, urls))
	add(30, "baseurl: %s", pick(r, baseurls))
	add(60, "permalink: %s", singleQuoted(pick(r, styles)))
	add(40, "timezone: %s", pick(r, zones))
	add(10, "future: %s", pick(r, truths[:4]))
	add(10, "unpublished: %s", pick(r, truths[:4]))
	add(20, "show_drafts: %s", pick(r, truths[:4]))
	add(5, "limit_posts: %d", 1+r.Intn(2))
	add(5, "markdown_ext: %s", pick(r, []string{"md", "md,txt", "Markdown,html", "mkd"}))
	add(12, "include: %s", list(r, append(fragments, ".htaccess", "README.md", "_pages/about.md", "_p*", "*")))
	add(20, "exclude: %s", list(r, append(fragments, "*.txt", "travel/", "_posts/2024", "a/*", "?", "[ab]", "/secret",
		"*.md", "notes/")))
	dir := ""
	if some(r, 10) {
		dir = pick(r, []string{"content", "sub", "/content/", "a/b"})
		add(100, "collections_dir: %s", dir)
		dir = strings.Trim(dir, "/")
	}
	if some(r, 60) {
		var b strings.Builder
		b.WriteString("collections:\n")
		for _, label := range []string{"notes", "likes", "my notes", "posts"} {
			if !some(r, 60) {
				continue
			}
			fmt.Fprintf(&b, "  %s:\n", label)
			if some(r, 80) {
				fmt.Fprintf(&b, "    output: %s\n", pick(r, []string{"true", "true", "yes", "false", "~"}))
			}
			if some(r, 40) {
				fmt.Fprintf(&b, "    permalink: %s\n", singleQuoted(pick(r,
					append(styles[5:], "/:collection/:path:output_ext", "/n/:path/", "/:collection/:name", "pretty", "/:title.xml"))))
			}
		}
		if b.Len() > len("collections:\n") {
			s.Config = append(s.Config, b.String())
		}
	}
	if some(r, 40) {
		var b strings.Builder
		b.WriteString("defaults:\n")
		for range 1 + r.Intn(3) {
			fmt.Fprintf(&b, "- scope:\n    path: %s\n", singleQuoted(pick(r,
				append(fragments, "", "", "_posts/2024", "_posts/*", "**/*.md", "_posts/", "*/_posts", "a/b", "_notes/sub",
					"/_posts", "*.md", "_posts/{2023,2024}*", "_posts/**/hello.md", "content/_posts"))))
			if some(r, 60) {
				fmt.Fprintf(&b, "    type: %s\n", pick(r, []string{"posts", "pages", "notes", "post", "page", "drafts", "likes"}))
			}
			b.WriteString("  values:\n    layout: x\n")
			if some(r, 40) {
				fmt.Fprintf(&b, "    permalink: %s\n", singleQuoted(pick(r, append(styles[5:], "/d/:title/"))))
			}
			if some(r, 30) {
				fmt.Fprintf(&b, "    categories: %s\n", pick(r, []string{"journal", "[a, B]", "x y", "~", "[]"}))
			}
			if some(r, 15) {
				fmt.Fprintf(&b, "    published: %s\n", pick(r, truths[:5]))
			}
			if some(r, 10) {
				fmt.Fprintf(&b, "    slug: %s\n", pick(r, slugs))
			}
			if some(r, 7) {
				fmt.Fprintf(&b, "    date: %s\n", pick(r, []string{"2020-01-02 03:04:05", "'2020-01-02'",
					"2020-01-02 03:04:05 +0200"}))
			}
			if some(r, 7) {
				fmt.Fprintf(&b, "    category: %s\n", pick(r, lists[:8]))
			}
		}
		s.Config = append(s.Config, b.String())
	}
	for range 1 + r.Intn(4) {
		path := randomPath(r)
		if dir != "" && some(r, 70) {
			path = dir + "/" + path
		}
		clash := false
		for other := range s.Files {
			clash = clash || strings.HasPrefix(other, path+"/") || strings.HasPrefix(path, other+"/") || other == path
		}
		if !clash && path[len(path)-1] != '/' {
			s.Files[path] = randomText(r)
			if binaryExtensions[rubyExtension(path[strings.LastIndexByte(path, '/')+1:])] {
				s.Files[path] = "not read as text"
			}
		}
	}
	return s
}

func singleQuoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func list(r *rand.Rand, from []string) string {
	var items []string
	for range 1 + r.Intn(3) {
		items = append(items, singleQuoted(pick(r, from)))
	}
	return "[" + strings.Join(items, ", ") + "]"
}

// randomDate is a date in one of the forms that posts have, or none at all.
func randomDate(r *rand.Rand) string {
	if some(r, 10) {
		return pick(r, []string{"someday", "2024-13-01", "1709993106", "20240309", "2024-02-30", "2023-02-31"})
	}
	text := pick(r, []string{"2024-03-09", "2020-01-02", "2024-3-9", "2024-07-01", "2024/03/09", "9/3/2024", "3/9/2024",
		"09.03.2024", "March 9, 2024",
		"9 March 2024", "Mar 9 2024", "Sat, 09 Mar 2024", "9th Mar 2024", "2024-03-31", "2024-10-27", "2024-11-03",
		"2024-03-10", "2024-04-07", "2024-10-06",
		"24-03-09", "2024.3.9", "9-Mar-2024", "2099-01-01"})
	if some(r, 20) {
		return text
	}
	text += pick(r, []string{" ", " ", "T", " ", ", ", "  "})
	zone := pick(r, []string{"", "", "", "Z", "+0200", "+02:00", "-05:30", "+02", "UTC", "EST", "PDT", "CET", "CEST",
		"JST", "-0000", "+14:00", "+05:45"})
	if some(r, 20) {
		return strings.TrimSpace(text + pick(r, []string{"2:30 pm", "12:05 am", "5:07 PM", "5:07pm"}) + " " + zone)
	}
	text += pick(r, []string{"14:05", "14:05:06", "02:30", "23:59:60", "02:30:00", "14:05:06.789", "14:05:06,5",
		"01:45", "02:15:00", "01:59:59", "03:00:00", "00:00"})
	if zone != "" {
		text += pick(r, []string{" ", ""}) + zone
	}
	return text
}

func randomScalar(r *rand.Rand) string {
	if some(r, 30) {
		return strings.TrimSpace(strings.NewReplacer(": ", ":", "[", "", "'", "").Replace(randomDate(r)))
	}
	alphabet := "0123456789abefnotyxZ._,:+-~ "
	if some(r, 50) {
		alphabet = "0123456789._:+-e"
	}
	b := []byte{}
	for range 1 + r.Intn(7) {
		b = append(b, alphabet[r.Intn(len(alphabet))])
	}
	s := strings.TrimSpace(string(b))
	if s == "" || s == "-" || s == "---" || s == "..." || strings.HasPrefix(s, "- ") || strings.Contains(s, ": ") ||
		strings.HasSuffix(s, ":") || strings.HasPrefix(s, "-:") || strings.HasPrefix(s, ",") {
		return pick(r, []string{"yes", "No", "~", "null", "NULL", "on", "Off", "1_000", "0x1f", "0b11", "007", "08", "1e3",
			"1.5e3", "1.5e+3", ".5", "1.", "12:30", "1:2:3", ".inf", "-.INF", ".nan", "+1", "1,000", "1,2", "y", "n", "TRUE",
			"2024-01-02", "=", "<<", "0o17", "-0", "+.5", "1_", "0_7"})
	}
	return s
}
