package site

import (
	"strings"
	"time"

	"gitpost/frontmatter"
)

// pageNames are the first words of the names of standalone pages, as starters, themes and people
// call them.
var pageNames = func() map[string]bool {
	names := map[string]bool{}
	for _, name := range strings.Fields(`about me contact now uses links blogroll projects project portfolio work cv
		resume bio home index welcome search archive archives tags categories series sitemap feed
		subscribe newsletter follow support donate sponsor hire services talks speaking press media books reading
		bookshelf library gallery photos music videos imprint impressum datenschutz datenschutzerklaerung
		ueber über kontakt privacy terms legal disclaimer license licence copyright cookies cookie colophon faq help
		guestbook webrings webring colofon stats status changelog roadmap team people events shop store offline 404 403
		500 thanks thank conduct code-of-conduct accessibility credits apropos propos mentions mentions-legales confidentialite
		acerca sobre contacto contato enlaces aviso politica proyectos projetos chi-sono contatti progetti over
		om kontakta kontakta-mig o-mnie over-mij publications research teaching slash ideas manifesto`) {
		names[name] = true
	}
	return names
}()

// pageLayouts are the values of layout and type that posts do not have.
var pageLayouts = map[string]bool{"page": true, "pages": true, "about": true, "contact": true, "search": true,
	"archives": true, "archive": true, "home": true, "landing": true, "static": true, "profile": true, "default": true}

// standalone reports whether a dated page at the top of the content is rather a page of its own,
// such as those that starters and people keep beside their posts, than a post: by its name, by a
// place in a menu, by its layout, or because nothing is as in a post.
func (s *Site) standalone(file string, at time.Time, doc *frontmatter.Document) bool {
	for _, key := range []string{"menu", "menus", "weight"} {
		if _, ok := doc.Get(key); ok {
			return true
		}
	}
	for _, key := range constantKeys {
		if v, _ := doc.Get(key); pageLayout(v) {
			return true
		}
	}
	_, pattern, slug, ok := s.dissect(file, at)
	if !ok || strings.Contains(pattern, "{day}") || strings.Contains(pattern, "{year}") {
		return false
	}
	slug = strings.ReplaceAll(strings.ToLower(slug), "_", "-")
	words := strings.Split(slug, "-")
	switch {
	case pageNames[slug]:
		return true
	case s.categorized(doc):
		return false
	}
	return len(words) == 1 || len(words) <= 3 && pageNames[words[0]]
}

func pageLayout(v any) bool {
	text, _ := v.(string)
	return pageLayouts[strings.ToLower(text)]
}

// categorized reports whether a page has tags or categories.
func (s *Site) categorized(doc *frontmatter.Document) bool {
	for _, key := range s.rules.Words["category"] {
		if v, ok := doc.Get(key); ok && v != nil && v != "" {
			return true
		}
	}
	return false
}
