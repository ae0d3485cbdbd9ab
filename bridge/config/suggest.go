package config

import (
	"fmt"
	"slices"
	"strings"
)

// below lists the keys of a group.
func (l *loader) below(group string) []string {
	var names []string
	words := strings.Count(group, ".") + 1
	for _, k := range l.keys {
		p := strings.Split(k.Name, ".")
		if len(p) <= words || !matchesKey(strings.Join(p[:words], "."), group) {
			continue
		}
		name := p[words]
		if name == "*" {
			name = "a post type such as note"
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// suggest names the known key that is nearest to name, if one is near. The right word in the wrong
// group is nearer than another word in the same group, unless that one is a slip of the finger away.
func (l *loader) suggest(name string) string {
	best, least, misplaced := "", 1+len(name)/3, ""
	for _, k := range l.keys {
		candidates := []string{k.Name}
		if k.Secret {
			candidates = append(candidates, k.Name+"_file")
		}
		if group, _, nested := strings.Cut(k.Name, "."); nested {
			candidates = append(candidates, group)
		}
		for _, candidate := range candidates {
			if d := editDistance(name, candidate); d <= least && (best == "" || d < editDistance(name, best)) {
				best = candidate
			}
			if misplaced == "" && lastWord(candidate) == lastWord(name) {
				misplaced = candidate
			}
		}
	}
	const slip = 2 // letters
	if misplaced != "" && (best == "" || editDistance(name, best) > slip) {
		best = misplaced
	}
	if best == "" {
		return "remove it; gitpost help configuration lists all keys"
	}
	remedy := fmt.Sprintf("did you mean %s?", best)
	group, _, nested := strings.Cut(best, ".")
	if in, _, _ := strings.Cut(name, "."); nested && in != group {
		remedy += fmt.Sprintf(" (write it indented below %s:)", group)
	}
	return remedy
}

// editDistance is how many letters one has to add, drop or change to get from a to b.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
