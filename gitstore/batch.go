package gitstore

import (
	"io"
	"sync"
)

// batch is the objects of commits that are being made: a pack in the making, readable
// together with what is on disk.
type batch struct {
	db *objects
	w  *packWriter

	mu    sync.RWMutex // guards recent; an edit may read from several goroutines
	known map[oid]baseObject
}

// recentLimit is the size up to which a new object is kept in memory until it is durable.
const recentLimit = 8 << 20

func newBatch(db *objects) *batch {
	return &batch{db: db, w: newPackWriter(db.packDir()), known: make(map[oid]baseObject)}
}

// mark returns a function that removes the objects that were added since.
func (b *batch) mark() (rewind func()) {
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

// close releases the batch. Objects that were not stored are gone.
func (b *batch) close() { b.w.abort() }

// store makes the objects durable and visible in the database.
func (b *batch) store() error {
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

func (b *batch) disk() *objects { return b.db }

func (b *batch) object(o oid) (kind, []byte, error) {
	b.mu.RLock()
	k, ok := b.known[o]
	b.mu.RUnlock()
	if ok && k.data != nil {
		return k.kind, k.data, nil
	}
	if ok && !b.db.has(o) {
		return b.readBack(o)
	}
	return b.db.object(o)
}

func (b *batch) sizeOf(o oid) (kind, int64, error) {
	b.mu.RLock()
	k, ok := b.known[o]
	b.mu.RUnlock()
	if ok && k.data != nil {
		return k.kind, int64(len(k.data)), nil
	}
	if ok && !b.db.has(o) {
		_, data, err := b.readBack(o)
		return k.kind, int64(len(data)), err
	}
	return b.db.sizeOf(o)
}

// readBack reads a large object out of the pack that is being written.
func (b *batch) readBack(o oid) (kind, []byte, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	off, ok := b.w.at[o]
	if !ok {
		return 0, nil, &MissingError{Object: o.hash(), Dir: b.db.dir}
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

// add gives the object a place, unless it has one.
func (b *batch) add(k kind, data []byte) (oid, error) {
	o := nameObject(k, data)
	if b.db.has(o) {
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

func (b *batch) addStream(r io.Reader, size int64) (oid, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	o, err := b.w.addStream(r, size)
	if err == nil {
		b.known[o] = baseObject{kind: blobKind}
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
