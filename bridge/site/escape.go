package site

import "strings"

// A text from a phone must never break a build. Known, well-formed shortcodes and Liquid
// pass; whatever else looks like one is escaped, so that readers see the text. The file
// remembers what was escaped, and reading takes back exactly that: escapes that a client or
// a person wrote come back as written.

// escape makes a text safe for the generator; escaped lists the parts that stand escaped.
func (s *Site) escape(text string) (safe string, escaped []string) {
	if s.profile.name() == "jekyll" {
		safe, escaped = s.theme.escapeLiquid(text)
	} else {
		version := "0" // any: what only newer ones know does not pass
		if s.versionSaid {
			version = s.profile.version()
		}
		safe, escaped = s.theme.escapeShortcodes(text, version)
	}
	return safe, distinct(escaped)
}

// unescape gives back the text of which the listed parts stand escaped.
func unescape(text string, escaped []string, generator string) string {
	form := shortcodeEscape
	if generator == "jekyll" {
		form = liquidEscape
	}
	for _, part := range escaped {
		text = strings.ReplaceAll(text, form(part), part)
	}
	return text
}
