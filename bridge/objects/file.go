package objects

import (
	"bytes"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/minio/minio-go/v7"
)

// file is an object that is read. Its bytes are hashed as long as they are read in order.
type file struct {
	*minio.Object
	sum  hash.Hash
	want []byte // SHA-256; nil: not known
	size int64
	read int64 // that were hashed; -1 after a jump
}

// Read returns an error in place of io.EOF when the whole was read and is not what was stored.
func (f *file) Read(p []byte) (int, error) {
	n, err := f.Object.Read(p)
	if f.read >= 0 {
		f.sum.Write(p[:n])
		f.read += int64(n)
	}
	if errors.Is(err, io.EOF) {
		if f.read == f.size && f.want != nil && !bytes.Equal(f.sum.Sum(nil), f.want) {
			return n, fmt.Errorf("the stored file is damaged: its SHA-256 is %x, not %x", f.sum.Sum(nil), f.want)
		}
		return n, io.EOF
	}
	return n, explain(err)
}

// Seek gives up the comparison, unless it leads to the beginning.
func (f *file) Seek(offset int64, whence int) (int64, error) {
	at, err := f.Object.Seek(offset, whence)
	f.read = -1
	if at == 0 && err == nil {
		f.read = 0
		f.sum.Reset()
	}
	return at, explain(err)
}
