// Package media accepts the files that clients upload and stages them on disk until the post that
// uses them is committed.
//
// The kind of a file is decided by its bytes, whatever its name or declared type; kind.go lists
// the kinds. A staged file does not reveal where it was made or with which device: metadata is
// removed without touching the image, and only an image that is wider than the site needs, or that
// browsers cannot show, is encoded again. When Stage returns, the file is durable. An upload that
// breaks off leaves nothing.
//
// Every upload is first written to disk and processed there, so that memory does not grow with the
// size of a video. The work for a file is bounded by its size, its pixels and by time, ends with
// its request, and is fair between owners (see gate.go).
package media

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Defaults of Config.
const (
	DefaultMaxSize  = 100 << 20
	DefaultMaxWidth = 2048
)

// MaxPixels is the largest size of an image. It is checked before anything is decoded.
const MaxPixels = 100_000_000

// Config says what a Store accepts and what it does with it. Only Dir is required.
type Config struct {
	Dir      string   // the uploads folder
	Staging  Staging  // where staged files wait; nil: in Dir, which always has those that still arrive
	MaxSize  int64    // most bytes of an upload; 0: DefaultMaxSize
	MaxWidth int      // wider images are scaled down to this width; 0: DefaultMaxWidth, below 0: no limit
	Keep     string   // metadata to keep: "" (none), "keep" (all but the location) or "keep-location" (all)
	Accept   []string // content types, or groups such as image/*; none: every kind that is not a download
}

// Store is a set of staged uploads. It is safe for concurrent use. A folder must be open in
// one Store only.
type Store struct {
	dir      string
	staging  Staging
	maxSize  int64
	maxWidth int
	keep     policy
	accept   map[string]bool // by content type
	decoding *gate
	timeout  time.Duration // of decoding; see shape.timeout
}

// Open creates the folder if it is missing, removes what interrupted uploads left in it, and moves staged
// files from it to another Staging.
func Open(ctx context.Context, c Config) (*Store, error) {
	s := &Store{dir: c.Dir, staging: c.Staging, decoding: newGate(cores()+2, cores(), decodingMemory),
		timeout: decodingTimeout}
	if err := s.configure(c); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, fmt.Errorf("create uploads folder: %w", err)
	}
	leftovers, err := filepath.Glob(filepath.Join(escapeGlob(s.dir), tempPrefix+"*"))
	if err != nil {
		return nil, fmt.Errorf("read uploads folder %s: %w", s.dir, err)
	}
	for _, name := range leftovers {
		if err := os.Remove(name); err != nil {
			return nil, fmt.Errorf("remove interrupted upload: %w", err)
		}
	}
	if s.staging == nil {
		s.staging = folder(s.dir)
		return s, nil
	}
	return s, folder(s.dir).empty(ctx, s.staging)
}

// With returns a Store of the same folder with another configuration, whose Dir and Staging are ignored. An
// upload in progress ends with the configuration that it began with.
func (s *Store) With(c Config) (*Store, error) {
	next := *s
	if err := next.configure(c); err != nil {
		return nil, err
	}
	return &next, nil
}

func (s *Store) configure(c Config) (err error) {
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

// tempPrefix marks files that are still being written. No Staged.File starts with a dot.
const tempPrefix = ".part-"

// escapeGlob returns a pattern that matches path only.
func escapeGlob(path string) string {
	return strings.NewReplacer(`*`, `[*]`, `?`, `[?]`, `[`, `[[]`).Replace(path)
}

// policy is how much of a file's metadata is kept.
type policy int

const (
	keepNothing    policy = iota // except what the image needs to look right
	keepNoLocation               // everything except the location
	keepAll
)

func parsePolicy(s string) (policy, error) {
	switch s {
	case "":
		return keepNothing, nil
	case "keep":
		return keepNoLocation, nil
	case "keep-location":
		return keepAll, nil
	}
	return 0, fmt.Errorf("media metadata: %q must be keep or keep-location; leave it out to remove metadata", s)
}

// syncFolder makes new and removed entries of a folder durable.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !cannotSync(err) {
		return err
	}
	return nil
}
