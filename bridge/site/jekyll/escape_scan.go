package jekyll

import (
	"regexp"
	"strings"

	"gitpost/bridge/site/generator"
)

// A liquidScan recognizes Liquid at growing positions of one text. Whatever the text, it is read a
// fixed number of times: what can reach beyond the next brace is found once for all marks.
type liquidScan struct {
	site    *site
	text    string
	endRaws [][]int // the {% endraw %} that were not passed yet; nil before the first {% raw %}
	sought  bool
	blanks  *generator.Finder // of blank lines
	work    int               // bytes that were read, apart from those of blanks
}

func (j *site) scan(text string) *liquidScan {
	return &liquidScan{site: j, text: text, blanks: generator.NewFinder(text, "\n\n")}
}

// known is the length of the known, well-formed Liquid at a position, 0 when there is none.
func (s *liquidScan) known(at int) int {
	text := s.text[at:]
	s.work += s.reach(text)
	for _, known := range []*regexp.Regexp{liquidOutput, liquidComment, liquidHighlight} {
		if m := known.FindString(text); m != "" && !strings.Contains(m, "\n\n") {
			return len(m) // Jekyll warns of a block over the end of the excerpt, a blank line
		}
	}
	if n := s.raw(at); n > 0 {
		return n
	}
	if m := liquidInclude.FindStringSubmatch(text); m != nil && s.site.includes[m[1]] {
		return len(m[0])
	}
	if m := liquidTag.FindStringSubmatch(text); m != nil {
		return s.tag(text, m)
	}
	return 0
}

// reach is the number of bytes that the expressions can read at most: up to the second brace after
// that of the mark, for those that need an end.
func (s *liquidScan) reach(text string) int {
	n := 2
	for range 4 {
		i := strings.IndexAny(text[n:], "{}")
		if i < 0 {
			return len(text)
		}
		n += i + 1
	}
	return n
}

// raw is the length of a raw block at a position.
func (s *liquidScan) raw(at int) int {
	begin := liquidRaw.FindString(s.text[at:])
	if begin == "" {
		return 0
	}
	if !s.sought {
		s.endRaws, s.sought = liquidEndRaw.FindAllStringIndex(s.text[at:], -1), true
		for _, end := range s.endRaws {
			end[0], end[1] = end[0]+at, end[1]+at
		}
		s.work += len(s.text) - at
	}
	for len(s.endRaws) > 0 && s.endRaws[0][0] < at+len(begin) {
		s.endRaws = s.endRaws[1:]
	}
	if len(s.endRaws) == 0 {
		return 0
	}
	end := s.endRaws[0][1]
	if blank := s.blanks.From(at); blank >= 0 && blank+2 <= end {
		return 0
	}
	return end - at
}

// tag is the length of a tag that the site knows, with its end if it is a block.
func (s *liquidScan) tag(text string, m []string) int {
	blockEnd, known := s.site.tags[m[1]]
	if !known {
		return 0
	}
	if blockEnd == nil {
		return len(m[0])
	}
	end := blockEnd.FindString(text[len(m[0]):])
	if end == "" || strings.Contains(end, "\n\n") {
		return 0
	}
	return len(m[0]) + len(end)
}

// blockEnd matches the end of a block, and what may stand before it.
func blockEnd(name string) *regexp.Regexp {
	return regexp.MustCompile(`^[^{}]*\{%-?\s*end` + regexp.QuoteMeta(name) + `\s*-?%\}`)
}
