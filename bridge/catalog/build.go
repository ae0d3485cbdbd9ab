package catalog

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// progressStep is the number of files between two calls of Progress.
const progressStep = 256

// build reads the whole repository. Posts are packed as they are read, so that it needs little
// more memory than the finished index.
func (c *Catalog) build(ctx context.Context, snap Snapshot) (*index, error) {
	st, err := c.open(snap)
	if err != nil {
		return nil, err
	}
	ix := newIndex(st, snap)
	var content, blobs []string
	sections := map[string]string{} // blob by path
	err = snap.Walk(func(path, blob string) error {
		isContent := st.Content(path)
		ix.paths.setContent(path, true, isContent)
		if st.Section(path) {
			sections[path] = blob
		}
		if isContent {
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
	progress := c.Progress
	if progress == nil {
		progress = func(int, int) {}
	}
	progress(0, len(content))
	var count atomic.Int64
	b := &builder{index: ix}
	err = snap.ReadBlobs(ctx, blobs, func(i int, data []byte) error {
		b.add(newEntry(st, around, content[i], blobs[i], data))
		if n := int(count.Add(1)); n%progressStep == 0 || n == len(content) {
			progress(n, len(content))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read posts: %w", err)
	}
	b.finish()
	return ix, nil
}

// readSections reads the pages of sections, which affect whole folders.
func (ix *index) readSections(ctx context.Context, blobs map[string]string) error {
	var files, names []string
	for file, blob := range blobs {
		files, names = append(files, file), append(names, blob)
	}
	var mu sync.Mutex
	err := ix.snap.ReadBlobs(ctx, names, func(i int, data []byte) error {
		doc, err := ix.site.ParseShared(data)
		if err != nil {
			return nil // the file's own entry has the error
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

// builder fills a new index. Records are numbered in the order in which they are added.
type builder struct {
	mu     sync.Mutex // guards all below
	index  *index
	blocks blockBuilder
}

// add can be called from several goroutines. It keeps nothing of the file's text.
func (b *builder) add(e *Entry) {
	data, shape, tags := pack(e), packShape(e), packTags(e.Categories)
	b.mu.Lock()
	defer b.mu.Unlock()
	ix := b.index
	number := uint32(len(ix.records))
	ix.records = append(ix.records, record{data, ix.shapes.id(shape), ix.tags.id(tags)})
	b.blocks.add(e.words)
	if e.Listed() {
		ix.rows = append(ix.rows, ix.row(number, e.Date()))
		ix.count(ix.records[number], 1)
	}
}

func (b *builder) finish() {
	b.blocks.flush()
	b.index.blocks = b.blocks.blocks
	b.index.sortRows()
	b.index.buildLookups()
	for path := range b.index.byPath {
		b.index.paths.share(path)
	}
}

// row returns the row of a record.
func (ix *index) row(number uint32, date time.Time) row {
	r := ix.records[number]
	return row{date.Unix(), int32(date.Nanosecond()), number, r.shape, r.tags}
}
