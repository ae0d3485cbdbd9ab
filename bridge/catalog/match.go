package catalog

import "slices"

// matcher decides which rows a filter selects. What many rows share is decided once, and the text
// of a block is searched when its first row is checked.
type matcher struct {
	index  *index
	shapes []bool // by shape: the row may match
	tags   []bool // by list of tags; nil: all match
	left   int    // at most so many rows have a shape and tags that match and were not checked yet
	anyRow bool   // the filter selects all
	needle string // folded
	found  []*[blockSize]bool
	values [][]uint64 // the entry must have one of each
	may    []int8     // by block: 1 when some entry may have them, -1 when none has; nil: not asked for
}

func (ix *index) matcher(f Filter) *matcher {
	m := &matcher{index: ix, shapes: make([]bool, len(ix.shapes.values)), needle: folded(f.Text)}
	m.anyRow = m.needle == "" && len(f.Category)+len(f.Property) == 0
	for i := range ix.shapes.values {
		if m.shapes[i] = ix.shapes.values[i].matches(f); m.shapes[i] {
			m.left += ix.listed(i)
		}
	}
	m.anyRow = m.anyRow && m.left == len(ix.rows)
	if len(f.Category) > 0 {
		var tagged int
		m.tags, tagged = ix.tags.matching(f.Category)
		m.left = min(m.left, tagged)
	}
	if m.needle != "" {
		m.found = make([]*[blockSize]bool, len(ix.blocks))
	}
	for name, wanted := range f.Property {
		var any []uint64
		for _, text := range wanted {
			any = append(any, fingerprint(name, text))
		}
		m.values = append(m.values, any)
	}
	if m.values != nil {
		m.may = make([]int8, len(ix.blocks))
	}
	return m
}

func (s *shape) matches(f Filter) bool {
	if f.Visible != nil && !f.Visible(s.postType, s.status, s.published) {
		return false
	}
	if !oneOf(f.PostType, s.postType) || !oneOf(f.Status, s.status) || !oneOf(f.Visibility, s.visibility) {
		return false
	}
	has := func(property string) bool {
		_, ok := slices.BinarySearch(s.has, property)
		return ok
	}
	for _, name := range f.Exists {
		if !has(name) {
			return false
		}
	}
	return !slices.ContainsFunc(f.NotExists, has)
}

func oneOf(wanted []string, value string) bool {
	return len(wanted) == 0 || slices.Contains(wanted, value)
}

// done reports whether no further row can match.
func (m *matcher) done() bool { return m.left <= 0 }

// count adds the rows between two positions to those that were checked, in tests.
func (m *matcher) count(from, to int) {
	if m.index.checked != nil {
		*m.index.checked += max(to-from, from-to)
	}
}

// text reports whether texts and values of a record match.
func (m *matcher) text(number uint32) bool {
	if m.found == nil && m.values == nil {
		return true
	}
	n, i := number/blockSize, number%blockSize
	if m.found != nil {
		if m.found[n] == nil {
			hits := m.index.blocks[n].containing(m.needle)
			m.found[n] = &hits
		}
		if !m.found[n][i] {
			return false
		}
	}
	if m.values != nil {
		if m.may[n] == 0 {
			m.may[n] = m.index.blocks[n].mayHave(m.values)
		}
		if m.may[n] < 0 {
			return false
		}
		own := m.index.blocks[n].valuesOf(int(i))
		for _, wanted := range m.values {
			if !slices.ContainsFunc(own, func(v uint64) bool { return slices.Contains(wanted, v) }) {
				return false
			}
		}
	}
	return true
}
