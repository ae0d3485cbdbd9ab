package gitstore

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"gitpost/gitstore/git"
)

// Snapshot is the tree of one commit. It implements fs.FS, fs.ReadFileFS, fs.ReadDirFS and
// fs.StatFS, never changes, and is safe for concurrent use. Submodules and symlinks are
// listed with their mode and cannot be opened.
type Snapshot struct {
	src    git.Source
	commit git.OID
	tree   git.OID // of the whole commit
	when   time.Time

	folder string  // what it shows: "" for all
	below  git.OID // the tree of that folder
}

var (
	_ fs.ReadFileFS = (*Snapshot)(nil)
	_ fs.ReadDirFS  = (*Snapshot)(nil)
	_ fs.StatFS     = (*Snapshot)(nil)
)

// snapshotAt is the state after a commit; nil is the empty state before the first one.
func snapshotAt(src git.Source, c *git.Commit) *Snapshot {
	if c == nil {
		return &Snapshot{src: src, tree: git.EmptyTree}
	}
	return &Snapshot{src: src, commit: c.ID, tree: c.Tree, when: time.Unix(c.Committed, 0)}
}

// snapshotOf reads the commit; a zero name is the empty state.
func snapshotOf(src git.Source, commit git.OID) (*Snapshot, error) {
	if commit.IsZero() {
		return snapshotAt(src, nil), nil
	}
	c, err := git.ReadCommit(src, commit)
	if err != nil {
		return nil, err
	}
	return snapshotAt(src, c), nil
}

// Commit is the commit of the snapshot; "" for the empty state before the first commit.
func (s *Snapshot) Commit() Hash { return s.commit.Hash() }

// AtCommit is the snapshot of another commit of the repository, while it is there.
func (s *Snapshot) AtCommit(h Hash) (*Snapshot, error) {
	commit, err := git.ParseOID(string(h))
	if err != nil {
		return nil, err
	}
	at, err := snapshotOf(s.src, commit)
	if err != nil {
		return nil, err
	}
	return at.like(s), nil
}

// Tree is the root tree of what the snapshot shows.
func (s *Snapshot) Tree() Hash { return s.shown().Hash() }

func rootEntry(s *Snapshot) git.Entry {
	return git.Entry{Mode: git.ModeDir, Name: []byte("."), ID: s.shown()}
}

// lookup walks down to a valid path.
func (s *Snapshot) lookup(op, name string) (git.Entry, error) {
	if !fs.ValidPath(name) {
		return git.Entry{}, &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	e := rootEntry(s)
	if name == "." {
		return e, nil
	}
	for part := range strings.SplitSeq(name, "/") {
		if e.Mode != git.ModeDir {
			return e, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
		}
		raw, err := git.ReadTree(s.src, e.ID)
		if err != nil {
			return e, &fs.PathError{Op: op, Path: name, Err: err}
		}
		var ok bool
		if e, ok, err = git.FindEntry(raw, part); err != nil {
			return e, &fs.PathError{Op: op, Path: name, Err: err}
		}
		if !ok {
			return e, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
		}
	}
	return e, nil
}

var errNotRegular = errors.New("a symbolic link or a submodule cannot be opened")

// ReadFile returns the content of a regular file.
func (s *Snapshot) ReadFile(name string) ([]byte, error) {
	e, err := s.lookup("read", name)
	if err != nil {
		return nil, err
	}
	if !git.IsRegular(e.Mode) {
		return nil, &fs.PathError{Op: "read", Path: name, Err: errNotRegular}
	}
	_, data, err := s.src.Object(e.ID)
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: name, Err: err}
	}
	return data, nil
}

// BlobOf returns the blob of a regular file, or "" when there is no such file.
func (s *Snapshot) BlobOf(name string) (Hash, error) {
	e, err := s.lookup("look up", name)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !git.IsRegular(e.Mode) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return e.ID.Hash(), nil
}

// Open opens a regular file or a folder.
func (s *Snapshot) Open(name string) (fs.File, error) {
	e, err := s.lookup("open", name)
	if err != nil {
		return nil, err
	}
	info := &entryInfo{s: s, e: e, name: path.Base(name)}
	switch {
	case e.Mode == git.ModeDir:
		entries, err := s.ReadDir(name)
		if err != nil {
			return nil, err
		}
		return &openDir{info: info, path: name, entries: entries}, nil
	case !git.IsRegular(e.Mode):
		return nil, &fs.PathError{Op: "open", Path: name, Err: errNotRegular}
	}
	if f := s.stream(info); f != nil {
		return f, nil
	}
	data, err := s.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return &openFile{info: info, Reader: bytes.NewReader(data)}, nil
}

// ReadDir lists a folder, sorted by name.
func (s *Snapshot) ReadDir(name string) ([]fs.DirEntry, error) {
	e, err := s.lookup("readdir", name)
	if err != nil {
		return nil, err
	}
	if e.Mode != git.ModeDir {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: errors.New("not a folder")}
	}
	raw, err := git.ReadTree(s.src, e.ID)
	if err != nil {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: err}
	}
	var list []fs.DirEntry
	for len(raw) > 0 {
		var e git.Entry
		if e, raw, err = git.NextEntry(raw); err != nil {
			return nil, &fs.PathError{Op: "readdir", Path: name, Err: err}
		}
		list = append(list, &entryInfo{s: s, e: e, name: string(e.Name)})
	}
	slices.SortFunc(list, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return list, nil
}

