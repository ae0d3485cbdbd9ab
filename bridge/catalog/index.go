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
	"time"

	"gitpost/bridge/site"
	"gitpost/frontmatter"
)

// index is the whole repository at one snapshot. Of a post it keeps a record of some 200 bytes.
type index struct {
	site    *site.Site
	snap    Snapshot
	paths   paths
	context map[string]*frontmatter.Document // sections' pages

	records []record // by number
	free    []uint32 // numbers without a record
	byPath  map[string]uint32
	urls    numbers
	shapes  table[shape]
	tags    table[[]string]
	blocks  []*block // by number / blockSize
	rows    []row    // the listed posts, newest first

	turning map[string]bool // paths of the pages that the clock will publish or take away
	swept   bool            // Turn has seen which pages had turned when the index was built
	arrived map[string]bool // paths of those that had turned already when they came, since the last Turn
}

// row is a listed post with what filters look at first.
type row struct {
	seconds     int64 // the date
	nanoseconds int32
	number      uint32
	shape, tags uint32
}

func newIndex(st *site.Site, snap Snapshot) *index {
	return &index{
		site: st, snap: snap, paths: newPaths(0),
		context: map[string]*frontmatter.Document{},
		byPath:  map[string]uint32{},
		urls:    newNumbers(0),
		shapes:  newTable(unpackShape),
		tags:    newTable(unpackTags),
		turning: map[string]bool{},
		arrived: map[string]bool{},
	}
}

// surroundings answers site's questions about neighbours.
type surroundings struct {
	changedPaths
	index *index
	snap  Snapshot
}

var (
	_ site.Lister  = surroundings{}
	_ site.Indexer = surroundings{}
)

// Document is read from the index for the pages of sections, and from the snapshot for posts,
// which hardly any site asks about.
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

// seldom is after how many files Progress is told.
const seldom = 256

