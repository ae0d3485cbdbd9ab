package bridge_test

import (
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// themed are the skeletons with popular themes' conventions, and the bare ones, with what a
// new post must have of its neighbours there.
var themed = []struct {
	skeleton, generator string
	file                string // path of a new post, SLUG for its slug
	note, like, photo   []string
	unlisted            bool
}{
	{"hugo", "hugo", `^content/posts/SLUG\.md$`,
		[]string{"---\n", "tags:\n  - sea\n"}, []string{"\nlikeOf: https://"}, []string{"\nimages:\n"}, true},
	{"hugo-covers", "hugo", `^content/posts/SLUG/index\.md$`,
		[]string{"---\n", "\ntags: [sea, the quay]\n"}, []string{"\nlikeOf: https://"},
		[]string{"\ncover:\n", "\n  image: https://blog.example/media/", "\n  alt: The ferry's quay & \"more\"\n"}, true},
	{"hugo-folders", "hugo", `^content/post/20\d\d/\d\d/SLUG\.md$`,
		[]string{"+++\n", "\ntags = ["}, []string{"\nlike_of = '"}, []string{"\nimage = "}, true},
	{"jekyll", "jekyll", `^_posts/20\d\d-\d\d-\d\d-SLUG\.md$`,
		[]string{"---\n", "layout: post\n", "\ntags:\n  - sea\n"}, []string{"\nlike_of: "}, []string{"\nimage: "}, false},
	{"jekyll-teasers", "jekyll", `^_posts/20\d\d-\d\d-\d\d-SLUG\.md$`,
		[]string{"---\n", "\ntags:\n  - sea\n"}, []string{"\nlike_of: "}, []string{"\nheader:\n  teaser: "}, true},
}

// shown are posts of each type, and what their pages must show: words, and links.
var shown = []struct{ slug, body, text, link string }{
	{"a-note", `"content": ["Fog & rain on the quay"], "category": ["sea", "the quay"]`, "Fog & rain on the quay", ""},
	{"an-article", `"name": ["On \"knots\": a start"], "content": ["## Bends\n\nThe sheet bend."], "summary": ["Of knots"]`, "The sheet bend.", ""},
	{"rich", `"content": [{"html": "<p>With <a href=\"https://x.example/rich\">a link</a></p>"}]`, "With a link",
		"https://x.example/rich"},
	{"a-like", `"like-of": ["https://x.example/liked?a=1&b=2"]`, "", "https://x.example/liked?a=1&b=2"},
	{"a-reply", `"in-reply-to": ["https://x.example/said"], "content": ["So it is"]`, "So it is",
		"https://x.example/said"},
	{"a-bookmark", `"bookmark-of": ["https://x.example/kept_for_later"], "name": ["Worth keeping"]`, "",
		"https://x.example/kept_for_later"},
	{"a-repost", `"repost-of": ["https://x.example/again"]`, "", "https://x.example/again"},
	{"an-rsvp", `"in-reply-to": ["https://events.example/regatta"], "rsvp": ["maybe"]`, "RSVP maybe",
		"https://events.example/regatta"},
	{"a-checkin", `"checkin": [{"type": ["h-card"], "properties": {"name": ["Pier 3"], "url": ["https://pier.example/"]}}]`, "Pier 3", "https://pier.example/"},
	{"a-video", `"video": ["https://m.example/a.mp4"], "content": ["Moving pictures"]`, "Moving pictures",
		"https://m.example/a.mp4"},
	{"two-photos", `"photo": [{"value": "https://m.example/1.jpg", "alt": "One"}, {"value": "https://m.example/2.jpg", "alt": "Two"}]`, "", ""},
}

// TestPostsOfAllTypesShowOnThemes posts through the server, builds what the remote has then,
// and looks at the pages at the Locations.
func TestPostsOfAllTypesShowOnThemes(t *testing.T) {
	t.Parallel()
	for _, theme := range themed {
		t.Run(theme.skeleton, func(t *testing.T) {
			t.Parallel()
			version := generatorVersion(t, theme.generator)
			f := serve(t, theme.skeleton, func(c *settings) { c.Me, c.Options.Version = "https://blog.example/", version })
			_, before := f.build(theme.generator)

			locations := map[string]string{}
			post := func(slug, body string) string {
				t.Helper()
				locations[slug] = f.create(`{"type": ["h-entry"], "properties": {` + body + `, "mp-slug": ["` + slug + `"]}}`)
				return f.newFile()
			}
			looksLike := func(slug, file string, want []string) {
				t.Helper()
				if !regexp.MustCompile(strings.Replace(theme.file, "SLUG", slug, 1)).MatchString(file) {
					t.Errorf("%s is at %s", slug, file)
				}
				text := f.remoteFile(file)
				for _, part := range want {
					if !strings.Contains(text, part) {
						t.Errorf("%s has no %q:\n%s", file, part, text)
					}
				}
			}
			for _, p := range shown {
				file := post(p.slug, p.body)
				looksLike(p.slug, file, map[string][]string{"a-note": theme.note, "a-like": theme.like}[p.slug])
			}
			contentType, body := multipartBody(t, part{"h", "", "entry"}, part{"mp-slug", "", "a-photo"},
				part{"mp-photo-alt[]", "", `The ferry's quay & "more"`}, part{"photo", "boat.jpg", string(picture(t, 9))})
			a := f.send("POST", "/micropub", contentType, body)
			if a.Status != http.StatusCreated {
				t.Fatalf("photo: %d %s", a.Status, a.Body)
			}
			locations["a-photo"] = a.Header.Get("Location")
			looksLike("a-photo", f.newFile(), theme.photo)

			post("a-draft", `"content": ["not for you: a draft"], "name": ["Draft, not for you"], "post-status": ["draft"]`)
			post("to-come", `"content": ["not for you: to come"], "published": ["2999-01-01T00:00:00Z"]`)
			quiet := `{"type": ["h-entry"], "properties": {"content": ["Between the two of us"], "visibility": ["unlisted"], "mp-slug": ["quiet-one"]}}`
			if theme.unlisted {
				locations["quiet-one"] = f.create(quiet)
			} else if a := f.json(quiet); a.Status != http.StatusBadRequest ||
				!strings.Contains(a.Body, "no place for unlisted posts") {
				t.Errorf("unlisted: %d %s", a.Status, a.Body)
			}

			out, after := f.build(theme.generator)
			if !slices.Equal(before, after) {
				t.Errorf("warnings\n%s\nbefore\n%s", strings.Join(after, "\n"), strings.Join(before, "\n"))
			}
			for _, p := range shown {
				page := readPage(t, out, locations[p.slug])
				if !strings.Contains(page.text, p.text) || p.link != "" && !slices.Contains(page.links, p.link) {
					t.Errorf("%s shows %q with links %q, want %q and %q", locations[p.slug], page.text, page.links, p.text, p.link)
				}
			}
			for _, want := range []struct{ slug, url, alt string }{{"two-photos", `/1\.jpg$`, "One"},
				{"two-photos", `/2\.jpg$`, "Two"},
				{"a-photo", `^https://blog\.example/.*/boat-.*\.jpg$`, `The ferry's quay & "more"`}} {
				page, plain := readPage(t, out, locations[want.slug]), want.alt
				if theme.generator == "hugo" { // its typographer's quotes
					want.alt = strings.NewReplacer(`"more"`, "“more”", "'", "’").Replace(want.alt)
				}
				src, ok := page.images[want.alt]
				if !ok { // the theme shows the cover itself, with the text as it is or with one of its own
					src, ok = page.cover(want.url, plain, "Featured image of post")
				}
				if !ok || !regexp.MustCompile(want.url).MatchString(src) {
					t.Errorf("%s has the pictures %q, want %q", locations[want.slug], page.images, want.alt)
				} else if local, ok := strings.CutPrefix(src, "https://blog.example/"); ok {
					if _, err := fs.Stat(os.DirFS(out), local); err != nil {
						t.Errorf("the picture is not there: %v", err)
					}
				}
			}
			everywhere(t, out, func(file, text string) {
				if strings.Contains(strings.ToLower(text), "not for you") || strings.Contains(file, "a-draft") ||
					strings.Contains(file, "to-come") {
					t.Errorf("%s tells of a draft or of a scheduled post", file)
				}
				if (strings.Contains(text, "Between the two of us") || strings.Contains(text, "quiet-one")) &&
					!strings.Contains(file, "quiet-one") {
					t.Errorf("%s lists the unlisted post", file)
				}
			})
			if u := locations["quiet-one"]; u != "" && !strings.Contains(readPage(t, out, u).text, "Between the two of us") {
				t.Errorf("the unlisted post is not at %s", u)
			}
		})
	}
}

// program is the path of the first of the programs that is installed, by a package of Debian. The
// test is skipped unless all tests must run: then it must be there.
func program(t *testing.T, pack string, names ...string) string {
	t.Helper()
	if os.Getenv("GITPOST_TEST_ALL") == "" {
		t.Skipf("runs %s (apt-get install %s): set GITPOST_TEST_ALL=1", names[0], pack)
	}
	for _, name := range names {
		if at, err := exec.LookPath(name); err == nil {
			return at
		}
	}
	t.Fatalf("%s is not installed: apt-get install %s", names[0], pack)
	return ""
}

// generatorVersion is the version of the generator on this machine, which must be there (see program).
func generatorVersion(t *testing.T, generator string) string {
	t.Helper()
	argument := map[string]string{"hugo": "version", "jekyll": "--version"}[generator]
	said, err := exec.Command(program(t, generator, generator), argument).Output()
	if err != nil {
		t.Fatalf("%s: %v", generator, err)
	}
	return regexp.MustCompile(`\d+\.\d+\.\d+`).FindString(string(said))
}

// build builds what the remote has, and gives the folder and the lines in which the
// generator complains.
func (f *fixture) build(generator string) (out string, complaints []string) {
	f.t.Helper()
	dir := f.t.TempDir()
	source := filepath.Join(dir, "source")
	out = filepath.Join(dir, "out")
	git(f.t, "", "clone", "-q", f.remote, source)
	arguments := []string{"--source", source, "--destination", out}
	if generator == "jekyll" {
		arguments = append([]string{"build", "--disable-disk-cache"}, arguments...)
	}
	cmd := exec.Command(generator, arguments...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TZ=UTC", "LANG=C.UTF-8", "LC_ALL=C.UTF-8")
	said, err := cmd.CombinedOutput()
	if err != nil {
		f.t.Fatalf("%s: %v\n%s", generator, err, said)
	}
	for line := range strings.Lines(strings.ReplaceAll(string(said), dir, "")) {
		if regexp.MustCompile(`(?i)warn|error|conflict|deprecat`).MatchString(line) {
			complaints = append(complaints, strings.TrimSpace(line))
		}
	}
	slices.Sort(complaints)
	return out, complaints
}

// newFile is the text file of the newest commit.
func (f *fixture) newFile() string {
	f.t.Helper()
	for file := range strings.Lines(git(f.t, f.remote, "show", "--format=", "--name-only", "main")) {
		if file = strings.TrimSpace(file); strings.HasSuffix(file, ".md") {
			return file
		}
	}
	f.t.Fatal("the newest commit has no post")
	return ""
}

// builtPage is what a reader gets of a page's article.
type builtPage struct {
	text   string
	links  []string
	images map[string]string // addresses by alternative text, in the text
	covers []*html.Node      // pictures outside the text
}

func readPage(t *testing.T, out, address string) builtPage {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(out, filepath.FromSlash(u.Path))
	if strings.HasSuffix(u.Path, "/") {
		file = filepath.Join(file, "index.html")
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Errorf("nothing is published at %s: %v", address, err)
		return builtPage{}
	}
	doc, err := html.Parse(strings.NewReader(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	page := builtPage{images: map[string]string{}}
	var words []string
	for n := range doc.Descendants() {
		switch {
		case n.Type == html.TextNode && within(n, "article"):
			words = append(words, strings.Fields(n.Data)...)
		case n.Data == "a" && within(n, "article"):
			page.links = append(page.links, attribute(n, "href"))
		case n.Data == "video" && within(n, "article"):
			page.links = append(page.links, attribute(n, "src"))
		case n.Data == "img" && within(n, "article"):
			page.images[attribute(n, "alt")] = attribute(n, "src")
		case n.Data == "img":
			page.covers = append(page.covers, n)
		}
	}
	page.text = strings.Join(words, " ")
	return page
}

// cover returns the address of the one picture outside the text that matches, if its alternative text
// begins with one of some texts.
func (p builtPage) cover(address string, alts ...string) (src string, ok bool) {
	found := 0
	for _, n := range p.covers {
		if regexp.MustCompile(address).MatchString(attribute(n, "src")) {
			found++
			src = attribute(n, "src")
			ok = slices.ContainsFunc(alts, func(alt string) bool { return strings.HasPrefix(attribute(n, "alt"), alt) })
		}
	}
	return src, ok && found == 1
}

func within(n *html.Node, element string) bool {
	for a := range n.Ancestors() {
		if a.Type == html.ElementNode && a.Data == element {
			return true
		}
	}
	return false
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// everywhere calls see with each file that was built.
func everywhere(t *testing.T, out string, see func(file, text string)) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(out), ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(out, file))
		see(file, string(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
