package catalog

import "slices"

// matcher decides which rows a filter selects. What many rows share is decided once, and the text
// of a block is searched when its first row is checked.
type matcher struct {
	index   *index
	shapes  []bool // by shape: the row may match
	anyRow  bool   // the filter selects all
	tags    []bool // by list of tags; nil: all match
	tagged  int    // rows whose list of tags matches and that were not checked yet
	text    string // folded
	found   []*[blockSize]bool
	values  [][]uint64 // the entry must have one of each
	checked *int       // counts the rows that row has checked; nil: not counted
}

func (ix *index) matcher(f Filter) *matcher {
	m := &matcher{index: ix, shapes: make([]bool, len(ix.shapes.values)), text: folded(f.Text), checked: ix.checked}
	m.anyRow = m.text == "" && len(f.Category)+len(f.Property) == 0
	for i := range ix.shapes.values {
		m.shapes[i] = ix.shapes.values[i].matches(f)
		m.anyRow = m.anyRow && m.shapes[i]
	}
	if len(f.Category) > 0 {
		m.tags, m.tagged = ix.tags.matching(f.Category)
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

// done reports whether no further row can match.
func (m *matcher) done() bool { return m.tags != nil && m.tagged == 0 }

func (m *matcher) row(r row) bool {
	if m.checked != nil {
		*m.checked++
	}
	if m.tags != nil {
		if !m.tags[r.tags] {
			return false
		}
		m.tagged--
	}
	if !m.shapes[r.shape] {
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
