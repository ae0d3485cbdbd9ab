package site

import (
	"path"
	"regexp"
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
	m.addressed = text != ""
	switch {
	case !m.addressed:
		return
	case strings.ContainsAny(text, "{}"):
		if s.rules.AddressTemplates {
			m.address = text
		}
		return
	case strings.Contains(text, ":"):
		if placeholderToken.MatchString(text) && !strings.Contains(text, "://") {
			m.address = text // the generator's own placeholders
		}
		return
	}
	_, _, stem, ok := s.dissect(file, at)
	if !ok {
		return
	}
	own, _ := doc.Get(s.rules.SlugKey())
	slug, _ := own.(string)
	name, _ := doc.Get(s.rules.Key("name"))
	words, _ := name.(string)
	m.address = addressPattern(text, at, slug, stem, makeSlug(words, 12))
}

var placeholderToken = regexp.MustCompile(`:[a-z_]+`)

// addressPattern is the pattern of a fixed URL: the parts that are the post's date or its slug become
// placeholders. "" when it does not end in a slug.
func addressPattern(text string, at time.Time, slugs ...string) string {
	parts := strings.Split(text, "/")
	last := len(parts) - 1
	if parts[last] == "" && last > 0 {
		last--
	}
	stem := strings.TrimSuffix(parts[last], path.Ext(parts[last]))
	before, slug := "", stem
	if !at.IsZero() && !slices.Contains(slugs, stem) &&
		strings.HasPrefix(stem, at.Format("2006-01-02-")) {
		before, slug = "{year}-{month}-{day}-", stem[len("2006-01-02-"):]
	}
	if slug == "" || !slices.Contains(slugs, slug) {
		return ""
	}
	parts[last] = before + "{slug}" + strings.TrimPrefix(parts[last], stem)
	dates := []struct{ value, placeholder string }{
		{at.Format("2006"), "{year}"}, {at.Format("01"), "{month}"}, {at.Format("02"), "{day}"},
	}
	for i := range parts[:last] {
		if at.IsZero() || len(dates) == 0 {
			break
		}
		if parts[i] == at.Format("2006-01") {
			parts[i], dates = "{year}-{month}", dates[len(dates)-1:]
		} else if parts[i] == dates[0].value {
			parts[i], dates = dates[0].placeholder, dates[1:]
		}
	}
	return strings.Join(parts, "/")
}

// learnAddress finds the pattern that the fixed URLs of nearly all of the newest posts have.
func (h *learnedStyle) learnAddress(posts []*postStyle) {
	var patterns tally
	for _, m := range posts {
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
	if strings.Contains(p.address, ":") || strings.Contains(p.address, "{{") {
		return p.address // of the generator's own placeholders
	}
	text := fill(p.address, p.at, slug, p.postType, p.section)
	if strings.HasPrefix(p.address, "/") {
		text = "/" + text
	}
	if strings.HasSuffix(p.address, "/") {
		text += "/"
	}
	return text
}
