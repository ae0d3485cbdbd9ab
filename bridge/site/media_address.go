package site

import (
	"net/url"
	"regexp"
	"strings"

	"gitpost/bridge/mf2"
)

// The text of a post has the site's own pictures at an absolute address, or at one from the root of the
// site, which works in previews and after a change of domain. Front matter has the absolute one, which apps
// sent and get back.

// How addresses of the site's own files are written in the text of a post, as media.urls names it.
const (
	RelativeMedia = "relative" // /media/2026/11/a.jpg
	AbsoluteMedia = "absolute" // https://example.org/media/2026/11/a.jpg
)

// pictureInText finds the address of a picture in Markdown or HTML.
var pictureInText = regexp.MustCompile(`!\[[^\]]*\]\(<?([^)\s>]+)|<img\s[^>]*?src=["']([^"'\s]+)`)

// observeMedia finds how the author of a post writes the addresses of the site's own pictures. What gitpost
// added to the text says nothing.
func (m *postStyle) observeMedia(s *Site, body string, memory memory) {
	if head, tail, ok := cutAdded(unixLines(body), memory); ok {
		body = head + tail
	}
	var seen tally
	for _, found := range pictureInText.FindAllStringSubmatch(body, -1) {
		switch address := found[1] + found[2]; {
		case strings.HasPrefix(address, "/") && !strings.HasPrefix(address, "//"):
			seen.vote(RelativeMedia)
		case strings.HasPrefix(address, s.BaseURL()):
			seen.vote(AbsoluteMedia)
		}
	}
	m.media = seen.winner()
}

// learnMedia finds how most posts write them.
func (h *learnedStyle) learnMedia(s *Site, posts []*postStyle) {
	var seen tally
	for _, m := range posts {
		seen.vote(m.media)
	}
	h.media = seen.winner()
	if s.options.MediaURLs != "" {
		h.media = s.options.MediaURLs
	}
}

// fromRoot writes the addresses of the site's own files from its root, where posts have them so.
func (w *writer) fromRoot(item mf2.Item) mf2.Item {
	base := w.site.BaseURL()
	if w.learned.media != RelativeMedia {
		return item
	}
	item = item.Clone()
	for _, property := range []string{"photo", "video", "audio"} {
		for i, v := range item.Properties[property] {
			item.Properties[property][i] = withoutBase(v, base)
		}
	}
	return item
}

// withoutBase is a value whose address below base is written from the root.
func withoutBase(v any, base string) any {
	switch v := v.(type) {
	case string:
		if u, err := url.Parse(v); err == nil && strings.HasPrefix(v, base) && u.RawQuery+u.Fragment == "" {
			return u.EscapedPath()
		}
	case map[string]any:
		for _, key := range []string{"value", "url", "src"} {
			if v[key] != nil {
				v[key] = withoutBase(v[key], base)
			}
		}
	}
	return v
}

// explainMediaURLs says how the text of a post has the site's own pictures.
func explainMediaURLs(s *Site, h learnedStyle, posts []*postStyle) Finding {
	from := count(posts, func(m *postStyle) bool { return m.media == h.media })
	switch {
	case s.options.MediaURLs != "":
		from = "media.urls"
	case h.media == "":
		from = byDefault
	}
	if h.media == RelativeMedia {
		return Finding{"addresses of pictures", "from the root of the site", from}
	}
	return Finding{"addresses of pictures", "absolute", from}
}
