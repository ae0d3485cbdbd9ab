package catalog

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"gitpost/bridge/site"
	"gitpost/frontmatter"
)

// index is the whole repository at one snapshot. A post takes some 200 bytes.
type index struct {
	site    *site.Site
	snap    Snapshot
	paths   *paths
	context map[string]*frontmatter.Document // pages of sections

	records []record // by number
	free    []uint32 // unused numbers
	byPath  map[string]uint32
	urls    numbers
	shapes  table[shape]
	tags    *tagIndex
	blocks  []*block // by number / blockSize
	rows    []row    // the listed posts, oldest first, so that new ones are appended
	posts   []int    // by shape: listed posts

	id       uint64            // of this index in this process
	versions map[string]uint64 // by property: how often a post that has it was added or removed

	checked *int // counts the rows that lists have checked; nil: not counted

	turning map[string]bool // paths of the pages that will be published or expire
	swept   bool            // Turn has returned the pages that had turned when the index was built
	arrived map[string]bool // paths of those that had turned when they were read, since the last Turn
}

// row is a listed post with what filters look at first.
type row struct {
	seconds     int64 // the date
	nanoseconds int32
	number      uint32
	shape, tags uint32
}

func newIndex(st *site.Site, snap Snapshot) *index {
	var content func(string) bool
	if st != nil {
		content = st.Content
	}
	return &index{
		site: st, snap: snap, paths: newPaths(content),
		context: map[string]*frontmatter.Document{},
		byPath:  map[string]uint32{},
		urls:    newNumbers(0),
		shapes:  newTable(unpackShape),
		tags:    newTagIndex(),
		turning: map[string]bool{},
		arrived: map[string]bool{},
		id:      indexes.Add(1), versions: map[string]uint64{},
	}
}

// indexes counts the indexes that were made in this process.
var indexes atomic.Uint64

// surroundings tells site about the files around the one that it locates.
type surroundings struct {
	changedPaths
	index *index
	snap  Snapshot
}

var (
	_ site.Lister  = surroundings{}
	_ site.Indexer = surroundings{}
)

// Document returns the front matter of a content file. Only pages of sections are in memory;
// sites rarely need others.
func (s surroundings) Document(path string) *frontmatter.Document {
	if doc := s.index.context[path]; doc != nil {
		return doc
	}
	if !s.Exists(path) || !s.index.site.Content(path) || s.index.site.Section(path) {
		return nil
	}
	data, err := fs.ReadFile(s.snap, path)
	if err != nil {
		return nil
	}
	doc, err := s.index.site.Parse(data)
	if err != nil {
		return nil
	}
	return doc
}

// buildLookups fills the maps from paths and addresses to records.
func (ix *index) buildLookups() {
	ix.byPath = make(map[string]uint32, len(ix.records))
	ix.urls = newNumbers(len(ix.records))
	for i, r := range ix.records {
		if r.data == "" {
			ix.free = append(ix.free, uint32(i))
			continue
		}
		path := r.path()
		ix.byPath[path] = uint32(i)
		for _, k := range r.addresses() {
			ix.urls.add(k, uint32(i))
		}
		if _, turns := r.turning(); !turns.IsZero() {
			ix.turning[path] = true
		}
	}
}

// compare orders rows, the oldest first; posts with the same date by path.
func (ix *index) compare(a, b row) int {
	if c := cmp.Or(cmp.Compare(a.seconds, b.seconds), cmp.Compare(a.nanoseconds, b.nanoseconds)); c != 0 {
		return c
	}
	if a.number == b.number {
		return 0
	}
	return strings.Compare(ix.records[a.number].path(), ix.records[b.number].path())
}

// count adds listed posts with the shape and tags of a record, or removes them.
func (ix *index) count(r record, by int) {
	for int(r.shape) >= len(ix.posts) {
		ix.posts = append(ix.posts, 0)
	}
	ix.posts[r.shape] += by
	s := &ix.shapes.values[r.shape]
	ix.tags.count(r.tags, class{s.postType, s.status, s.published}, by)
}

// listed returns the number of listed posts with a shape.
func (ix *index) listed(shape int) int {
	if shape >= len(ix.posts) {
		return 0
	}
	return ix.posts[shape]
}

func (ix *index) sortRows() { slices.SortFunc(ix.rows, ix.compare) }

// entry returns the entry with a number.
func (ix *index) entry(number uint32) *Entry {
	r := ix.records[number]
	return unpack(r.data, &ix.shapes.values[r.shape], ix.tags.values[r.tags])
}

// at returns the entry of a path, or nil.
func (ix *index) at(path string) *Entry {
	number, ok := ix.byPath[path]
	if !ok {
		return nil
	}
	return ix.entry(number)
}

// needsRebuild reports whether the changes affect other files, or are so many that reading
// everything is faster.
func (ix *index) needsRebuild(changes []Change) bool {
	for _, c := range changes {
		if ix.site.Config(c.Path) || ix.site.Section(c.Path) {
			return true
		}
	}
	return len(changes) > 1000 && len(changes) > ix.paths.total/2
}

// readChanges returns the entries of the changed content files, nil for deleted ones, and of those
// that the changes affect. It does not read again what is known.
func (ix *index) readChanges(ctx context.Context, snap Snapshot, changes []Change, k known) (map[string]*Entry, error) {
	return ix.read(ctx, snap, changes, newLayer(changedPaths{paths: ix.paths}, changes), k)
}