// build reads the whole repository.
func (c *Catalog) build(ctx context.Context, snap Snapshot) (*index, error) {
	st, err := c.open(snap)
	if err != nil {
		return nil, err
	}
	ix := newIndex(st, snap)
	var content, blobs []string
	sections := map[string]string{} // blob by path
	err = snap.Walk(func(path, blob string) error {
		ix.paths.set(path, true)
		if st.Section(path) {
			sections[path] = blob
		}
		if st.Content(path) {
			content, blobs = append(content, path), append(blobs, blob)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list the repository's files: %w", err)
	}
	if err := ix.readSections(ctx, sections); err != nil {
		return nil, err
	}
	around := surroundings{changedPaths{paths: ix.paths}, ix, snap}
	read := make([]draft, len(content))
	told := c.Progress
	if told == nil {
		told = func(int, int) {}
	}
	told(0, len(content))
	var count atomic.Int64
	err = snap.ReadBlobs(ctx, blobs, func(i int, data []byte) error {
		read[i] = newDraft(newEntry(st, around, content[i], blobs[i], data))
		if n := int(count.Add(1)); n%seldom == 0 || n == len(content) {
			told(n, len(content))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read posts: %w", err)
	}
	ix.fill(read)
	return ix, nil
}

// readSections reads what decides about whole folders.
func (ix *index) readSections(ctx context.Context, blobs map[string]string) error {
	var files, names []string
	for file, blob := range blobs {
		files, names = append(files, file), append(names, blob)
	}
	var mu sync.Mutex
	err := ix.snap.ReadBlobs(ctx, names, func(i int, data []byte) error {
		doc, err := ix.site.ParseShared(data)
		if err != nil {
			return nil // the file's own entry tells
		}
		mu.Lock()
		ix.context[files[i]] = doc
		mu.Unlock()
		return nil
	})
	if err != nil {
		return fmt.Errorf("read section pages: %w", err)
	}
	return nil
}

// draft is an entry on its way into the index. It keeps nothing of the file's text alive.
type draft struct {
	data, shape, tags string
	words             words
	date              time.Time
	listed            bool
}

func newDraft(e *Entry) draft {
	d := draft{data: pack(e), shape: packShape(e), tags: packTags(e.Categories), date: e.Date(), listed: e.Listed()}
	if e.words != nil {
		d.words = *e.words
	}
	return d
}

// fill takes the entries of a new index, numbered in the order of lists.
func (ix *index) fill(read []draft) {
	slices.SortFunc(read, func(a, b draft) int {
		switch {
		case a.listed != b.listed:
			return map[bool]int{true: -1, false: 1}[a.listed]
		case !a.date.Equal(b.date):
			return b.date.Compare(a.date)
		}
		return strings.Compare(record{data: b.data}.path(), record{data: a.data}.path())
	})
	ix.records = make([]record, len(read))
	for i, d := range read {
		ix.records[i] = record{d.data, ix.shapes.id(d.shape), ix.tags.id(d.tags)}
		if d.listed {
			ix.rows = append(ix.rows, ix.row(uint32(i), d.date))
		}
	}
	for first := 0; first < len(read); first += blockSize {
		fresh := map[int]*words{}
		for i := range read[first:min(len(read), first+blockSize)] {
			fresh[i] = &read[first+i].words
		}
		ix.blocks = append(ix.blocks, (&block{}).set(fresh))
	}
	ix.lookUp()
	for path := range ix.byPath { // the tree's copy of the same text is not kept
		delete(ix.paths.names, path)
		ix.paths.names[path] = struct{}{}
	}
}

// lookUp makes what leads to records: their paths and addresses.
func (ix *index) lookUp() {
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

func (ix *index) row(number uint32, date time.Time) row {
	r := ix.records[number]
	return row{date.Unix(), int32(date.Nanosecond()), number, r.shape, r.tags}
}

// compare puts the newest first.
func (ix *index) compare(a, b row) int {
	if c := cmp.Or(cmp.Compare(b.seconds, a.seconds), cmp.Compare(b.nanoseconds, a.nanoseconds)); c != 0 {
		return c
	}
	if a.number == b.number {
		return 0
	}
	return strings.Compare(ix.records[b.number].path(), ix.records[a.number].path())
}

// entry is the entry of a number.
func (ix *index) entry(number uint32) *Entry {
	r := ix.records[number]
	return unpack(r.data, &ix.shapes.values[r.shape], ix.tags.values[r.tags])
}

// at is the entry of a path; nil when there is none.
func (ix *index) at(path string) *Entry {
	number, ok := ix.byPath[path]
	if !ok {
		return nil
	}
	return ix.entry(number)
}

// needsRebuild tells whether the changes reach beyond the files they name.
func (ix *index) needsRebuild(changes []Change) bool {
	for _, c := range changes {
		if ix.site.Config(c.Path) || ix.site.Section(c.Path) {
			return true
		}
	}
	return len(changes) > 1000 && len(changes) > len(ix.paths.names)/2
}

// read makes the entries of the changed content files; nil for those that are gone.
func (ix *index) read(ctx context.Context, snap Snapshot, changes []Change) (map[string]*Entry, error) {
	entries := map[string]*Entry{}
	var files, blobs []string
	next := ix.paths.with(changes)
	for _, c := range changes {
		if !ix.site.Content(c.Path) {
			continue
		}
		entries[c.Path] = nil
		if c.New != "" {
			files, blobs = append(files, c.Path), append(blobs, c.New)
		}
	}
	for _, e := range ix.besideBundles(changes, next) {
		files, blobs = append(files, e.Path), append(blobs, e.Blob)
	}
	around := surroundings{next, ix, snap}
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

// besideBundles are the unchanged entries whose folder became a bundle or is none any more.
func (ix *index) besideBundles(changes []Change, next changedPaths) []*Entry {
	seen := map[string]bool{}
	var entries []*Entry
	for _, c := range changes {
		if c.Old != "" && c.New != "" || !ix.site.Context(c.Path) || ix.site.Section(c.Path) {
			continue
		}
		folder := path.Dir(c.Path)
		others := ix.paths.folders[folder]
		for _, other := range changes {
			if other.Old != "" && strings.HasPrefix(other.Path, folder+"/") {
				others--
			}
		}
		if others <= 0 {
			continue
		}
		for file := range next.Below(folder) {
			if _, changed := next.changes[file]; changed || seen[file] {
				continue
			}
			seen[file] = true
			if e := ix.at(file); e != nil {
				entries = append(entries, e)
			}
		}
	}
	return entries
}

// apply makes the index that of snap.
func (ix *index) apply(snap Snapshot, changes []Change, entries map[string]*Entry) {
	ix.snap = snap
	for _, c := range changes {
		ix.paths.set(c.Path, c.New != "")
	}
	fresh := map[uint32]*words{} // nil: the number is free
	for path, e := range entries {
		if number, ok := ix.byPath[path]; ok {
			ix.remove(path, number)
			fresh[number] = nil
		}
		if e != nil {
			fresh[ix.add(e)] = e.words
		}
	}
	ix.search(fresh)
}

// remove takes an entry out of all but the blocks.
func (ix *index) remove(path string, number uint32) {
	e := ix.entry(number)
	for _, k := range addresses(e.Page) {
		ix.urls.remove(k, number)
	}
	if e.Listed() {
		if i, ok := slices.BinarySearchFunc(ix.rows, ix.row(number, e.Date()), ix.compare); ok {
			ix.rows = slices.Delete(ix.rows, i, i+1)
		}
	}
	delete(ix.byPath, path)
	delete(ix.turning, path)
	delete(ix.arrived, path)
	ix.records[number] = record{}
	ix.free = append(ix.free, number)
}

// add puts an entry into all but the blocks.
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
	if e.Listed() {
		at := ix.row(number, e.Date())
		i, _ := slices.BinarySearchFunc(ix.rows, at, ix.compare)
		ix.rows = slices.Insert(ix.rows, i, at)
	}
	return number
}

// search brings the blocks up to date.
func (ix *index) search(fresh map[uint32]*words) {
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
