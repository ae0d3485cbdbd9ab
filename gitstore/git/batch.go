package git

import (
	"io"
	"sync"
)

// Batch is the objects of commits that are being made: a pack in the making, readable
// together with what is on disk.
type Batch struct {
	db *DB
	w  *packWriter

	mu    sync.RWMutex // guards all below; an edit may read from several goroutines
	known map[OID]baseObject
	trees map[OID]treeVersion
}

// treeVersion is where a tree of the batch came from.
type treeVersion struct {
	before OID // the tree of which it was made
	depth  int // of its chain of deltas
}

// recentLimit is the size up to which a new object is kept in memory until it is durable.
const recentLimit = 8 << 20

func NewBatch(db *DB) *Batch {
	return &Batch{db: db, w: newPackWriter(db.packDir()),
		known: make(map[OID]baseObject), trees: make(map[OID]treeVersion)}
}

// Mark returns a function that removes the objects that were added since.
func (b *Batch) Mark() (rewind func()) {
	n, off := b.w.len(), b.w.offset()
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, e := range b.w.entries[n:] {
			delete(b.known, e.id)
			delete(b.trees, e.id)
		}
		_ = b.w.rewind(n, off)
	}
}

// Close releases the batch. Objects that were not stored are gone.
func (b *Batch) Close() { b.w.abort() }

// Store makes the objects durable and visible in the database.
func (b *Batch) Store() error {
	if b.w.len() == 0 {
		return nil
	}
	p, err := b.w.finish()
	if err != nil {
		return err
	}
	b.db.add(p)
	b.keepNewest()
	return nil
}

// keepNewest puts the trees that no other one of the batch replaces where the next batch looks
// first.
func (b *Batch) keepNewest() {
	b.mu.RLock()
	defer b.mu.RUnlock()
	replaced := make(map[OID]bool, len(b.trees))
	for _, v := range b.trees {
		replaced[v.before] = true
	}
	for o := range b.trees {
		if k := b.known[o]; k.data != nil && !replaced[o] {
			b.db.trees.put(o, k.data)
		}
	}
}

func (b *Batch) DB() *DB { return b.db }

func (b *Batch) Object(o OID) (kind, []byte, error) {
	b.mu.RLock()
	k, ok := b.known[o]
	b.mu.RUnlock()
	if ok && k.data != nil {
		return k.kind, k.data, nil
	}
	if ok && !b.db.Has(o) {
		return b.readBack(o)
	}
	return b.db.Object(o)
}

func (b *Batch) SizeOf(o OID) (kind, int64, error) {
	b.mu.RLock()
	k, ok := b.known[o]
	b.mu.RUnlock()
	if ok && k.data != nil {
		return k.kind, int64(len(k.data)), nil
	}
	if ok && !b.db.Has(o) {
		_, data, err := b.readBack(o)
		return k.kind, int64(len(data)), err
	}
	return b.db.SizeOf(o)
}

// readBack reads an object out of the pack that is being written.
func (b *Batch) readBack(o OID) (kind, []byte, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	off, ok := b.w.at[o]
	if !ok {
		return 0, nil, &MissingError{Object: o.Hash(), Dir: b.db.dir}
	}
	return b.w.read(off)
}

// Add stores the object, unless a pack has it.
func (b *Batch) Add(k kind, data []byte) (OID, error) {
	o := nameObject(k, data)
	if b.db.Has(o) {
		return o, nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(data) <= recentLimit {
		b.known[o] = baseObject{k, data}
	} else {
		b.known[o] = baseObject{kind: k}
	}
	return o, b.w.add(o, k, data)
}

// AddTree stores a tree that was made of another one, before, as delta says. What they share is not
// written again when before is of this batch as well. Of a large tree only the two newest versions stay
// in memory: with 100,000 files in a folder each has megabytes.
func (b *Batch) AddTree(data, delta []byte, before OID) (OID, error) {
	o := nameObject(TreeKind, data)
	if b.db.Has(o) {
		return o, nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.w.has(o) {
		return o, nil
	}
	at, known := b.trees[before]
	made := treeVersion{before: before}
	asDelta := b.w.has(before) && len(data) >= deltaMinSize && at.depth < maxBatchDepth && len(delta) < len(data)/2
	if asDelta {
		made.depth = at.depth + 1
	}
	b.known[o], b.trees[o] = baseObject{TreeKind, data}, made
	if known && len(data) >= storedTreeSize && b.w.has(at.before) {
		b.known[at.before] = baseObject{kind: TreeKind}
	}
	if asDelta {
		return o, b.w.addDelta(o, before, delta)
	}
	return o, b.w.add(o, TreeKind, data)
}

// maxBatchDepth is the longest chain of deltas in a batch. When it is pushed, the tree that the
// remote has comes before it.
const maxBatchDepth = maxThinDepth - 1

func (b *Batch) AddStream(r io.Reader, size int64) (OID, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	o, err := b.w.addStream(r, size)
	if err == nil {
		b.known[o] = baseObject{kind: BlobKind}
	}
	return o, err
}

// read returns the object at an offset, which may be a delta on an earlier one.
func (w *packWriter) read(off int64) (kind, []byte, error) {
	in := newInflater()
	in.seek(w, off)
	h, err := readPackHeader(in.br, off)
	if err != nil {
		return 0, nil, err
	}
	data, err := in.all(h.size)
	if err != nil || h.kind != ofsDeltaKind {
		return h.kind, data, err
	}
	k, base, err := w.read(h.baseOff)
	if err != nil {
		return 0, nil, err
	}
	data, err = applyDelta(base, data)
	return k, data, err
}

// ReadAt reads what was written so far, in the file or not.
func (w *packWriter) ReadAt(p []byte, off int64) (int, error) {
	n := 0
	if off < w.written {
		m, err := w.f.ReadAt(p[:min(int64(len(p)), w.written-off)], off)
		if n = m; err != nil && err != io.EOF {
			return n, err
		}
	}
	if n < len(p) && off+int64(n) >= w.written {
		if rest := w.buf.Bytes()[min(int64(w.buf.Len()), off+int64(n)-w.written):]; len(rest) > 0 {
			n += copy(p[n:], rest)
		}
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}
