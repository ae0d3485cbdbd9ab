package catalog

import (
	"maps"
	"slices"

	"gitpost/bridge/address"
)

// Past is what the history says about posts that are no longer where they were. It is filled
// from the newest commit to older ones: the first entry of a key is the one that counts.
type Past struct {
	gone  map[string]Gone   // by address
	paths map[string]Gone   // the same by path
	urls  map[string]string // former address to path at that time
	files map[string]string // former path to the next one

	older *Past // what happened before; never changed
}

// Gone is a deleted post.
type Gone struct {
	Path string
	Ref  string // a state that still has it
}

// NewPast returns an empty past.
func NewPast() *Past {
	return &Past{map[string]Gone{}, map[string]Gone{}, map[string]string{}, map[string]string{}, nil}
}

// Deleted records that the post at a URL was deleted.
func (p *Past) Deleted(url string, g Gone) { p.deleted(address.Of(url), g) }

func (p *Past) deleted(key string, g Gone) {
	addIfNew(p.gone, key, g)
	addIfNew(p.paths, g.Path, g)
}

// Readdressed records that the post in a file had a URL that it has no more after the commit.
// The path is that before the commit.
func (p *Past) Readdressed(url, path string) { addIfNew(p.urls, address.Of(url), path) }

// Moved records that a file has another path.
func (p *Past) Moved(from, to string) { addIfNew(p.files, from, to) }

func addIfNew[V any](m map[string]V, key string, value V) {
	if _, newer := m[key]; !newer {
		m[key] = value
	}
}

// addOlder adds one layer of an older past.
func (p *Past) addOlder(older *Past) {
	for key, g := range older.gone {
		addIfNew(p.gone, key, g)
	}
	for path, g := range older.paths {
		addIfNew(p.paths, path, g)
	}
	for key, path := range older.urls {
		addIfNew(p.urls, key, path)
	}
	for from, to := range older.files {
		addIfNew(p.files, from, to)
	}
}

func (p *Past) size() int { return len(p.gone) + len(p.urls) + len(p.files) }

// over returns p, which must be a single layer, on top of older. Layers of similar size are
// merged, so that there are few, and an entry is copied a logarithmic number of times.
func (p *Past) over(older *Past) *Past {
	for older != nil && older.size() <= 2*p.size() {
		p.addOlder(older)
		older = older.older
	}
	p.older = older
	return p
}

// find looks up a key in all layers, the newest first.
func find[V any](p *Past, key string, in func(*Past) map[string]V) (v V, ok bool) {
	for ; p != nil && !ok; p = p.older {
		v, ok = in(p)[key]
	}
	return v, ok
}

// Gone finds a deleted post by its URL, or by a former one.
func (p *Past) Gone(url string) (Gone, bool) {
	keys := address.Spellings(url)
	for _, k := range keys {
		if g, ok := find(p, k, func(p *Past) map[string]Gone { return p.gone }); ok {
			return g, true
		}
	}
	byPath := func(p *Past) map[string]Gone { return p.paths }
	deleted := func(path string) bool {
		_, ok := find(p, path, byPath)
		return ok
	}
	for _, k := range keys {
		if path, ok := p.path(k, deleted); ok {
			return find(p, path, byPath)
		}
	}
	return Gone{}, false
}

// path returns the current path of the post that had an address.
func (p *Past) path(key string, is func(path string) bool) (string, bool) {
	at, ok := find(p, key, func(p *Past) map[string]string { return p.urls })
	for range 100 { // moves can be circular
		if !ok || is(at) {
			return at, ok
		}
		at, ok = find(p, at, func(p *Past) map[string]string { return p.files })
	}
	return "", false
}

// Remembered returns the newest commit whose past the catalog knows, or "".
func (c *Catalog) Remembered() string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.pastRef
}

// Remember adds what happened up to a commit: since the one of Remembered or, if whole, in the
// complete history. p belongs to the catalog afterwards.
func (c *Catalog) Remember(ref string, p *Past, whole bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pastRef = ref
	switch {
	case whole:
		c.past = p
	case p.size() > 0:
		c.past = p.over(c.past)
	}
}

// Gone finds a deleted post in what is remembered and in the past of the commits since.
func (c *Catalog) Gone(url string, since *Past) (Gone, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	all := *since
	all.older = c.past
	return all.Gone(url)
}

func (p *Past) append(b []byte) []byte {
	if p.older != nil {
		whole := NewPast()
		for ; p != nil; p = p.older {
			whole.addOlder(p)
		}
		p = whole
	}
	var list []string
	for _, key := range slices.Sorted(maps.Keys(p.gone)) {
		list = append(list, key, p.gone[key].Path, p.gone[key].Ref)
	}
	b = appendTexts(b, list)
	for _, m := range []map[string]string{p.urls, p.files} {
		list = list[:0]
		for _, key := range slices.Sorted(maps.Keys(m)) {
			list = append(list, key, m[key])
		}
		b = appendTexts(b, list)
	}
	return b
}

func readPast(r *reader) *Past {
	p := NewPast()
	for three := range slices.Chunk(r.texts(), 3) {
		if len(three) < 3 {
			r.fail()
			return p
		}
		p.deleted(three[0], Gone{three[1], three[2]})
	}
	for _, m := range []map[string]string{p.urls, p.files} {
		for pair := range slices.Chunk(r.texts(), 2) {
			if len(pair) < 2 {
				r.fail()
				return p
			}
			m[pair[0]] = pair[1]
		}
	}
	return p
}