// Stat describes a file or a folder.
func (s *Snapshot) Stat(name string) (fs.FileInfo, error) {
	e, err := s.lookup("stat", name)
	if err != nil {
		return nil, err
	}
	i := &entryInfo{s: s, e: e, name: path.Base(name)}
	if err := i.measure(); err != nil {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: err}
	}
	return i, nil
}

// entryInfo is fs.DirEntry and fs.FileInfo of a tree entry. The size is looked up when it
// is asked for.
type entryInfo struct {
	s    *Snapshot
	e    git.Entry
	name string

	once sync.Once
	size int64
	err  error
}

func (i *entryInfo) measure() error {
	i.once.Do(func() {
		if git.IsRegular(i.e.Mode) {
			_, i.size, i.err = i.s.src.SizeOf(i.e.ID)
		}
	})
	return i.err
}

func (i *entryInfo) Name() string { return i.name }
func (i *entryInfo) IsDir() bool  { return i.e.Mode == git.ModeDir }
func (i *entryInfo) Size() int64  { _ = i.measure(); return i.size }

// Sys is the Hash of the file's or folder's object: equal ones have equal content.
func (i *entryInfo) Sys() any { return i.e.ID.Hash() }

// ModTime is the time of the snapshot's commit: Git keeps none for a file.
func (i *entryInfo) ModTime() time.Time { return i.s.when }
func (i *entryInfo) Type() fs.FileMode  { return i.Mode().Type() }

func (i *entryInfo) Info() (fs.FileInfo, error) { return i, i.measure() }

func (i *entryInfo) Mode() fs.FileMode {
	switch i.e.Mode & git.ModeType {
	case git.ModeDir:
		return fs.ModeDir | 0o755
	case git.ModeSymlink:
		return fs.ModeSymlink | 0o777
	case git.ModeSubmodule:
		return fs.ModeDir | fs.ModeIrregular | 0o755
	}
	return fs.FileMode(i.e.Mode & 0o777)
}

type openFile struct {
	info *entryInfo
	*bytes.Reader
}

func (f *openFile) Stat() (fs.FileInfo, error) { return f.info, f.info.measure() }
func (f *openFile) Close() error               { return nil }

// openStreamMinSize is the size from which a file is inflated while it is read.
const openStreamMinSize = 1 << 20

// stream opens a large blob that can be inflated while it is read; nil for others.
func (s *Snapshot) stream(info *entryInfo) fs.File {
	r := s.src.DB().OpenBlob(info.e.ID, openStreamMinSize)
	if r == nil {
		return nil
	}
	return &openStream{info: info, ReadCloser: r}
}

type openStream struct {
	info *entryInfo
	io.ReadCloser
}

func (f *openStream) Stat() (fs.FileInfo, error) { return f.info, f.info.measure() }

type openDir struct {
	info    *entryInfo
	path    string
	entries []fs.DirEntry
}

func (d *openDir) Stat() (fs.FileInfo, error) { return d.info, nil }
func (d *openDir) Close() error               { return nil }
func (d *openDir) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.path, Err: errors.New("is a folder")}
}

func (d *openDir) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 {
		list := d.entries
		d.entries = nil
		return list, nil
	}
	if len(d.entries) == 0 {
		return nil, io.EOF
	}
	n = min(n, len(d.entries))
	list := d.entries[:n]
	d.entries = d.entries[n:]
	return list, nil
}

// Walk calls f for each regular file, in path order. Trees are read once; blobs are not read.
func (s *Snapshot) Walk(f func(path string, blob Hash) error) error {
	return git.WalkTree(s.src, s.shown(), func(path string, e git.Entry) error {
		if !git.IsRegular(e.Mode) {
			return nil
		}
		return f(path, e.ID.Hash())
	})
}

// Blob reads a blob by name, also one that only the history has.
func (s *Snapshot) Blob(h Hash) ([]byte, error) {
	o, err := git.ParseOID(string(h))
	if err != nil {
		return nil, err
	}
	k, data, err := s.src.Object(o)
	if err != nil {
		return nil, err
	}
	if k != git.BlobKind {
		return nil, &fs.PathError{Op: "read blob", Path: string(h), Err: errors.New("is a " + k.String())}
	}
	return data, nil
}

// ReadBlobs reads many blobs on all cores and calls f from several goroutines.
func (s *Snapshot) ReadBlobs(ctx context.Context, blobs []Hash, f func(i int, data []byte) error) error {
	ids := make([]git.OID, len(blobs))
	for i, h := range blobs {
		var err error
		if ids[i], err = git.ParseOID(string(h)); err != nil {
			return err
		}
	}
	return git.ReadMany(ctx, s.src, ids, f)
}
