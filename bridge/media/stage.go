package media

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"gitpost/bridge/fault"
)

// operation is what errors say was being done.
const operation = "store upload"

// Staged is an upload that is on disk.
type Staged struct {
	Name        string // a readable stem, an unguessable part and the right extension
	File        string // relative to Config.Dir
	ContentType string // by content
	Size        int64
	Width       int // as it is shown; 0 when it is no picture
	Height      int
}

// shape is what was learnt of a file while its metadata was taken out.
type shape struct {
	width, height int   // as they are stored; 0 when it is no picture
	coded         int64 // pixels that decoding makes, when they may be more than are shown
	orientation   int   // EXIF's 1 to 8 when the picture must be turned to look right, else 0
	animated      bool
	bytesPerPixel float64   // what decoding takes, about
	plan          *heicPlan // how a HEIC picture is decoded piece by piece; nil: as a whole
	kind          *kind     // when the file turns out to be of a kin kind: MP4 without a picture
	carry         carried   // metadata for a picture that is encoded anew
}

// shown are the dimensions in which the picture is seen.
func (s shape) shown() (width, height int) {
	if s.orientation >= 5 {
		return s.height, s.width
	}
	return s.width, s.height
}

// Stage stores an upload. filename is what the client calls it and only lends its stem. When
// Stage returns without an error the file is on disk to stay; when it returns an error there
// is nothing. Work that waits, or that takes long, ends when ctx does. The error is a
// *fault.Error when the upload is to blame: UnsupportedMedia, TooLarge or InvalidRequest; and
// Unavailable when the disk is full.
func (s *Store) Stage(ctx context.Context, filename string, body io.Reader) (staged Staged, err error) {
	w := &work{store: s}
	defer func() {
		w.discard()
		err = explain(err)
	}()
	upload, err := w.part()
	if err != nil {
		return Staged{}, err
	}
	k, size, err := s.receive(upload, body)
	if err != nil {
		return Staged{}, err
	}
	result, k, sh, err := s.process(ctx, w, upload, size, k)
	if err != nil {
		return Staged{}, err
	}
	return s.settle(w, result, newName(filename, k), k, sh)
}

// receive copies the body to disk, as long as it is of an accepted kind and not too large.
func (s *Store) receive(f *os.File, body io.Reader) (*kind, int64, error) {
	body = io.LimitReader(body, s.maxSize+1)
	head := make([]byte, sniffLength)
	n, err := io.ReadFull(body, head)
	head = head[:n]
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, 0, interrupted(err)
	}
	if n == 0 {
		return nil, 0, &fault.Error{Code: fault.InvalidRequest, Op: operation, Message: "the file is empty", Hint: "send it again, with its content"}
	}
	k := sniff(head)
	if k == nil {
		return nil, 0, s.unsupported("this kind of file is not accepted")
	}
	if !s.accepts(k) {
		return nil, 0, s.unsupported(k.name + " files are not accepted here")
	}
	if _, err := f.Write(head); err != nil {
		return nil, 0, err
	}
	source := &bodyReader{r: body}
	rest, err := io.CopyBuffer(struct{ io.Writer }{f}, source, make([]byte, 64<<10))
	if source.err != nil {
		return nil, 0, interrupted(source.err)
	}
	if err != nil {
		return nil, 0, err
	}
	size := int64(n) + rest
	if size > s.maxSize {
		return nil, 0, &fault.Error{
			Code: fault.TooLarge, Op: operation,
			Message: fmt.Sprintf("the file is larger than %s", megabytes(s.maxSize)),
			Hint:    "send a smaller one",
		}
	}
	return k, size, nil
}

// bodyReader tells an error of the client's body from one of the disk.
type bodyReader struct {
	r   io.Reader
	err error
}

func (b *bodyReader) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if err != nil && err != io.EOF {
		b.err = err
	}
	return n, err
}

// interrupted is the answer to a body that could not be read to its end.
func interrupted(err error) error {
	var known *fault.Error
	if errors.As(err, &known) {
		return err
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return &fault.Error{Code: fault.TooLarge, Op: operation, Message: fmt.Sprintf("the request is larger than %s", megabytes(tooLarge.Limit)), Hint: "send a smaller file", Err: err}
	}
	return &fault.Error{Code: fault.InvalidRequest, Op: operation, Message: "the upload broke off", Hint: "send it again", Err: err}
}

