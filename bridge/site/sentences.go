package site

import (
	"strings"
	"sync"

	"gitpost/frontmatter"
	"gitpost/templates"
)

// sentences are what the body templates say, by language and English text.
var sentences = sync.OnceValue(func() map[string]map[string]string {
	decoded, err := frontmatter.DecodeYAML(templates.Languages())
	if err != nil {
		panic(err) // embedded, and a test reads it
	}
	all := map[string]map[string]string{}
	for language, texts := range decoded {
		all[language] = map[string]string{}
		m, _ := texts.(map[string]any)
		for english, text := range m {
			all[language][english], _ = text.(string)
		}
	}
	return all
})

// say is an English text of the body templates in the language of the site, with its %s filled in.
func (s *Site) say(english string, parts ...string) string {
	language := strings.ToLower(strings.ReplaceAll(s.rules.Language, "_", "-"))
	text := sentences()[language][english]
	if base, _, _ := strings.Cut(language, "-"); text == "" {
		text = sentences()[base][english]
	}
	if text == "" {
		text = english
	}
	var b strings.Builder
	for i, fixed := range strings.Split(text, "%s") {
		if i > 0 && i <= len(parts) {
			b.WriteString(parts[i-1])
		}
		b.WriteString(fixed)
	}
	return b.String()
}

// linked writes what a post is about as a link, marked for readers of microformats where the
// generator's Markdown has a way to say it.
func (s *Site) linked(t cited) string {
	text := markdownLink(t)
	switch {
	case t.URL == "" || t.class == "":
	case s.rules.LinkClass != "":
		text += strings.ReplaceAll(s.rules.LinkClass, "CLASS", t.class)
	case s.rules.RawHTML:
		name := t.Name
		if name == "" {
			name = shortAddress(t.URL)
		}
		text = `<a class="` + t.class + `" href="` + attributeText(markdownAddress(t.URL)) + `">` +
			attributeText(strings.Join(strings.Fields(name), " ")) + "</a>"
	}
	return text
}

// by is a link with the author of the work.
func (s *Site) by(t cited) string {
	if t.Author == "" {
		return s.linked(t)
	}
	return s.say("%s by %s", s.linked(t), markdownText(t.Author))
}

// period is a time from one date to another, which names a day once.
func (s *Site) period(start, end string) string {
	from, okFrom := parseMoment(start, s.rules.Zone)
	to, okTo := parseMoment(end, s.rules.Zone)
	switch {
	case end == "":
		return readableTime(start)
	case start == "":
		return "– " + readableTime(end)
	case okFrom && okTo && from.precise && to.precise && from.time.Format("2006-01-02") == to.time.Format("2006-01-02"):
		return from.time.Format("2006-01-02, 15:04") + to.time.Format("–15:04")
	case okFrom && okTo && !from.precise && !to.precise && from.time.Equal(to.time):
		return readableTime(start)
	}
	return readableTime(start) + " – " + readableTime(end)
}
