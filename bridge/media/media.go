// Package media takes in the files that a client uploads and stages them on disk until the
// post that uses them is committed.
//
// A staged file is what its bytes say, whatever its name or declared type: one of the kinds
// listed in kind.go. It tells nobody where it was made or with which device: metadata is
// cut out without touching the picture, and only a picture that is wider than the site
// needs, or that browsers cannot show, is encoded anew. It is on disk when Stage returns,
// and an upload that breaks off leaves nothing.
//
// Every file is first written to disk and then worked on there: memory does not grow with
// the size of a video, and pictures that must be decoded wait for each other.
package media

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sync/semaphore"

	"gitpost/bridge/fault"
)

// Defaults of Config.
const (
	DefaultMaxSize  = 100 << 20
	DefaultMaxWidth = 2048
)

// MaxPixels is how large a picture may be. It is checked before anything is decoded.
const MaxPixels = 100_000_000

// Config says what a Store accepts and what it does with it. Only Dir is required.
type Config struct {
	Dir      string   // the uploads folder
	MaxSize  int64    // bytes of one upload; 0: DefaultMaxSize
	MaxWidth int      // wider pictures are made this wide; 0: DefaultMaxWidth, below 0: none is
	Keep     string   // metadata: "" (none), "keep" (all but the location) or "keep-location" (all)
	Accept   []string // content types, or "image/*"; none: every kind that is known
}

// Store is a folder of staged uploads. It is safe for concurrent use; only one Store may
// have a folder open.
type Store struct {
	dir      string
	maxSize  int64
	maxWidth int
	keep     policy
	accept   map[string]bool // by content type

	decoding *semaphore.Weighted // memory that decoded pictures may take; see picture.go
	cores    chan struct{}       // one place per core
}

// Open makes the folder when it is not there, and removes what broken uploads left in it.
func Open(c Config) (*Store, error) {
	s := &Store{dir: c.Dir}
	if err := s.follow(c); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, fmt.Errorf("make uploads folder: %w", err)
	}
	leftovers, err := filepath.Glob(filepath.Join(escapeGlob(s.dir), partPrefix+"*"))
	if err != nil {
		return nil, fmt.Errorf("look through uploads folder %s: %w", s.dir, err)
	}
	for _, name := range leftovers {
		if err := os.Remove(name); err != nil {
			return nil, fmt.Errorf("remove what a broken upload left: %w", err)
		}
	}
	s.limitDecoding()
	return s, nil
}

// With is the same folder under other rules: all of c but the folder. An upload that is under way
// ends by the rules that it began with.
func (s *Store) With(c Config) (*Store, error) {
	next := *s
	if err := next.follow(c); err != nil {
		return nil, err
	}
	return &next, nil
}

// follow takes the rules of a Config.
func (s *Store) follow(c Config) (err error) {
	if s.maxSize = c.MaxSize; s.maxSize == 0 {
		s.maxSize = DefaultMaxSize
	}
	if s.maxWidth = c.MaxWidth; s.maxWidth == 0 {
		s.maxWidth = DefaultMaxWidth
	}
	if s.keep, err = parsePolicy(c.Keep); err != nil {
		return err
	}
	s.accept, err = acceptable(c.Accept)
	return err
}

// partPrefix marks files that are still being written. No Staged.File begins with a dot.
const partPrefix = ".part-"

// escapeGlob makes a path match itself alone.
func escapeGlob(path string) string {
	return strings.NewReplacer(`*`, `[*]`, `?`, `[?]`, `[`, `[[]`).Replace(path)
}

// policy is how much of a file's metadata stays.
type policy int

const (
	keepNothing policy = iota // but what the picture needs to look right
	keepNoPlace               // all but where it was made
	keepAll                   // the location too
)

func parsePolicy(s string) (policy, error) {
	switch s {
	case "":
		return keepNothing, nil
	case "keep":
		return keepNoPlace, nil
	case "keep-location":
		return keepAll, nil
	}
	return 0, fmt.Errorf("media metadata is %q: leave it out, or write keep or keep-location", s)
}

// File opens a staged file for reading. file is a Staged.File.
func (s *Store) File(file string) (*os.File, error) {
	path, err := s.path(file)
	if err != nil {
		return nil, err
	}
	return os.Open(path)
}

// Remove deletes a staged file. That it is gone already is no error.
func (s *Store) Remove(file string) error {
	path, err := s.path(file)
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return err
	}
	return syncFolder(s.dir)
}

// path is where a staged file lies. A name that leads out of the folder, or to a file that
// is still being written, is not found.
func (s *Store) path(file string) (string, error) {
	if file == "" || file[0] == '.' || strings.ContainsAny(file, "/\\\x00") || !filepath.IsLocal(file) {
		return "", &fault.Error{Code: fault.NotFound, Op: "open upload", Message: fmt.Sprintf("there is no upload %q", file), Err: os.ErrNotExist}
	}
	return filepath.Join(s.dir, file), nil
}

// syncFolder makes new and removed entries of a folder durable.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !unsyncable(err) {
		return err
	}
	return nil
}