func megabytes(n int64) string {
	if n >= 1<<20 {
		return fmt.Sprintf("%d MB", n>>20)
	}
	return fmt.Sprintf("%d bytes", n)
}

// process takes the metadata out and, where that is needed, encodes the picture anew. It
// returns the file to keep.
func (s *Store) process(ctx context.Context, w *work, upload *os.File, size int64, k *kind) (*os.File, *kind, shape, error) {
	result := upload
	var sh shape
	var err error
	if clean := k.cleaner(); clean != nil {
		if result, err = w.part(); err != nil {
			return nil, nil, shape{}, err
		}
		sh, err = s.copyClean(upload, size, result, clean)
	} else {
		sh, err = k.scrubber()(medium{upload, size}, s.keep)
	}
	if err != nil {
		return nil, nil, shape{}, s.blame(k, err)
	}
	if sh.kind != nil {
		k = sh.kind
		if !s.accepts(k) {
			return nil, nil, shape{}, s.unsupported(k.name + " files are not accepted here")
		}
	}
	if strings.HasPrefix(k.mime, "image/") && int64(sh.width)*int64(sh.height) > MaxPixels {
		return nil, nil, shape{}, &fault.Error{
			Code: fault.TooLarge, Op: operation,
			Message: fmt.Sprintf("the picture has %d × %d pixels", sh.width, sh.height),
			Hint:    fmt.Sprintf("send one of at most %d million pixels", MaxPixels/1_000_000),
		}
	}
	return s.reencode(ctx, w, result, k, sh)
}

// copyClean runs a cleaner from one file to another.
func (s *Store) copyClean(from *os.File, size int64, to *os.File, clean cleaner) (shape, error) {
	in := newInput(io.NewSectionReader(from, 0, size), size)
	out := newOutput(to)
	sh, err := clean(in, out, s.keep)
	if err != nil {
		return shape{}, err
	}
	return sh, out.Flush()
}

// settle makes the file durable under its name.
func (s *Store) settle(w *work, f *os.File, name string, k *kind, sh shape) (Staged, error) {
	if err := f.Sync(); err != nil {
		return Staged{}, err
	}
	info, err := f.Stat()
	if err != nil {
		return Staged{}, err
	}
	path := filepath.Join(s.dir, name)
	if err := w.keep(f, path); err != nil {
		return Staged{}, err
	}
	if err := syncFolder(s.dir); err != nil {
		os.Remove(path)
		return Staged{}, err
	}
	staged := Staged{Name: name, File: name, ContentType: k.mime, Size: info.Size()}
	staged.Width, staged.Height = sh.shown()
	return staged, nil
}

// work is the temporary files of one upload.
type work struct {
	store *Store
	open  []*os.File
}

// part makes one more temporary file.
func (w *work) part() (*os.File, error) {
	f, err := os.CreateTemp(w.store.dir, partPrefix+"*") // mode 0600
	if err == nil {
		w.open = append(w.open, f)
	}
	return f, err
}

// keep gives a temporary file its name for good.
func (w *work) keep(f *os.File, path string) error {
	for i, other := range w.open {
		if other != f {
			continue
		}
		w.open = append(w.open[:i], w.open[i+1:]...)
		if err := f.Close(); err != nil {
			os.Remove(f.Name())
			return err
		}
		if err := os.Rename(f.Name(), path); err != nil {
			os.Remove(f.Name())
			return err
		}
		return nil
	}
	return errors.New("not a file of this upload")
}

// discard removes the temporary files that were not kept.
func (w *work) discard() {
	for _, f := range w.open {
		f.Close()
		os.Remove(f.Name())
	}
	w.open = nil
}

// explain turns what the machine says into what a client can be told.
func explain(err error) error {
	if err == nil {
		return nil
	}
	var known *fault.Error
	if errors.As(err, &known) {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return interrupted(err) // the client is gone
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return &fault.Error{Code: fault.Unavailable, Op: operation, Message: "the server's disk is full", Hint: "make room, then send the file again", Err: err}
	}
	return fmt.Errorf("%s: %w", operation, err)
}

// unsyncable tells the error of a system that cannot sync a folder, and need not.
func unsyncable(err error) bool {
	return errors.Is(err, errors.ErrUnsupported) || errors.Is(err, os.ErrInvalid)
}
