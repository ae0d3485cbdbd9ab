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

	mu    sync.RWMutex // guards recent; an edit may read from several goroutines
	known map[OID]baseObject
}

// recentLimit is the size up to which a new object is kept in memory until it is durable.
const recentLimit = 8 << 20

func NewBatch(db *DB) *Batch {
	return &Batch{db: db, w: newPackWriter(db.packDir()), known: make(map[OID]baseObject)}
}

// Mark returns a function that removes the objects that were added since.
func (b *Batch) Mark() (rewind func()) {
	n, off := b.w.len(), b.w.offset()
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, e := range b.w.entries[n:] {
			delete(b.known, e.id)
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
	return nil
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

// readBack reads a large object out of the pack that is being written.
func (b *Batch) readBack(o OID) (kind, []byte, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	off, ok := b.w.at[o]
	if !ok {
		return 0, nil, &MissingError{Object: o.Hash(), Dir: b.db.dir}
	}
	in := newInflater()
	in.seek(b.w, off)
	h, err := readPackHeader(in.br, off)
	if err != nil {
		return 0, nil, err
	}
	data, err := in.all(h.size)
	return h.kind, data, err
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

func (b *Batch) AddStream(r io.Reader, size int64) (OID, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	o, err := b.w.addStream(r, size)
	if err == nil {
		b.known[o] = baseObject{kind: BlobKind}
	}
	return o, err
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
