package catalog

import (
	"maps"
	"slices"

	"gitpost/bridge/address"
)

// Past is what the history tells of posts that are no longer where they were. It is filled
// from the newest commit to older ones: what is noted first holds.
type Past struct {
	gone  map[string]Gone   // by address
	urls  map[string]string // former address → path at that time
	files map[string]string // former path → the next one
}

// Gone is a post that was deleted.
type Gone struct {
	Path string
	Ref  string // a state that still has it
}

// NewPast is a past in which nothing happened.
func NewPast() *Past {
	return &Past{map[string]Gone{}, map[string]string{}, map[string]string{}}
}

// Deleted notes that the post at an URL went.
func (p *Past) Deleted(url string, g Gone) { note(p.gone, address.Of(url), g) }

// Readdressed notes that the post in a file was at an URL, and is not after the commit. The
// path is the one before it.
func (p *Past) Readdressed(url, path string) { note(p.urls, address.Of(url), path) }

// Moved notes that a file has another path.
func (p *Past) Moved(from, to string) { note(p.files, from, to) }

func note[V any](m map[string]V, key string, value V) {
	if _, newer := m[key]; !newer {
		m[key] = value
	}
}

// under puts what is older below what p has.
func (p *Past) under(older *Past) {
	for key, g := range older.gone {
		note(p.gone, key, g)
	}
	for key, path := range older.urls {
		note(p.urls, key, path)
	}
	for from, to := range older.files {
		note(p.files, from, to)
	}
}

// Gone finds a deleted post by its URL, or by one that it had before.
func (p *Past) Gone(url string) (Gone, bool) {
	keys := address.Spellings(url)
	for _, k := range keys {
		if g, ok := p.gone[k]; ok {
			return g, true
		}
	}
	for _, k := range keys {
		var found Gone
		deleted := func(path string) bool {
			for _, g := range p.gone {
				if g.Path == path {
					found = g
					return true
				}
			}
			return false
		}
		if _, ok := p.path(k, deleted); ok {
			return found, true
		}
	}
	return Gone{}, false
}

// path is where the post is now that was filed under an address.
func (p *Past) path(key string, is func(path string) bool) (string, bool) {
	at, ok := p.urls[key]
	for range 100 { // moves; a file can come back to where it was
		if !ok || is(at) {
			return at, ok
		}
		at, ok = p.files[at]
	}
	return "", false
}

// Remembered is the newest commit whose past the catalog knows; "" when it knows none.
func (c *Catalog) Remembered() string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.pastRef
}

// Remember takes what happened up to a commit: since the one that was Remembered when whole
// is false, and else in all of the history. The catalog owns p from then on.
func (c *Catalog) Remember(ref string, p *Past, whole bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !whole && len(p.gone)+len(p.urls)+len(p.files) == 0 {
		c.pastRef = ref
		return
	}
	if !whole {
		p.under(c.past)
	}
	c.past, c.pastRef = p, ref
}

// Gone finds a deleted post in what is Remembered and in the past of the commits since.
func (c *Catalog) Gone(url string, since *Past) (Gone, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	whole := NewPast()
	whole.under(since)
	whole.under(c.past)
	return whole.Gone(url)
}

func (p *Past) append(b []byte) []byte {
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
		p.gone[three[0]] = Gone{three[1], three[2]}
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
