package doctor

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/gosimple/slug"

	"gitpost/bridge/config"
	"gitpost/bridge/site"
	"gitpost/bridge/survey"
)

// Bounds of what is read of sitemaps: the protocol's own are 50 MB and 50,000 addresses a file.
const (
	largestSitemap = 50 << 20
	mostSitemaps   = 100
	mostListed     = 500_000
	mostAsked      = 10 // addresses that are asked for one by one
)

var errNoSitemap = errors.New("there is no sitemap")

// sitemap is the addresses of the live site, with the day or instant of their last change.
type sitemap struct {
	from    string
	changed map[string]time.Time
	newest  time.Time
}

// readSitemap reads sitemap.xml, or what robots.txt names, and the sitemaps that it lists.
func (d Diagnosis) readSitemap(ctx context.Context, me string) (sitemap, error) {
	home, err := url.Parse(me)
	if err != nil {
		return sitemap{}, err
	}
	m := sitemap{from: home.JoinPath("sitemap.xml").String(), changed: map[string]time.Time{}}
	queue := []string{m.from}
	for asked := 0; len(queue) > 0; asked++ {
		address := queue[0]
		queue = queue[1:]
		if asked == mostSitemaps {
			return m, fmt.Errorf("%s lists more than %d sitemaps", m.from, mostSitemaps)
		}
		a, err := d.get(ctx, address, largestSitemap)
		if err != nil {
			return m, fmt.Errorf("fetch %s: %w", address, err)
		}
		if a.status != http.StatusOK {
			if asked > 0 || m.from != address {
				return m, fmt.Errorf("fetch %s: it answers with status %d", address, a.status)
			}
			named := d.namedByRobots(ctx, home)
			if len(named) == 0 {
				return m, errNoSitemap
			}
			m.from = named[0]
			queue = named
			continue
		}
		more, err := m.read(a)
		if err != nil {
			return m, fmt.Errorf("read %s: %w", address, err)
		}
		queue = append(queue, more...)
	}
	return m, nil
}

func (d Diagnosis) namedByRobots(ctx context.Context, home *url.URL) []string {
	a, err := d.get(ctx, home.ResolveReference(&url.URL{Path: "/robots.txt"}).String(), 1<<20)
	if err != nil || a.status != http.StatusOK {
		return nil
	}
	var named []string
	for line := range strings.Lines(string(a.body)) {
		name, value, _ := strings.Cut(line, ":")
		if u, err := a.url.Parse(strings.TrimSpace(value)); err == nil &&
			strings.EqualFold(strings.TrimSpace(name), "sitemap") {
			named = append(named, u.String())
		}
	}
	return named
}