// read is readChanges for the changes of a layer.
func (ix *index) read(
	ctx context.Context, snap Snapshot, changes []Change, l *layer, k known,
) (map[string]*Entry, error) {
	entries := map[string]*Entry{}
	var files, blobs []string
	for _, c := range changes {
		if !ix.site.Content(c.Path) {
			continue
		}
		if entries[c.Path] = k.entry(c.Path, c.New); entries[c.Path] == nil && c.New != "" {
			files, blobs = append(files, c.Path), append(blobs, c.New)
		}
	}
	for _, e := range append(ix.besideBundles(changes, l), ix.withSides(changes, l)...) {
		files, blobs = append(files, e.Path), append(blobs, e.Blob)
	}
	around := surroundings{changedPaths{ix.paths, l}, ix, snap}
	var mu sync.Mutex
	err := snap.ReadBlobs(ctx, blobs, func(i int, data []byte) error {
		e := newEntry(ix.site, around, files[i], blobs[i], data)
		mu.Lock()
		entries[files[i]] = e
		mu.Unlock()
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read changed posts: %w", err)
	}
	return entries, nil
}

// besideBundles returns the entries that did not change and whose folder became a bundle or
// stopped being one.
func (ix *index) besideBundles(changes []Change, l *layer) []*Entry {
	seen := map[string]bool{}
	var entries []*Entry
	next := changedPaths{ix.paths, l}
	for _, c := range changes {
		if c.Old != "" && c.New != "" || !ix.site.Context(c.Path) || ix.site.Section(c.Path) {
			continue
		}
		for file := range next.Below(path.Dir(c.Path)) {
			if _, changed := l.changes[file]; changed || seen[file] {
				continue
			}
			seen[file] = true
			if e := ix.before(l, file); e != nil {
				entries = append(entries, e)
			}
		}
	}
	return entries
}

// withSides returns the entries whose side files changed alone.
func (ix *index) withSides(changes []Change, l *layer) []*Entry {
	var entries []*Entry
	for _, c := range changes {
		stem, ok := ix.site.SideOf(c.Path)
		if !ok {
			continue
		}
		for _, post := range []string{stem + ".md", stem + ".markdown"} {
			if _, changed := l.changes[post]; changed {
				continue
			}
			if e := ix.before(l, post); e != nil {
				entries = append(entries, e)
			}
		}
	}
	return entries
}

// before returns the entry that a file has without a layer.
func (ix *index) before(l *layer, file string) *Entry {
	if e, ok := l.older.entry(file); ok {
		return e
	}
	return ix.at(file)
}

// apply updates the index to snap.
func (ix *index) apply(snap Snapshot, changes []Change, entries map[string]*Entry) {
	ix.snap = snap
	for _, c := range changes {
		ix.paths.set(c.Path, c.New != "")
	}
	fresh := map[uint32]*words{} // nil: the number is unused
	for path, e := range entries {
		if number, ok := ix.byPath[path]; ok {
			ix.remove(path, number)
			fresh[number] = nil
		}
		if e != nil {
			fresh[ix.add(e)] = e.words
		}
	}
	ix.updateBlocks(fresh)
}

// remove removes an entry from everything but the blocks.
func (ix *index) remove(path string, number uint32) {
	e := ix.entry(number)
	ix.touch(e)
	for _, k := range addresses(e.Page) {
		ix.urls.remove(k, number)
	}
	if e.Listed() {
		if i, ok := slices.BinarySearchFunc(ix.rows, ix.row(number, e.Date()), ix.compare); ok {
			ix.rows = slices.Delete(ix.rows, i, i+1)
			ix.count(ix.records[number], -1)
		}
	}
	delete(ix.byPath, path)
	delete(ix.turning, path)
	delete(ix.arrived, path)
	ix.records[number] = record{}
	ix.free = append(ix.free, number)
}

// add adds an entry to everything but the blocks.
func (ix *index) add(e *Entry) uint32 {
	r := record{pack(e), ix.shapes.id(packShape(e)), ix.tags.id(packTags(e.Categories))}
	number := uint32(len(ix.records))
	if last := len(ix.free) - 1; last >= 0 {
		number, ix.free = ix.free[last], ix.free[:last]
		ix.records[number] = r
	} else {
		ix.records = append(ix.records, r)
	}
	ix.byPath[r.path()] = number
	for _, k := range addresses(e.Page) {
		ix.urls.add(k, number)
	}
	ix.watch(e)
	ix.touch(e)
	if e.Listed() {
		at := ix.row(number, e.Date())
		i, _ := slices.BinarySearchFunc(ix.rows, at, ix.compare)
		ix.rows = slices.Insert(ix.rows, i, at)
		ix.count(r, 1)
	}
	return number
}

// touch changes the versions of the properties of an entry.
func (ix *index) touch(e *Entry) {
	for _, name := range e.Has {
		ix.versions[name]++
	}
}

// updateBlocks replaces what is searched of some entries.
func (ix *index) updateBlocks(fresh map[uint32]*words) {
	byBlock := map[uint32]map[int]*words{}
	for number, w := range fresh {
		n := number / blockSize
		if byBlock[n] == nil {
			byBlock[n] = map[int]*words{}
		}
		byBlock[n][int(number%blockSize)] = w
	}
	for n, changed := range byBlock {
		for int(n) >= len(ix.blocks) {
			ix.blocks = append(ix.blocks, (&block{}).set(nil))
		}
		ix.blocks[n] = ix.blocks[n].set(changed)
	}
}
