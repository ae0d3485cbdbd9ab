package git

import (
	"bytes"
	"crypto/sha1"
	"encoding/binary"
	"hash"
	"hash/adler32"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/klauspost/compress/zlib"
)

const (
	spillSize      = 16 << 20 // a pack larger than this goes to its file while it is made
	storedTreeSize = 64 << 10 // a tree larger than this is stored as it is: it is mostly hashes
	tempPrefix     = "tmp_gitstore_"
)

// deflater compresses with buffers that are kept.
type deflater struct{ fast *zlib.Writer }

var deflaters = sync.Pool{New: func() any { return new(deflater) }}

func (d *deflater) to(w io.Writer) *zlib.Writer {
	if d.fast == nil {
		d.fast, _ = zlib.NewWriterLevel(w, zlib.BestSpeed)
	} else {
		d.fast.Reset(w)
	}
	return d.fast
}

// deflate writes data, stored as it is or compressed.
func (d *deflater) deflate(w *bytes.Buffer, data []byte, stored bool) error {
	if stored {
		writeStored(w, data)
		return nil
	}
	z := d.to(w)
	if _, err := z.Write(data); err != nil {
		return err
	}
	return z.Close()
}

// writeStored writes a zlib stream of blocks that are not compressed.
func writeStored(w *bytes.Buffer, data []byte) {
	const most = 1<<16 - 1                                   // bytes in a block
	w.Grow(len(data) + 5*(len(data)/most+1) + 6 + sha1.Size) // the pack ends with its checksum
	w.Write([]byte{0x78, 0x01})
	for rest, last := data, false; !last; {
		n := min(len(rest), most)
		last = n == len(rest)
		head := append(w.AvailableBuffer(), 0)
		if last {
			head[0] = 1
		}
		head = binary.LittleEndian.AppendUint16(head, uint16(n))
		w.Write(binary.LittleEndian.AppendUint16(head, ^uint16(n)))
		w.Write(rest[:n])
		rest = rest[n:]
	}
	w.Write(binary.BigEndian.AppendUint32(w.AvailableBuffer(), adler32.Checksum(data)))
}

// packWriter collects objects into a pack of a repository. Until finish nothing of it is
// visible to anyone; abort leaves no trace.
type packWriter struct {
	dir     string // …/objects/pack
	z       *deflater
	buf     bytes.Buffer // what is not in the file yet
	f       *os.File     // nil until the pack is large
	written int64        // bytes in f
	entries []indexEntry
	at      map[OID]int64
}

func newPackWriter(dir string) *packWriter {
	w := &packWriter{dir: dir, z: deflaters.Get().(*deflater), at: make(map[OID]int64)}
	w.buf.Write(packHead(0))
	return w
}

func packHead(n int) []byte {
	h := append(make([]byte, 0, 12), "PACK\x00\x00\x00\x02"...)
	return binary.BigEndian.AppendUint32(h, uint32(n))
}

func (w *packWriter) len() int      { return len(w.entries) }
func (w *packWriter) offset() int64 { return w.written + int64(w.buf.Len()) }

func (w *packWriter) has(o OID) bool {
	_, ok := w.at[o]
	return ok
}

func (w *packWriter) spill() error {
	if w.f == nil {
		f, err := os.CreateTemp(w.dir, tempPrefix+"*.pack")
		if err != nil {
			return err
		}
		w.f = f
	}
	n, err := w.f.Write(w.buf.Bytes())
	w.written += int64(n)
	w.buf.Reset()
	return err
}

// add writes an object; one that the pack has is skipped.
func (w *packWriter) add(o OID, k kind, data []byte) error {
	if w.has(o) {
		return nil
	}
	off := w.offset()
	head := w.buf.Len()
	w.buf.Write(appendPackHeader(w.buf.AvailableBuffer(), k, int64(len(data))))
	if err := w.z.deflate(&w.buf, data, k == TreeKind && len(data) >= storedTreeSize); err != nil {
		return err
	}
	return w.entry(o, off, crc32.ChecksumIEEE(w.buf.Bytes()[head:]))
}

// addDelta writes an object as a delta against an earlier one of the pack.
func (w *packWriter) addDelta(o OID, base OID, delta []byte) error {
	off := w.offset()
	head := w.buf.Len()
	w.buf.Write(appendPackHeader(w.buf.AvailableBuffer(), ofsDeltaKind, int64(len(delta))))
	back := off - w.at[base]
	var digits [10]byte
	i := len(digits) - 1
	digits[i] = byte(back & 0x7f)
	for back >>= 7; back > 0; back >>= 7 {
		back--
		i--
		digits[i] = byte(back&0x7f) | 0x80
	}
	w.buf.Write(digits[i:])
	if err := w.z.deflate(&w.buf, delta, false); err != nil {
		return err
	}
	return w.entry(o, off, crc32.ChecksumIEEE(w.buf.Bytes()[head:]))
}

// addRaw copies a whole entry that is not a delta out of another pack.
func (w *packWriter) addRaw(o OID, r io.Reader, n int64) error {
	off := w.offset()
	crc := crc32.NewIEEE()
	if err := w.copyIn(io.TeeReader(r, crc), n); err != nil {
		return err
	}
	return w.entry(o, off, crc.Sum32())
}

