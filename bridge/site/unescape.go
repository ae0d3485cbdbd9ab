package site

import (
	"sort"
	"strings"
)

// An escapedPart is what stands in a body for a part of a text.
type escapedPart struct{ escaped, part string }

// unescaped takes back the escaped forms of all parts in one pass over the text, however many parts
// there are. work is the number of comparisons.
func (s *Site) unescaped(text string, parts []string) (back string, work int) {
	known := s.escapedParts(parts)
	if len(known) == 0 {
		return text, 0
	}
	var begins [256]bool
	for _, k := range known {
		begins[k.escaped[0]] = true
	}
	var b strings.Builder
	copied := 0
	for at := 0; at < len(text); {
		if !begins[text[at]] {
			at++
			continue
		}
		found, steps := longestAt(text[at:], known)
		work += steps
		if found == nil {
			at++
			continue
		}
		b.WriteString(text[copied:at])
		b.WriteString(found.part)
		at += len(found.escaped)
		copied = at
	}
	b.WriteString(text[copied:])
	return b.String(), work + len(text)
}

// escapedParts are the parts with their escaped forms, sorted by those.
func (s *Site) escapedParts(parts []string) []escapedPart {
	known := make([]escapedPart, 0, len(parts))
	for _, part := range parts {
		if escaped := s.generator.Escaped(part); escaped != "" {
			known = append(known, escapedPart{escaped, part})
		}
	}
	sort.Slice(known, func(i, j int) bool { return known[i].escaped < known[j].escaped })
	return known
}

// longestAt finds the longest escaped form with which a text begins. It narrows the sorted list byte by
// byte; the forms of all generators are short, or begin with a mark that they have once.
func longestAt(text string, known []escapedPart) (longest *escapedPart, steps int) {
	for depth := 0; len(known) > 0; depth++ {
		for len(known) > 0 && len(known[0].escaped) == depth {
			longest, known = &known[0], known[1:]
		}
		if depth == len(text) {
			break
		}
		c := text[depth]
		low := sort.Search(len(known), func(i int) bool { return known[i].escaped[depth] >= c })
		high := sort.Search(len(known), func(i int) bool { return known[i].escaped[depth] > c })
		known = known[low:high]
		steps++
	}
	return longest, steps
}