// read adds one file: a list of pages, or of more sitemaps.
func (m *sitemap) read(a answered) (more []string, err error) {
	x := xml.NewDecoder(bytes.NewReader(a.body))
	root := ""
	for {
		token, err := x.Token()
		switch {
		case errors.Is(err, io.EOF) && (root == "urlset" || root == "sitemapindex"):
			return more, nil
		case errors.Is(err, io.EOF):
			return nil, errors.New("it is not a sitemap")
		case err != nil:
			return nil, errors.New("it is not XML: " + err.Error())
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if root == "" {
			root = start.Name.Local
		}
		if start.Name.Local != "url" && start.Name.Local != "sitemap" {
			continue
		}
		var entry struct {
			Loc     string `xml:"loc"`
			Changed string `xml:"lastmod"`
		}
		if err := x.DecodeElement(&entry, &start); err != nil {
			return nil, errors.New("it is not XML: " + err.Error())
		}
		u, err := a.url.Parse(strings.TrimSpace(entry.Loc))
		switch {
		case err != nil || strings.TrimSpace(entry.Loc) == "":
		case start.Name.Local == "sitemap":
			more = append(more, u.String())
		case len(m.changed) < mostListed:
			m.add(u.String(), strings.TrimSpace(entry.Changed))
		}
	}
}

// add notes a page and the instant or day of its last change.
func (m *sitemap) add(address, changed string) {
	when, err := time.Parse(time.RFC3339, changed)
	if err != nil {
		when, _ = time.Parse(time.DateOnly, changed) // zero when it is neither
	}
	m.changed[address] = when
	if when.After(m.newest) {
		m.newest = when
	}
}

// addresses compares the URLs that gitpost computes with those of the live site.
func (d Diagnosis) addresses(ctx context.Context, c config.Site, v *survey.Survey) Check {
	k := Check{Name: "addresses"}
	live, err := d.readSitemap(ctx, v.Site.BaseURL())
	switch {
	case errors.Is(err, errNoSitemap):
		k.Result, k.Found = Skipped, v.Site.BaseURL()+" has no sitemap.xml to compare with"
		k.Remedy = "Hugo makes one unless disableKinds has sitemap; Jekyll does with the plugin jekyll-sitemap"
		return k
	case err != nil:
		k.Result, k.Found, k.Remedy = Skipped, err.Error(), "check that the site is up"
		return k
	}
	b := bookOf(live, v)
	late := 0
	for _, page := range v.Listed {
		if diff, ok := b.compare(page, v); ok {
			k.Posts = append(k.Posts, diff)
		}
	}
	for _, name := range v.Names() {
		if page, ok := b.hidden(name, v); ok {
			k.Posts = append(k.Posts, PostDifference{Path: name, URL: page.URL, Live: page.URL,
				Reason: "gitpost considers it unpublished (" + page.Reason +
					"), but it is on the live site: its build publishes such posts, or was made before the change"})
		}
	}
	late = d.ask(ctx, k.Posts)
	switch wrong := len(k.Posts) - late; {
	case len(k.Posts) == 0:
		k.Result, k.Found = Passed, fmt.Sprintf("the %d posts are where %s has them", len(v.Listed), live.from)
	case wrong == 0:
		k.Result, k.Found = Warning, fmt.Sprintf("%d of %d posts are not in %s yet", late, len(v.Listed), live.from)
		k.Remedy = "wait for the site's build, or look at its log"
	default:
		k.Result, k.Found = Failed, fmt.Sprintf("%d of %d posts are not where gitpost expects them, or unknown to %s",
			wrong, len(v.Listed), live.from)
		k.Remedy = "compare the reasons with the site's build; site.url, site.version and site.env make gitpost see the " +
			"site as the build does"
	}
	return k
}

// addressBook finds the live URL that a post probably has.
type addressBook struct {
	live    sitemap
	claimed map[string]bool
	folded  map[string]string   // by address without scheme, host, trailing slash, index.html, .html and case
	named   map[string][]string // by the last part of the path, of addresses that no file claims
	hosts   map[string]int
}

func bookOf(live sitemap, v *survey.Survey) *addressBook {
	b := &addressBook{live: live, claimed: map[string]bool{}, folded: map[string]string{},
		named: map[string][]string{}, hosts: map[string]int{}}
	for address := range v.Paths() {
		b.claimed[address] = true
	}
	for address := range live.changed {
		u, err := url.Parse(address)
		if err != nil {
			continue
		}
		b.hosts[u.Scheme+"://"+u.Host]++
		b.folded[foldedPath(u)] = address
		if !b.claimed[address] {
			name := path.Base(foldedPath(u))
			b.named[name] = append(b.named[name], address)
		}
	}
	return b
}

// foldedPath is what two ways to write one address have in common.
func foldedPath(u *url.URL) string {
	p := strings.ToLower(u.Path)
	p = strings.TrimSuffix(strings.TrimSuffix(p, "index.html"), ".html")
	return strings.TrimSuffix(p, "/")
}

// compare returns what is wrong with one post; ok is false when nothing is.
func (b *addressBook) compare(page site.Page, v *survey.Survey) (diff PostDifference, ok bool) {
	if !page.Published {
		return PostDifference{}, false
	}
	if _, there := b.live.changed[page.URL]; there {
		return PostDifference{}, false
	}
	if leftOut(page, v) {
		return PostDifference{}, false
	}
	diff = PostDifference{Path: page.Path, URL: page.URL}
	mine, err := url.Parse(page.URL)
	if err != nil {
		diff.Reason = "the address cannot be read"
		return diff, true
	}
	if diff.Live, ok = b.folded[foldedPath(mine)]; ok {
		diff.Reason = unlike(mine, diff.Live)
		return diff, true
	}
	for _, name := range namesOf(page, mine, v) {
		if same := b.named[name]; len(same) == 1 {
			diff.Live = same[0]
			diff.Reason = "the live site has the same name at another URL: its permalinks differ, or the post was " +
				"moved since it was built"
			return diff, true
		}
	}
	if !b.live.newest.IsZero() && page.Date.After(b.live.newest) {
		diff.Reason = notBuilt
		return diff, true
	}
	diff.Reason = "the live site does not list it"
	return diff, true
}

// namesOf is what other permalinks would have at the end of the post's address: its name here, that
// of its file, its title.
func namesOf(page site.Page, address *url.URL, v *survey.Survey) []string {
	file := strings.TrimSuffix(path.Base(page.Path), path.Ext(page.Path))
	if file == "index" || file == "_index" {
		file = path.Base(path.Dir(page.Path))
	}
	names := []string{path.Base(foldedPath(address)), strings.ToLower(file),
		strings.ToLower(datePrefix.ReplaceAllString(file, ""))}
	if doc := v.Document(page.Path); doc != nil {
		if title, _ := doc.Get("title"); title != nil {
			names = append(names, slug.Make(fmt.Sprint(title)))
		}
	}
	return slices.DeleteFunc(names, func(name string) bool { return name == "" || name == "." || name == "/" })
}

var datePrefix = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}-`)

const notBuilt = "it is newer than the live site: not built yet"

// unlike describes how two addresses of one page differ.
func unlike(mine *url.URL, live string) string {
	theirs, err := url.Parse(live)
	switch {
	case err != nil:
		return "the live site writes the URL differently"
	case !strings.EqualFold(mine.Host, theirs.Host):
		return fmt.Sprintf("the live site is built for %s://%s (baseURL of Hugo, url of Jekyll), and me says %s://%s",
			theirs.Scheme, theirs.Host, mine.Scheme, mine.Host)
	case mine.Scheme != theirs.Scheme:
		return fmt.Sprintf("the live site is built for %s:// (baseURL of Hugo, url of Jekyll), and me says %s://",
			theirs.Scheme, mine.Scheme)
	case strings.TrimSuffix(mine.Path, "/") == strings.TrimSuffix(theirs.Path, "/"):
		return "only the slash at the end differs: the build has other permalinks, or lists addresses that redirect"
	case strings.HasSuffix(theirs.Path, ".html") != strings.HasSuffix(mine.Path, ".html"):
		return "only .html differs: uglyURLs of Hugo or permalink of Jekyll are set differently for the build"
	case strings.EqualFold(mine.Path, theirs.Path):
		return "only upper and lower case differ: site.version is not that of the build, or disablePathToLower"
	}
	return "the live site writes the URL differently"
}

// leftOut reports whether a post's own front matter keeps it out of the sitemap.
func leftOut(page site.Page, v *survey.Survey) bool {
	doc := v.Document(page.Path)
	if doc == nil {
		return false
	}
	for _, key := range [][]string{{"sitemap"}, {"build", "list"}, {"_build", "list"}, {"sitemap_exclude"},
		{"sitemap", "disable"}} {
		v, ok := doc.Get(key...)
		switch {
		case !ok:
		case key[0] == "sitemap" && len(key) == 1 && v == false, key[0] == "sitemap_exclude" && v == true:
			return true
		case len(key) == 2 && (v == "never" || v == false && key[1] == "list" || v == true && key[1] == "disable"):
			return true
		}
	}
	return false
}

// hidden returns a page that gitpost considers unpublished, but that is on the live site.
func (b *addressBook) hidden(name string, v *survey.Survey) (site.Page, bool) {
	page := v.Page(name)
	if !v.Site.Content(name) || v.Problem(name) != "" {
		return site.Page{}, false
	}
	if page.Published || page.Static || page.URL == "" {
		return page, false
	}
	_, live := b.live.changed[page.URL]
	return page, live && v.Paths()[page.URL] == name
}

// ask fetches some of the URLs that the live site does not list, and sets what it found. It returns
// how many only wait for a build.
func (d Diagnosis) ask(ctx context.Context, posts []PostDifference) (late int) {
	asked := 0
	for i := range posts {
		p := &posts[i]
		if p.Live == "" && p.Reason != notBuilt && asked < mostAsked && ctx.Err() == nil {
			asked++
			switch a, err := d.get(ctx, p.URL, 10<<20); {
			case err != nil:
			case a.status == http.StatusOK && a.url.String() == p.URL:
				p.Live, p.Reason = p.URL, "it is live, but missing in the sitemap"
			case a.status == http.StatusOK:
				p.Live, p.Reason = a.url.String(), "the live site redirects it"
			case a.status == http.StatusNotFound || a.status == http.StatusGone:
				p.Reason = "it is not on the live site: not built yet, or left out (draft, future date, another branch)"
			}
		}
		if p.Reason == notBuilt || p.Live == p.URL && p.Live != "" && strings.HasPrefix(p.Reason, "it is live") {
			late++
		}
	}
	return late
}