func (w *packWriter) copyIn(r io.Reader, n int64) error {
	for n > 0 {
		m, err := io.CopyN(&w.buf, r, min(n, spillSize))
		n -= m
		if err != nil {
			return err
		}
		if w.buf.Len() >= spillSize {
			if err := w.spill(); err != nil {
				return err
			}
		}
	}
	return nil
}

// addStream writes a blob of a known size without holding it in memory.
func (w *packWriter) addStream(r io.Reader, size int64) (OID, error) {
	off := w.offset()
	w.buf.Write(appendPackHeader(w.buf.AvailableBuffer(), BlobKind, size))
	out := &streamOut{w: w, crc: crc32.NewIEEE()}
	out.crc.Write(w.buf.Bytes()[w.buf.Len()-int(w.offset()-off):])
	name := sha1.New()
	name.Write(looseHeader(BlobKind, size))
	z := w.z.to(out)
	n, err := io.Copy(io.MultiWriter(z, name), io.LimitReader(r, size+1))
	if err != nil {
		return ZeroOID, err
	}
	if n != size {
		return ZeroOID, ErrWrongSize
	}
	if err := z.Close(); err != nil {
		return ZeroOID, err
	}
	var o OID
	name.Sum(o[:0])
	// A second copy of an object in one pack would be wrong; the bytes stay unreachable
	// between two entries, so the pack is truncated instead.
	if w.has(o) {
		return o, w.cut(off)
	}
	return o, w.entry(o, off, out.crc.Sum32())
}

type streamOut struct {
	w   *packWriter
	crc hash.Hash32
}

func (s *streamOut) Write(p []byte) (int, error) {
	s.crc.Write(p)
	s.w.buf.Write(p)
	if s.w.buf.Len() >= spillSize {
		if err := s.w.spill(); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// cut forgets everything from off on.
func (w *packWriter) cut(off int64) error {
	if off >= w.written {
		w.buf.Truncate(int(off - w.written))
		return nil
	}
	w.buf.Reset()
	if err := w.f.Truncate(off); err != nil {
		return err
	}
	w.written = off
	_, err := w.f.Seek(off, io.SeekStart)
	return err
}

func (w *packWriter) entry(o OID, off int64, crc uint32) error {
	w.entries = append(w.entries, indexEntry{o, off, crc})
	w.at[o] = off
	if w.buf.Len() >= spillSize {
		return w.spill()
	}
	return nil
}

// rewind drops the objects that were added since there were n.
func (w *packWriter) rewind(n int, off int64) error {
	for _, e := range w.entries[n:] {
		delete(w.at, e.id)
	}
	w.entries = w.entries[:n]
	return w.cut(off)
}

// abort removes what was written.
func (w *packWriter) abort() {
	if w.z != nil {
		deflaters.Put(w.z)
		w.z = nil
	}
	if w.f != nil {
		w.f.Close()
		os.Remove(w.f.Name())
		w.f = nil
	}
}

// finish makes the pack durable and opens it: pack and index are synced, renamed in that
// order, and the folder is synced. On an error nothing is left.
func (w *packWriter) finish() (_ *pack, err error) {
	defer w.abort()
	head := packHead(len(w.entries))
	var sum [20]byte
	if w.f == nil {
		copy(w.buf.Bytes(), head)
		// The checksum is computed while the file is written: a large tree makes both long.
		data, summed := w.buf.Bytes(), make(chan struct{})
		go func() {
			sum = sha1.Sum(data)
			close(summed)
		}()
		err := w.spill()
		<-summed
		if err != nil {
			return nil, err
		}
	} else {
		if err := w.spill(); err != nil {
			return nil, err
		}
		if _, err := w.f.WriteAt(head, 0); err != nil {
			return nil, err
		}
		h := sha1.New()
		if _, err := io.Copy(h, io.NewSectionReader(w.f, 0, w.written)); err != nil {
			return nil, err
		}
		h.Sum(sum[:0])
	}
	w.buf.Write(sum[:])
	if err := w.spill(); err != nil {
		return nil, err
	}
	return installPack(w.f, w.entries, sum)
}

// installPack renames a complete temporary pack file and writes its index beside it.
func installPack(f *os.File, entries []indexEntry, sum [20]byte) (_ *pack, err error) {
	dir := filepath.Dir(f.Name())
	index := encodePackIndex(entries, sum)
	path := filepath.Join(dir, "pack-"+OID(sum).String())
	tempIndex := f.Name() + ".idx"
	defer func() {
		if err != nil {
			os.Remove(tempIndex)
		}
	}()
	synced := make(chan error, 1)
	go func() { synced <- f.Sync() }()
	err = WriteSynced(tempIndex, index, 0o444)
	if syncErr := <-synced; err == nil {
		err = syncErr
	}
	if err != nil {
		return nil, err
	}
	if err := f.Chmod(0o444); err != nil {
		return nil, err
	}
	if err := os.Rename(f.Name(), path+".pack"); err != nil {
		return nil, err
	}
	if err := os.Rename(tempIndex, path+".idx"); err != nil {
		return nil, err
	}
	if err := SyncDir(dir); err != nil {
		return nil, err
	}
	return openPack(path)
}
