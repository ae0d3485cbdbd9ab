package media

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"gitpost/bridge/fault"
)

// Staged is an upload that is on disk.
type Staged struct {
	Name        string // a readable stem, an unguessable part and the right extension
	File        string // its name where it waits
	ContentType string // by content
	Size        int64
	Width       int // as it is shown; 0 if it is no image
	Height      int
}

// shape is what was learnt of a file while its metadata was removed.
type shape struct {
	width, height int   // as they are stored; 0 if it is no image
	coded         int64 // pixels that decoding produces, if they may be more than are shown
	orientation   int   // EXIF's 1 to 8 if the image must be rotated to look right, else 0
	animated      bool
	incomplete    bool      // the end is missing
	bytesPerPixel float64   // what decoding takes, about
	plan          *heicPlan // how a HEIC image is decoded tile by tile; nil: as a whole
	kind          *kind     // set if it is of another kind than its first bytes say: MP4 without video
	carry         carried   // metadata for an image that is encoded again
}

// shown returns the dimensions in which the image is seen.
func (s shape) shown() (width, height int) {
	if s.orientation >= 5 {
		return s.height, s.width
	}
	return s.width, s.height
}

// Stage stores an upload on behalf of nobody in particular; see StageFor.
func (s *Store) Stage(ctx context.Context, filename string, body io.Reader) (Staged, error) {
	return s.StageFor(ctx, "", filename, body)
}

// StageFor stores an upload. filename is the client's name for it, of which only the stem is used.
// When StageFor returns without an error the file is durable; after an error there is nothing.
// Waiting and long work end when ctx does.
//
// owner is any key of who sends it, such as the ID of the access token: decoding is shared fairly
// between owners.
//
// The error is a *fault.Error if the upload is at fault: UnsupportedMedia, TooLarge or
// InvalidRequest; and Unavailable if the disk is full.
func (s *Store) StageFor(ctx context.Context, owner, filename string, body io.Reader) (staged Staged, err error) {
	t := &temps{dir: s.dir}
	defer func() {
		t.discard()
		err = clientError(err)
	}()
	upload, err := t.create()
	if err != nil {
		return Staged{}, err
	}
	k, size, err := s.receive(upload, body)
	if err != nil {
		return Staged{}, err
	}
	result, k, sh, err := s.clean(ctx, t, upload, size, k)
	if err != nil {
		return Staged{}, err
	}
	if result, k, sh, err = s.reencode(ctx, owner, t, result, k, sh); err != nil {
		return Staged{}, err
	}
	return s.settle(ctx, result, newName(filename, k), k, sh)
}

// receive copies the body to disk, if it is of an accepted kind and not too large.
func (s *Store) receive(f *os.File, body io.Reader) (*kind, int64, error) {
	body = io.LimitReader(body, s.maxSize+1)
	head := make([]byte, sniffLength)
	n, err := io.ReadFull(body, head)
	head = head[:n]
	if err != nil && !ended(err) {
		return nil, 0, interrupted(err)
	}
	if n == 0 {
		return nil, 0, refuse(fault.InvalidRequest, "the file is empty", "send it again, with its content")
	}
	k := sniff(head)
	if k == nil {
		return nil, 0, s.unsupported("this kind of file is not accepted")
	}
	if err := s.checkAccepted(k); err != nil {
		return nil, 0, err
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
		return nil, 0, refuse(fault.TooLarge, "the file is larger than "+megabytes(s.maxSize), "send a smaller one")
	}
	return k, size, nil
}

// bodyReader distinguishes an error of the client's body from one of the disk.
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

// clean removes the metadata. It returns the file without it, its kind, and its shape.
func (s *Store) clean(ctx context.Context, t *temps, upload *os.File, size int64, k *kind) (
	result *os.File, _ *kind, sh shape, err error,
) {
	result = upload
	if clean := k.cleaner(); clean != nil {
		if result, err = t.create(); err != nil {
			return nil, nil, shape{}, err
		}
		in := newInput(contextReader{ctx, io.NewSectionReader(upload, 0, size), 0}, size)
		out := newOutput(result)
		if sh, err = clean(in, out, s.keep); err == nil {
			err = out.Flush()
		}
	} else {
		sh, err = k.scrubber()(newMedium(ctx, upload, size), s.keep)
	}
	if err != nil {
		return nil, nil, shape{}, s.parseError(k, err)
	}
	if sh.kind != nil {
		k = sh.kind
		if err := s.checkAccepted(k); err != nil {
			return nil, nil, shape{}, err
		}
	}
	if strings.HasPrefix(k.mime, "image/") && int64(sh.width)*int64(sh.height) > MaxPixels {
		return nil, nil, shape{}, refuse(fault.TooLarge,
			fmt.Sprintf("the image has %d × %d pixels", sh.width, sh.height),
			fmt.Sprintf("send one of at most %d million pixels", MaxPixels/1_000_000))
	}
	return result, k, sh, nil
}

// settle stores the file under its name.
func (s *Store) settle(ctx context.Context, f *os.File, name string, k *kind, sh shape) (Staged, error) {
	info, err := f.Stat()
	if err != nil {
		return Staged{}, err
	}
	if err := s.staging.Put(ctx, name, f); err != nil {
		return Staged{}, err
	}
	staged := Staged{Name: name, File: name, ContentType: k.mime, Size: info.Size()}
	staged.Width, staged.Height = sh.shown()
	return staged, nil
}

// temps are the temporary files of one upload.
type temps struct {
	dir  string
	open []*os.File
}

func (t *temps) create() (*os.File, error) {
	f, err := os.CreateTemp(t.dir, tempPrefix+"*") // mode 0600
	if err == nil {
		t.open = append(t.open, f)
	}
	return f, err
}

// discard removes the files, except one that the Staging has moved.
func (t *temps) discard() {
	for _, f := range t.open {
		f.Close()
		os.Remove(f.Name())
	}
	t.open = nil
}
