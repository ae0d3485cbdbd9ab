package hugo

import (
	"regexp"
	"strings"

	"gitpost/bridge/site/generator"
)

// longestShortcode is the length up to which a shortcode on one line is escaped as a whole. Of a
// longer one only the opening mark is escaped.
const longestShortcode = 200

// Hugo looks for {{< and {{% everywhere in a body, even in code, and fails the whole build on one
// that is unknown or unclosed. {{</* … */>}} is its own escape for a closed one. A lone {{< has no
// escape, so it is inserted from the front matter by the built-in shortcode param.
func shortcodeEscape(part string) string {
	switch {
	case part == "{{<":
		return `{{< param "gitpost.angle" >}}`
	case part == "{{%":
		return `{{< param "gitpost.percent" >}}`
	case isFencePart(part):
		return fenceEscape(part)
	}
	if len(part) < len("{{<>}}") {
		return "" // a person changed what gitpost remembered
	}
	inner := part[3 : len(part)-3]
	return part[:3] + "/*" + inner + "*/" + part[len(part)-3:]
}

// A tag is one {{< … >}} or {{% … %}} in a text.
type tag struct {
	start, end int // end is 0 for one that is not closed
	name       string
	arguments  string
	closes     bool // {{< /name >}}
	complete   bool // {{< name />}}
	comment    bool // {{</* … */>}}
	markdown   bool // {{% … %}}
	passes     bool
}

// Escape makes shortcodes and the attributes of code blocks safe.
func (h *site) Escape(text string, in generator.Place) (safe string, parts []string) {
	safe, parts = escapeFences(text)
	if in != generator.InSummary { // Hugo reads no shortcodes there
		safe, parts = h.escapeShortcodes(safe, parts, in)
	}
	return safe, generator.Distinct(parts)
}

// Escaped returns the escaped form of a shortcode, of its opening mark alone, or of the attributes
// of a code block.
func (h *site) Escaped(part string) string { return shortcodeEscape(part) }

func (h *site) escapeShortcodes(text string, escaped []string, in generator.Place) (string, []string) {
	tags, _ := shortcodeTags(text)
	if len(tags) == 0 {
		return text, escaped
	}
	h.pass(tags)
	var b strings.Builder
	at, inside := 0, 0
	for _, g := range tags {
		if g.passes {
			inside = max(inside, g.end)
		}
		if g.start < max(at, inside) || g.passes {
			continue
		}
		end := g.end
		part := text[g.start : g.start+3]
		if end > 0 && end-g.start <= longestShortcode && !strings.Contains(text[g.start:end], "\n") {
			part = text[g.start:end]
		} else {
			end = g.start + 3
		}
		b.WriteString(text[at:g.start])
		if len(part) == len("{{<") && in == generator.InTemplate { // there is no key of the front matter for it
			b.WriteString("&#123;" + part[1:])
		} else {
			b.WriteString(shortcodeEscape(part))
		}
		escaped = append(escaped, part)
		at = end
	}
	b.WriteString(text[at:])
	return b.String(), escaped
}

// What Hugo's lexer accepts inside a shortcode: a name, and arguments that are all named or all
// positional; one without quotes is of letters, digits, _ and -.
const (
	shortcodeQuoted     = "(?:\"(?:[^\"\\\\\\n]|\\\\[^`\\n])*\"|`[^`]*`)"
	shortcodeString     = `(?:` + shortcodeQuoted + `|[\pL\pN_-]+)`
	shortcodePositional = `(?:\s+` + shortcodeString + `)+`
	shortcodeNamed      = `(?:\s+[\pL_][\pL\pN_-]*=` + shortcodeString + `)+`
)

const shortcodeGrammar = `^\s*(/?)\s*([\pL\pN_][\pL\pN_./-]*)(` + shortcodePositional + `|` + shortcodeNamed +
	`)?\s*(/?)\s*`

var (
	shortcodeInside  = regexp.MustCompile(shortcodeGrammar + `$`)
	shortcodeAngle   = regexp.MustCompile(shortcodeGrammar + `>\}\}`)
	shortcodePercent = regexp.MustCompile(shortcodeGrammar + `%\}\}`)
)

// longestQuoted is the length up to which a shortcode may have the mark that closes it in an argument.
const longestQuoted = 4000

// insideWork bounds the bytes in which shortcodes are recognized, as a multiple of the text's: one
// that reaches over many others is looked at once, not once for each of them.
const insideWork = 4

// marks finds the ends of shortcodes of one kind. whole matches one from behind its opening mark, whose
// arguments may have the closing one.
type marks struct {
	comment, closing *generator.Finder
	whole            *regexp.Regexp
}

