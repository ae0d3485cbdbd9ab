package frontmatter

import (
	"slices"
	"sort"
	"strings"
)

// hunk is a range of lines of a base text and the lines that replace it.
type hunk struct {
	from, to int // lines of the base
	lines    []string
}

// linesOf splits a text into lines with their endings.
func linesOf(s string) []string { return slices.Collect(strings.Lines(s)) }

// maxDiffDepth bounds how often diffLines looks at a line: each level looks at all of them.
const maxDiffDepth = 32

// diffLines returns what b changed in a. It is a patience diff: lines that are unique on both
// sides are the anchors.
func diffLines(a, b []string) []hunk {
	var hunks []hunk
	var diff func(a0, a1, b0, b1, depth int)
	diff = func(a0, a1, b0, b1, depth int) {
		for a0 < a1 && b0 < b1 && a[a0] == b[b0] {
			a0, b0 = a0+1, b0+1
		}
		for a0 < a1 && b0 < b1 && a[a1-1] == b[b1-1] {
			a1, b1 = a1-1, b1-1
		}
		if a0 == a1 && b0 == b1 {
			return
		}
		var anchors [][2]int
		if depth < maxDiffDepth {
			anchors = uniqueCommon(a, b, a0, a1, b0, b1)
		}
		if len(anchors) == 0 {
			hunks = append(hunks, hunk{a0, a1, b[b0:b1]})
			return
		}
		for _, at := range anchors {
			diff(a0, at[0], b0, at[1], depth+1)
			a0, b0 = at[0]+1, at[1]+1
		}
		diff(a0, a1, b0, b1, depth+1)
	}
	diff(0, len(a), 0, len(b), 0)
	return hunks
}

// uniqueCommon returns the lines that occur once in a[a0:a1] and once in b[b0:b1], in the order
// of both: the longest increasing subsequence of their positions.
func uniqueCommon(a, b []string, a0, a1, b0, b1 int) [][2]int {
	if a0 == a1 || b0 == b1 {
		return nil
	}
	type place struct{ inA, inB, at int }
	places := make(map[string]*place, a1-a0)
	for i := a0; i < a1; i++ {
		p := places[a[i]]
		if p == nil {
			p = &place{}
			places[a[i]] = p
		}
		p.inA++
		p.at = i
	}
	for i := b0; i < b1; i++ {
		if p := places[b[i]]; p != nil {
			p.inB++
		}
	}
	var pairs [][2]int
	for i := b0; i < b1; i++ {
		if p := places[b[i]]; p != nil && p.inA == 1 && p.inB == 1 {
			pairs = append(pairs, [2]int{p.at, i})
		}
	}
	// Patience sorting by the position in a.
	tops := make([]int, 0, len(pairs)) // index of the top pair of each pile
	back := make([]int, len(pairs))
	for i, pair := range pairs {
		low := sort.Search(len(tops), func(pile int) bool { return pairs[tops[pile]][0] >= pair[0] })
		back[i] = -1
		if low > 0 {
			back[i] = tops[low-1]
		}
		if low == len(tops) {
			tops = append(tops, i)
		} else {
			tops[low] = i
		}
	}
	if len(tops) == 0 {
		return nil
	}
	chain := make([][2]int, len(tops))
	for i, at := len(tops)-1, tops[len(tops)-1]; i >= 0; i, at = i-1, back[at] {
		chain[i] = pairs[at]
	}
	return chain
}

// clash is a range that both sides changed differently.
type clash struct{ ours, theirs string }

// mergeLines merges two changed versions of a text. Where both changed the same lines, it
// keeps theirs and reports a clash. Insertions at the same position clash too, unless both is
// set: then ours follow theirs.
func mergeLines(base, ours, theirs string, both bool) (string, []clash) {
	a := linesOf(base)
	x, y := diffLines(a, linesOf(ours)), diffLines(a, linesOf(theirs))
	var out strings.Builder
	var clashes []clash
	at := 0
	copyTo := func(line int) {
		for ; at < line; at++ {
			out.WriteString(a[at])
		}
	}
	for len(x) > 0 || len(y) > 0 {
		switch {
		case len(y) == 0 || len(x) > 0 && before(x[0], y[0]):
			copyTo(x[0].from)
			out.WriteString(strings.Join(x[0].lines, ""))
			at, x = x[0].to, x[1:]
		case len(x) == 0 || before(y[0], x[0]):
			copyTo(y[0].from)
			out.WriteString(strings.Join(y[0].lines, ""))
			at, y = y[0].to, y[1:]
		default:
			// The range of the base that covers all hunks that touch each other.
			from, to := min(x[0].from, y[0].from), max(x[0].to, y[0].to)
			i, j := 1, 1
			for i < len(x) && x[i].from < to || j < len(y) && y[j].from < to {
				if i < len(x) && x[i].from < to {
					to = max(to, x[i].to)
					i++
				} else {
					to = max(to, y[j].to)
					j++
				}
			}
			copyTo(from)
			mine, other := patched(a, from, to, x[:i]), patched(a, from, to, y[:j])
			switch {
			case mine == other:
				out.WriteString(mine)
			case both && from == to:
				out.WriteString(other + mine)
			default:
				out.WriteString(other)
				clashes = append(clashes, clash{mine, other})
			}
			at, x, y = to, x[i:], y[j:]
		}
	}
	copyTo(len(a))
	return out.String(), clashes
}

// before reports whether hunk x ends before y starts. Two insertions at the same position
// overlap.
func before(x, y hunk) bool {
	if x.from == x.to && y.from == y.to {
		return x.to < y.from
	}
	return x.to <= y.from
}

// patched returns the lines from from to to with hunks applied.
func patched(a []string, from, to int, hunks []hunk) string {
	var out strings.Builder
	for _, h := range hunks {
		out.WriteString(strings.Join(a[from:h.from], ""))
		out.WriteString(strings.Join(h.lines, ""))
		from = h.to
	}
	out.WriteString(strings.Join(a[from:to], ""))
	return out.String()
}
