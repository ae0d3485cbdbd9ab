package generator

import (
	"regexp"
	"strings"
)

// Glob is a pattern of paths as a regular expression: * and ? stay within a folder, ** does not. All
// other characters stand for themselves. One that is too large matches nothing.
func Glob(pattern string) *regexp.Regexp {
	re, err := regexp.Compile("^" + globExpression(strings.ToValidUTF8(pattern, "\uFFFD")) + "$")
	if err != nil {
		return matchesNothing
	}
	return re
}

func globExpression(glob string) string {
	var b strings.Builder
	for len(glob) > 0 {
		switch {
		case strings.HasPrefix(glob, "**/"):
			b.WriteString("(?:.*/)?")
			glob = glob[3:]
		case strings.HasPrefix(glob, "**"):
			b.WriteString(".*")
			glob = glob[2:]
		case glob[0] == '*':
			b.WriteString("[^/]*")
			glob = glob[1:]
		case glob[0] == '?':
			b.WriteString("[^/]")
			glob = glob[1:]
		default:
			b.WriteString(regexp.QuoteMeta(glob[:1]))
			glob = glob[1:]
		}
	}
	return b.String()
}

var matchesNothing = regexp.MustCompile(`[^\s\S]`)
