package site

import (
	"cmp"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"golang.org/x/net/html"
	"willnorris.com/go/microformats"

	"gitpost/bridge/mf2"
)

// A sample is one post of a type, and what must be seen of it on the built site.
type sample struct {
	name    string
	item    mf2.Item
	text    string   // on its page
	targets []string // links on its page
	alts    []string // of its pictures, in order
	mf      string   // the property that a microformats parser reads on a page with an h-entry
}

const friend = "https://friend.example/"

func samples() []sample {
	picture := func(name, alt string) any {
		return map[string]any{"value": "https://example.org/media/" + name + ".jpg", "alt": alt}
	}
	post := func(properties map[string][]any) mf2.Item { return entry(properties) }
	return []sample{
		{name: "note", item: post(map[string][]any{"content": {"A note on ropes and on knots of all kinds that hold."}}),
			text: "on ropes"},
		{name: "article", item: post(map[string][]any{"name": {"An article"}, "content": {"It is long."}}),
			text: "It is long."},
		{name: "photo", item: post(map[string][]any{"content": {"At the quay."},
			"photo": {picture("quay", "A quay at noon")}}), text: "At the quay.", alts: []string{"A quay at noon"}, mf: "photo"},
		{name: "bare photo", item: post(map[string][]any{"photo": {picture("pier", "A pier at night")}}),
			alts: []string{"A pier at night"}, mf: "photo"},
		{name: "photos", item: post(map[string][]any{"content": {"Three of them."}, "photo": {picture("one", "The first"),
			picture("two", "The second"), picture("three", "The third")}}), text: "Three of them.",
			alts: []string{"The first", "The second", "The third"}, mf: "photo"},
		{name: "reply", item: post(map[string][]any{"content": {"I agree."}, "in-reply-to": {friend + "said"}}),
			text: "I agree.", targets: []string{friend + "said"}, mf: "in-reply-to"},
		{name: "like", item: post(map[string][]any{"like-of": {friend + "liked"}}), targets: []string{friend + "liked"},
			mf: "like-of"},
		{name: "bookmark", item: post(map[string][]any{"name": {"A page to keep"}, "bookmark-of": {friend + "kept"}}),
			targets: []string{friend + "kept"}, mf: "bookmark-of"},
		{name: "repost", item: post(map[string][]any{"repost-of": {friend + "again"}}), targets: []string{friend + "again"},
			mf: "repost-of"},
		{name: "RSVP", item: post(map[string][]any{"rsvp": {"yes"}, "in-reply-to": {friend + "party"}}),
			targets: []string{friend + "party"}, mf: "in-reply-to"},
		{name: "check-in", item: post(map[string][]any{"content": {"Here now."},
			"checkin": {map[string]any{"type": []any{"h-card"},
				"properties": map[string]any{"name": []any{"The Anchor"}, "url": []any{friend + "anchor"}}}}}), text: "The Anchor"},
		{name: "event", item: mf2.Item{Type: []string{"h-event"},
			Properties: mf2.Properties{"name": {"Regatta"}, "content": {"All boats."},
				"start": {"2026-12-24T18:00:00Z"}, "end": {"2026-12-24T22:00:00Z"}}}, text: "All boats."},
		{name: "video", item: post(map[string][]any{"content": {"It moves."},
			"video": {"https://example.org/media/waves.mp4"}}), text: "It moves.",
			targets: []string{"https://example.org/media/waves.mp4"}},
	}
}

// TestPostsAreVisibleOnSkeletonsOfThemes posts one of each type to each site of testdata/themes, builds it
// with the real generator, and looks at the built pages: a link in the list that a person sees, the text,
// each picture once with its alternative text, the targets of responses, and the feed. With -v it prints
// what was found.
func TestPostsAreVisibleOnSkeletonsOfThemes(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "testdata", "themes", "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatal("no skeletons", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			checkSkeleton(t, archive)
		})
	}
}