func marksOf(text, closer string, whole *regexp.Regexp) marks {
	return marks{generator.NewFinder(text, "*/"+closer), generator.NewFinder(text, closer), whole}
}

// shortcodeTags finds everything that Hugo would read as the beginning of a shortcode, in a time that
// grows with the text alone. work is the number of bytes that were read.
func shortcodeTags(text string) (tags []tag, work int) {
	angle, percent := marksOf(text, ">}}", shortcodeAngle), marksOf(text, "%}}", shortcodePercent)
	inside := insideWork*len(text) + 1000
	defer func() {
		for _, m := range []marks{angle, percent} {
			work += m.comment.Read() + m.closing.Read()
		}
		work += len(text) + insideWork*len(text) + 1000 - inside
	}()
	for at := 0; ; {
		i := strings.Index(text[at:], "{{")
		if i < 0 {
			return tags, 0
		}
		start := at + i
		rest := text[start:]
		var ends marks
		switch {
		case strings.HasPrefix(rest, "{{<"):
			ends = angle
		case strings.HasPrefix(rest, "{{%"):
			ends = percent
		default:
			at = start + 1
			continue
		}
		g := tag{start: start, markdown: rest[2] == '%'}
		at = start + 3
		if strings.HasPrefix(rest[3:], "/*") {
			if j := ends.comment.From(start + 5); j >= 0 {
				g.end, g.comment, g.passes = j+5, true, true
				at = g.end
				tags = append(tags, g)
				continue
			}
		}
		if j := ends.closing.From(start + 3); j >= 0 {
			g.end = j + 3
			inner := text[start+3 : j]
			if len(inner) > inside {
				inner = ""
			}
			inside -= len(inner)
			m := shortcodeInside.FindStringSubmatch(inner)
			if n := min(longestQuoted, len(rest)); m == nil && inside >= n && strings.ContainsAny(inner, "\"`") {
				inside -= n
				if whole := ends.whole.FindString(rest[3:n]); whole != "" {
					g.end = start + 3 + len(whole)
					m = shortcodeInside.FindStringSubmatch(whole[:len(whole)-3])
				}
			}
			if m != nil {
				g.name, g.arguments, g.closes, g.complete = m[2], strings.TrimSpace(m[3]), m[1] != "", m[4] != ""
				if strings.HasSuffix(g.name, "/") {
					g.name, g.complete = strings.TrimSuffix(g.name, "/"), true
				}
			}
		}
		tags = append(tags, g)
	}
}

// pass marks the tags that Hugo can execute: known ones that are opened and closed correctly.
func (h *site) pass(tags []tag) {
	var open []int
	waiting := map[string]int{} // how many of each name are in open
	inside := 0                 // end of the last passing tag: what is inside it is its argument
	for i := range tags {
		g := &tags[i]
		if g.comment {
			continue
		}
		if g.start < inside || g.end == 0 || g.name == "" {
			continue
		}
		wantsClosing, known := h.shortcode(g)
		switch {
		case g.closes:
			for waiting[g.name] > 0 && !g.passes { // a tag that was opened inside and not closed does not pass
				last := &tags[open[len(open)-1]]
				open = open[:len(open)-1]
				waiting[last.name]--
				if last.name == g.name {
					last.passes, g.passes = true, true
				}
			}
		case !known:
			continue
		case g.complete:
			g.passes = wantsClosing
		case wantsClosing:
			open = append(open, i)
			waiting[g.name]++
		default:
			g.passes = true
		}
		if g.passes {
			inside = g.end
		}
	}
}

// builtin are the built-in shortcodes that cannot fail a build: not ref (an unknown page), not
// param, not those that ask a server. All write HTML, which between percent signs is a part of the
// Markdown.
var builtin = map[string]struct {
	closing bool
	passes  func(arguments string) bool
	since   string
}{
	"figure":    {passes: func(arguments string) bool { return arguments != "" }},
	"youtube":   {passes: videoPasses},
	"vimeo":     {passes: videoPasses},
	"highlight": {closing: true, passes: highlightPasses},
	"details":   {closing: true, passes: func(string) bool { return true }, since: "0.140.0"},
}

// shortcode reports whether a tag's shortcode is known, and whether it needs a closing tag.
func (h *site) shortcode(g *tag) (closing, known bool) {
	if closing, ok := h.shortcodes[g.name]; ok {
		return closing, true
	}
	b, ok := builtin[g.name]
	if !ok || g.markdown && h.dropsHTML || b.since != "" && !generator.AtLeast(h.writesFor, b.since) {
		return false, false
	}
	return b.closing, b.passes(g.arguments)
}
