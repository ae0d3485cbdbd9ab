package jekyll

import (
	"regexp"
	"strings"
)

// Layouts read the page by other names too: {% include card.html post=page %} and then include.post.image,
// or {% assign cover = page.cover %}.

var (
	includeWith   = regexp.MustCompile(`{%-?\s*include(?:_cached)?\s+["']?([\w./-]+)["']?([^%]*)%}`)
	pageParameter = regexp.MustCompile(`[\w-]+\s*=\s*page(?:\.[\w-]+)*`)
	pageAssigned  = regexp.MustCompile(`{%-?\s*assign\s+(\w+)\s*=\s*(page(?:\.[\w-]+)*)\s*(?:\||-?%})`)
	tagOfLiquid   = regexp.MustCompile(`(?s){{.*?}}|{%.*?%}`)
)

// withParameters is a text in which what is called otherwise is called page: the parameters of an include,
// as pageParameter finds them, and variables.
func withParameters(text, given string) string {
	for _, p := range pageParameter.FindAllString(given, -1) {
		name, value, _ := strings.Cut(p, "=")
		text = renamed(text, "include."+strings.TrimSpace(name), strings.TrimSpace(value))
	}
	for _, m := range pageAssigned.FindAllStringSubmatch(text, -1) {
		if m[1] != "page" {
			text = renamed(text, m[1], m[2])
		}
	}
	return text
}

// renamed is a text whose tags of Liquid call something otherwise.
func renamed(text, name, as string) string {
	word := regexp.MustCompile(`(^|[^\w.\-"'])` + regexp.QuoteMeta(name) + `([^\w\-:]|$)`)
	return tagOfLiquid.ReplaceAllStringFunc(text, func(tag string) string {
		before, rest, assigns := strings.Cut(tag, "=")
		if !assigns || !strings.Contains(before, "assign ") {
			before, rest = "", tag
		} else {
			before += "="
		}
		return before + word.ReplaceAllString(rest, "${1}"+as+"${2}")
	})
}