func checkSkeleton(t *testing.T, archive *txtar.Archive) {
	tree := map[string]string{}
	for _, f := range archive.Files {
		tree[f.Name] = string(f.Data)
	}
	generator := "jekyll"
	if tree["hugo.toml"] != "" {
		generator = "hugo"
	}
	l := newLibrary(t, tree, func(o *Options) { o.Version = installedVersion(t, generator) })
	urls, paths := map[string]string{}, map[string]string{}
	for _, s := range samples() {
		r := l.compose(Post{Item: s.item})
		urls[s.name], paths[s.name] = r.Page.URL, r.Path
	}
	out, _ := builds(t, generator, l.files)
	known := map[string]bool{} // what is still missing of some types on this site, which the comment names
	for line := range strings.Lines(string(archive.Comment)) {
		if flaws, ok := strings.CutPrefix(line, "missing: "); ok {
			for flaw := range strings.FieldsSeq(flaws) {
				known[flaw] = false
			}
		}
	}
	list := parsedPage(t, filepath.Join(out, "index.html"))
	feed := feedOf(out)
	for _, s := range samples() {
		address, _ := url.Parse(urls[s.name])
		file := filepath.Join(out, filepath.FromSlash(address.Path))
		if strings.HasSuffix(address.Path, "/") {
			file = filepath.Join(file, "index.html")
		}
		page := parsedPage(t, file)
		missing := s.missing(page, list, feed, urls[s.name])
		if strings.Contains(string(archive.Comment), "\nh-entry\n") && s.mf != "" &&
			!readsProperty(t, file, urls[s.name], s.mf) {
			missing = append(missing, "h-entry")
		}
		t.Logf("%-10s %s", s.name, cmp.Or(strings.Join(missing, ", "), "ok"))
		for _, flaw := range missing {
			kind, _, _ := strings.Cut(flaw, " ")
			if _, ok := known[kind]; !ok {
				t.Errorf("of the %s is missing: %s\n%s", s.name, flaw, l.files[paths[s.name]])
			}
			known[kind] = true
		}
	}
	for flaw, found := range known {
		if !found {
			t.Errorf("the comment of the skeleton says that there is something missing (%s), and there is not", flaw)
		}
	}
}

// missing is what a person does not see of a sample.
func (s sample) missing(page, list *builtPage, feed, address string) (missing []string) {
	if !list.shows(address) {
		missing = append(missing, "link")
	}
	if !strings.Contains(page.text, s.text) {
		missing = append(missing, "text")
	}
	for _, target := range s.targets {
		if !slices.Contains(page.addresses, target) {
			missing = append(missing, "target")
		}
	}
	if !slices.Equal(page.alts, s.alts) {
		missing = append(missing, fmt.Sprintf("pictures %q", page.alts))
	}
	if !strings.Contains(feed, address) {
		missing = append(missing, "feed")
	}
	return missing
}

// feedOf is the text of the site's feeds.
func feedOf(out string) string {
	var all strings.Builder
	for _, name := range []string{"index.xml", "feed.xml", "posts/index.xml", "weblog/index.xml"} {
		data, _ := os.ReadFile(filepath.Join(out, filepath.FromSlash(name)))
		all.Write(data)
	}
	return all.String()
}

// A builtPage is what a browser shows of a page.
type builtPage struct {
	text      string
	alts      []string            // of the pictures
	addresses []string            // of links, films and recordings
	links     map[string][]string // by address: what is seen of each link
}

// shows reports whether the page has a link to an address that a person sees.
func (p *builtPage) shows(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(slices.Concat(p.links[address], p.links[u.Path]), func(text string) bool {
		return text != ""
	})
}

func parsedPage(t *testing.T, file string) *builtPage {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Errorf("a page is not built: %v", err)
		return &builtPage{}
	}
	doc, err := html.Parse(strings.NewReader(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	p := &builtPage{links: map[string][]string{}}
	p.text = p.read(doc)
	return p
}

// read reads an element, and returns what is seen of it.
func (p *builtPage) read(n *html.Node) string {
	if n.Type == html.TextNode {
		return words(n.Data)
	}
	var parts []string
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		parts = append(parts, p.read(c))
	}
	seen := words(strings.Join(parts, " "))
	if n.Type != html.ElementNode {
		return seen
	}
	attributes := map[string]string{}
	for _, a := range n.Attr {
		attributes[a.Key] = a.Val
	}
	switch n.Data {
	case "head", "script", "style":
		return ""
	case "a":
		p.addresses = append(p.addresses, attributes["href"])
		p.links[attributes["href"]] = append(p.links[attributes["href"]], seen)
	case "video", "audio", "source":
		p.addresses = append(p.addresses, attributes["src"])
	case "img":
		if strings.Contains(attributes["src"], "/media/") {
			p.alts = append(p.alts, attributes["alt"])
		}
	}
	return seen
}

// readsProperty reports whether a microformats parser finds a property of the page's h-entry.
func readsProperty(t *testing.T, file, address, property string) bool {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		return false
	}
	defer f.Close()
	base, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range microformats.Parse(f, base).Items {
		if slices.Contains(item.Type, "h-entry") && len(item.Properties[property]) > 0 {
			return true
		}
	}
	return false
}
