package media

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"os"
)

// bufferSize is what reading and writing one file takes of memory, each.
const bufferSize = 64 << 10

// input reads a file from its beginning to its end, and looks on the way for what would make
// a browser take it for a page or a script (see polyglot.go).
type input struct {
	*bufio.Reader
	size int64
	spy  *scriptSpy
}

func newInput(r io.Reader, size int64) input {
	spy := &scriptSpy{}
	return input{bufio.NewReaderSize(io.TeeReader(r, spy), bufferSize), size, spy}
}

// take reads n bytes.
func (in input) take(n int) ([]byte, error) {
	if int64(n) > in.size {
		return nil, io.ErrUnexpectedEOF
	}
	b := make([]byte, n)
	_, err := io.ReadFull(in, b)
	return b, err
}

// skip passes over n bytes.
func (in input) skip(n int64) error {
	m, err := io.CopyN(io.Discard, in, n)
	if err == io.EOF && m < n {
		return io.ErrUnexpectedEOF
	}
	return err
}

// copyTo copies n bytes.
func (in input) copyTo(out io.Writer, n int64) error {
	m, err := io.CopyN(out, in, n)
	if err == io.EOF && m < n {
		return io.ErrUnexpectedEOF
	}
	return err
}

// output is a file that is being written.
type output struct{ *bufio.Writer }

func newOutput(w io.Writer) output { return output{bufio.NewWriterSize(w, bufferSize)} }

// medium is a file that is changed where it stands.
type medium struct {
	f    file
	size int64
}

// file is what scrubbing needs of an os.File.
type file interface {
	io.ReaderAt
	io.WriterAt
	Truncate(size int64) error
}

var _ file = (*os.File)(nil)

// read gives n bytes at an offset.
func (m medium) read(at int64, n int) ([]byte, error) {
	if at < 0 || n < 0 || int64(n) > m.size-at {
		return nil, io.ErrUnexpectedEOF
	}
	b := make([]byte, n)
	_, err := m.f.ReadAt(b, at)
	if err == io.EOF {
		err = nil // the last bytes of the file
	}
	return b, err
}

func (m medium) write(at int64, b []byte) error {
	_, err := m.f.WriteAt(b, at)
	return err
}

// fill overwrites from one offset to another with one byte value.
func (m medium) fill(from, to int64, value byte) error {
	if from < 0 || to > m.size {
		return io.ErrUnexpectedEOF
	}
	block := bytes.Repeat([]byte{value}, int(min(max(to-from, 0), bufferSize)))
	for from < to {
		n := min(to-from, int64(len(block)))
		if err := m.write(from, block[:n]); err != nil {
			return err
		}
		from += n
	}
	return nil
}

// move copies n bytes to a lower offset.
func (m medium) move(to, from, n int64) error {
	if to == from {
		return nil
	}
	block := make([]byte, min(n, bufferSize))
	for n > 0 {
		part := block[:min(n, int64(len(block)))]
		if _, err := io.ReadFull(io.NewSectionReader(m.f, from, int64(len(part))), part); err != nil {
			return err
		}
		if err := m.write(to, part); err != nil {
			return err
		}
		to, from, n = to+int64(len(part)), from+int64(len(part)), n-int64(len(part))
	}
	return nil
}

// reader reads the file from an offset to another.
func (m medium) reader(from, to int64) *bufio.Reader {
	return bufio.NewReaderSize(io.NewSectionReader(m.f, from, to-from), bufferSize)
}

var be, le = binary.BigEndian, binary.LittleEndian
