package site

import (
	"html"
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"

	goslug "github.com/gosimple/slug"

	"gitpost/bridge/mf2"
)

// maxSlug is the length of a slug in bytes, without the number that makes it unique.
const maxSlug = 60

// slugFor is the last part of a new post's URL: what the client asked for, else the name,
// the first words, what the post responds to, or the time. It is never empty.
func slugFor(asked string, item mf2.Item, at time.Time, dated bool) string {
	p := item.Properties
	candidates := []func() string{
		func() string { return makeSlug(asked, 100) },
		func() string { return makeSlug(title(p["name"]), 12) },
		func() string { return makeSlug(firstWords(contentText(p["content"])), 8) },
		func() string { return makeSlug(firstWords(title(p["summary"])), 8) },
		func() string { return makeSlug(firstWords(altText(p)), 8) },
		func() string { return makeSlug(subject(p), 12) },
	}
	for _, candidate := range candidates {
		if s := candidate(); s != "" {
			return s
		}
	}
	if dated {
		return at.Format("150405")
	}
	return at.Format("20060102-150405")
}

// makeSlug cuts at a word where that leaves enough.
func makeSlug(text string, words int) string {
	if len(text) > 2000 {
		text = strings.ToValidUTF8(text[:2000], "")
	}
	s := goslug.Make(text)
	if parts := strings.Split(s, "-"); len(parts) > words {
		s = strings.Join(parts[:words], "-")
	}
	if len(s) > maxSlug {
		cut := s[:maxSlug]
		if s[maxSlug] != '-' {
			if i := strings.LastIndexByte(cut, '-'); i > maxSlug/2 {
				cut = cut[:i]
			}
		}
		s = cut
	}
	return strings.Trim(s, "-_")
}

// reservedSlugs are names that generators, hosts or operating systems keep for themselves.
var reservedSlugs = func() map[string]bool {
	names := `index _index home page pages feed feeds rss atom sitemap robots 404 amp
		tags categories tag category archive archives
		search admin api static assets public css js img images media micropub auth token login
		con prn aux nul`
	m := map[string]bool{}
	for _, name := range strings.Fields(names) {
		m[name] = true
	}
	for i := 1; i <= 9; i++ {
		m["com"+strconv.Itoa(i)], m["lpt"+strconv.Itoa(i)] = true, true
	}
	return m
}()

// numbered is the n-th try for a slug: itself, then with -2, -3.
func numbered(slug string, n int) string {
	if n == 1 {
		return slug
	}
	return slug + "-" + strconv.Itoa(n)
}

var (
	markup  = regexp.MustCompile(`<[^>]*>`)
	address = regexp.MustCompile(`(?i)\b[a-z][a-z0-9+.-]*://\S+`)
	link    = regexp.MustCompile(`!?\[([^\]]*)\]\([^)]*\)`)
)

// firstWords is the beginning of a text without its markup and addresses.
func firstWords(text string) string {
	if len(text) > 4000 {
		text = strings.ToValidUTF8(text[:4000], "")
	}
	text = link.ReplaceAllString(text, "$1")
	text = markup.ReplaceAllString(text, " ")
	text = address.ReplaceAllString(text, " ")
	return strings.Join(strings.Fields(text), " ")
}

func contentText(values []any) string {
	for _, v := range values {
		if m, ok := v.(map[string]any); ok {
			if s, _ := m["value"].(string); strings.TrimSpace(s) != "" {
				return s
			}
			if s, _ := m["html"].(string); strings.TrimSpace(s) != "" {
				return html.UnescapeString(markup.ReplaceAllString(s, " "))
			}
			continue
		}
		if s := mf2.Text(v); s != "" {
			return s
		}
	}
	return ""
}

// subject names what a post without words is about: the place, the book, or the page that
// it responds to.
func subject(p mf2.Properties) string {
	for _, property := range []string{"checkin", "read-of", "watch-of", "listen-of", "play-of", "jam-of", "ate",
		"drank", "eat-of", "drink-of"} {
		if name := nestedName(p.First(property)); name != "" {
			return name
		}
	}
	for _, r := range []struct{ property, verb string }{
		{"in-reply-to", "re"}, {"like-of", "like"}, {"repost-of", "repost"}, {"bookmark-of", "bookmark"},
		{"quotation-of", "quote"}, {"follow-of", "follow"}, {"tag-of", "tag"},
	} {
		v := p.First(r.property)
		if v == nil {
			continue
		}
		if name := nestedName(v); name != "" {
			return r.verb + " " + name
		}
		if last := lastPart(mf2.Text(v)); last != "" {
			return r.verb + " " + last
		}
	}
	return ""
}

func nestedName(v any) string {
	m, _ := v.(map[string]any)
	properties, _ := m["properties"].(map[string]any)
	return mf2.Text(properties["name"])
}

// lastPart is the last part of an address's path that says something, else its host.
func lastPart(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Host == "" {
		return ""
	}
	last := path.Base(path.Clean("/" + u.Path))
	if ext := path.Ext(last); len(ext) > 1 && len(ext) <= 5 {
		last = strings.TrimSuffix(last, ext)
	}
	if last == "/" || last == "" || last == "index" {
		return strings.TrimPrefix(u.Hostname(), "www.")
	}
	return last
}
