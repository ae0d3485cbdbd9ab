package catalog

import "slices"

// matcher decides for one list which rows match. What many rows share is decided once, and
// the text of a block is searched when its first row is asked about.
type matcher struct {
	index  *index
	shapes []bool          // by shape: the row may match
	hidden []bool          // by shape: the row is visible only if it is published
	tags   map[uint32]bool // by list of tags; nil: all match
	filter Filter

	text  string // folded
	found []*[blockSize]bool

	values [][]uint64 // of each, one must be among the entry's
}

func (ix *index) matcher(f Filter) *matcher {
	m := &matcher{index: ix, filter: f, shapes: make([]bool, len(ix.shapes.values)), text: folded(f.Text)}
	for i := range ix.shapes.values {
		m.shapes[i] = ix.shapes.values[i].matches(f)
	}
	if f.Visible != nil {
		m.hidden = make([]bool, len(ix.shapes.values))
		for i, s := range ix.shapes.values {
			m.hidden[i] = !f.Visible(s.postType, s.status, false)
		}
	}
	if len(f.Category) > 0 {
		m.tags = map[uint32]bool{}
	}
	if m.text != "" {
		m.found = make([]*[blockSize]bool, len(ix.blocks))
	}
	for name, wanted := range f.Property {
		var any []uint64
		for _, text := range wanted {
			any = append(any, fingerprint(name, text))
		}
		m.values = append(m.values, any)
	}
	return m
}

func (s *shape) matches(f Filter) bool {
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

func (m *matcher) row(r row) bool {
	if !m.shapes[r.shape] || !m.visible(r) || m.tags != nil && !m.tagged(r.tags) {
		return false
	}
	if m.found == nil && m.values == nil {
		return true
	}
	n, i := r.number/blockSize, r.number%blockSize
	if m.found != nil {
		if m.found[n] == nil {
			hits := m.index.blocks[n].containing(m.text)
			m.found[n] = &hits
		}
		if !m.found[n][i] {
			return false
		}
	}
	if m.values != nil {
		own := m.index.blocks[n].valuesOf(int(i))
		for _, wanted := range m.values {
			if !slices.ContainsFunc(own, func(v uint64) bool { return slices.Contains(wanted, v) }) {
				return false
			}
		}
	}
	return true
}

// visible reports whether the filter does not hide the row.
func (m *matcher) visible(r row) bool {
	return m.hidden == nil || !m.hidden[r.shape] || m.index.records[r.number].published()
}

func (m *matcher) tagged(tags uint32) bool {
	matches, known := m.tags[tags]
	if !known {
		matches = slices.ContainsFunc(m.index.tags.values[tags], func(c string) bool { return slices.Contains(m.filter.Category, c) })
		m.tags[tags] = matches
	}
	return matches
}
