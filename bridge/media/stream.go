package media

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"os"
)

var be, le = binary.BigEndian, binary.LittleEndian

// bufferSize is the size of the buffer for reading or writing one file.
const bufferSize = 64 << 10

// input reads an upload from start to end. Everything read also passes through a scanner for
// HTML and scripts (see polyglot.go).
type input struct {
	*bufio.Reader
	size    int64
	scanner *scriptScanner
}

func newInput(r io.Reader, size int64) input {
	scanner := &scriptScanner{}
	return input{bufio.NewReaderSize(io.TeeReader(r, scanner), bufferSize), size, scanner}
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

// skip discards n bytes.
func (in input) skip(n int64) error { return in.copyTo(io.Discard, n) }

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

// contextReader fails once its context is done, so that decoders and parsers which know no
// context end with their request. A read returns at most most bytes (0: no limit), which bounds
// the work between two checks.
type contextReader struct {
	ctx  context.Context
	r    io.Reader
	most int
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	if c.most > 0 && len(p) > c.most {
		p = p[:c.most]
	}
	return c.r.Read(p)
}

// medium is an upload whose bytes are changed in place. Its reads are counted: a file that needs
// more of them than its size explains is refused, so that no parser runs long on few bytes.
type medium struct {
	ctx   context.Context
	f     file
	size  int64
	spent *int64 // what reading has cost so far, in units of one read or 4 KB
}

// file is the part of os.File that cleaning in place needs.
type file interface {
	io.ReaderAt
	io.WriterAt
	Truncate(size int64) error
}

var _ file = (*os.File)(nil)

func newMedium(ctx context.Context, f file, size int64) medium {
	return medium{ctx, f, size, new(int64)}
}

// read returns n bytes at an offset.
func (m medium) read(at int64, n int) ([]byte, error) {
	if at < 0 || n < 0 || int64(n) > m.size-at {
		return nil, io.ErrUnexpectedEOF
	}
	if err := m.spend(1 + int64(n)>>12); err != nil {
		return nil, err
	}
	b := make([]byte, n)
	_, err := m.f.ReadAt(b, at)
	if err == io.EOF {
		err = nil // the last bytes of the file
	}
	return b, err
}

// spend counts a step of work. The limit allows some hundred thousand reads, and for large files
// one more per 64 bytes.
func (m medium) spend(cost int64) error {
	if *m.spent += cost; *m.spent > 200_000+m.size/64 {
		return broken("it has too many parts")
	}
	return m.ctx.Err()
}

func (m medium) write(at int64, b []byte) error {
	_, err := m.f.WriteAt(b, at)
	return err
}

// fill overwrites a range with one byte value.
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
	return m.ctx.Err()
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
	return m.ctx.Err()
}

// truncate makes the file end at an offset.
func (m medium) truncate(size int64) error { return m.f.Truncate(size) }

// reader reads from one offset to another.
func (m medium) reader(from, to int64) *bufio.Reader {
	return bufio.NewReaderSize(contextReader{m.ctx, io.NewSectionReader(m.f, from, to-from), 0}, bufferSize)
}
