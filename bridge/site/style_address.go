package site

import (
	"path"
	"slices"
	"strings"
	"time"

	"gitpost/frontmatter"
)

// observeAddress notes the key that fixes the post's URL, and the pattern of its value.
func (m *postStyle) observeAddress(s *Site, file string, at time.Time, doc *frontmatter.Document) {
	key := s.rules.Address
	v, _ := doc.Get(key)
	text, _ := v.(string)
	if m.addressed = text != ""; !m.addressed || strings.ContainsAny(text, "{}:") {
		return
	}
	_, _, stem, ok := s.dissect(file, at)
	if !ok {
		return
	}
	own, _ := doc.Get("slug")
	slug, _ := own.(string)
	name, _ := doc.Get(s.rules.Key("name"))
	words, _ := name.(string)
	m.address = addressPattern(text, at, slug, stem, makeSlug(words, 12))
}

// addressPattern is the pattern of a fixed URL: the parts that are the post's date or its slug become
// placeholders. "" when it does not end in a slug.
func addressPattern(text string, at time.Time, slugs ...string) string {
	parts := strings.Split(text, "/")
	last := len(parts) - 1
	if parts[last] == "" && last > 0 {
		last--
	}
	stem := strings.TrimSuffix(parts[last], path.Ext(parts[last]))
	if stem == "" || !slices.Contains(slugs, stem) {
		return ""
	}
	parts[last] = "{slug}" + strings.TrimPrefix(parts[last], stem)
	dates := []struct{ value, placeholder string }{
		{at.Format("2006"), "{year}"}, {at.Format("01"), "{month}"}, {at.Format("02"), "{day}"},
	}
	for i := range parts[:last] {
		if at.IsZero() || len(dates) == 0 {
			break
		}
		if parts[i] == dates[0].value {
			parts[i], dates = dates[0].placeholder, dates[1:]
		}
	}
	return strings.Join(parts, "/")
}

// learnAddress finds the pattern that the fixed URLs of all newest posts have.
func (h *learnedStyle) learnAddress(posts []*postStyle) {
	var patterns tally
	for _, m := range posts {
		if !m.addressed {
			return
		}
		patterns.vote(m.address)
	}
	pattern := patterns.winner()
	if len(posts) >= 3 && patterns.votes[pattern]*10 >= len(posts)*9 {
		h.address = pattern
	}
}

// explainAddress says what new posts do where all newest posts name their URL themselves.
func (s *Site) explainAddress(h learnedStyle, posts []*postStyle) (findings []Finding, warnings []string) {
	posts = inSection(posts, h.section)
	if h.address != "" {
		return []Finding{{s.rules.Address, h.address,
			count(posts, func(m *postStyle) bool { return m.address == h.address })}}, nil
	}
	if len(posts) > 0 && !slices.ContainsFunc(posts, func(m *postStyle) bool { return !m.addressed }) {
		return nil, []string{"the newest posts all name their URL in the key " + s.rules.Address +
			", in no form that gitpost recognizes; new posts are published where the site's permalinks put them"}
	}
	return nil, nil
}

// fixedURL is the value of the key that fixes the URL of a post, with the slashes of its pattern.
func (p placement) fixedURL(slug string) string {
	text := fill(p.address, p.at, slug, p.postType, p.section)
	if strings.HasPrefix(p.address, "/") {
		text = "/" + text
	}
	if strings.HasSuffix(p.address, "/") {
		text += "/"
	}
	return text
}
