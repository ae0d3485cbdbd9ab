package blog

import (
	"errors"
	"io/fs"
	"syscall"

	"gitpost/bridge/fault"
	"gitpost/gitstore"
)

// diskFault returns what a client is told of a failure of this machine's disk; nil when the error is
// of another kind.
func diskFault(op string, err error) *fault.Error {
	known := func(message, hint string) *fault.Error {
		return &fault.Error{Code: fault.Unavailable, Op: op, Message: message, Hint: hint, Err: err}
	}
	var missing *gitstore.MissingError
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return known("the server's disk is full; nothing was changed", "free some space, then send it again")
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission):
		return known("the server's data folder cannot be written to; nothing was changed",
			"let gitpost's user write there, then send it again")
	case errors.Is(err, fs.ErrNotExist):
		return known("a folder of gitpost's data is missing; nothing was changed",
			"restart gitpost, which recreates it")
	case errors.As(err, &missing):
		return known("part of gitpost's clone is missing or damaged; nothing was changed",
			"it is fetched again from the repository; send it again in a minute")
	}
	return nil
}

// watchedTree remembers a file that exists but could not be read. The reader of a site's
// configuration takes such a file for a missing one, and without its configuration a site has other
// URLs.
type watchedTree struct {
	fs.FS
	failed error
}

func (w *watchedTree) note(err error) {
	var missing *gitstore.MissingError
	if w.failed == nil && errors.As(err, &missing) {
		w.failed = err
	}
}

// Whole is the whole tree, when this is a folder of it.
func (w *watchedTree) Whole() fs.FS {
	if part, ok := w.FS.(interface{ Whole() fs.FS }); ok {
		return part.Whole()
	}
	return nil
}

func (w *watchedTree) Open(name string) (fs.File, error) {
	f, err := w.FS.Open(name)
	w.note(err)
	return f, err
}

func (w *watchedTree) ReadFile(name string) ([]byte, error) {
	data, err := fs.ReadFile(w.FS, name)
	w.note(err)
	return data, err
}

func (w *watchedTree) ReadDir(name string) ([]fs.DirEntry, error) {
	list, err := fs.ReadDir(w.FS, name)
	w.note(err)
	return list, err
}

func (w *watchedTree) Stat(name string) (fs.FileInfo, error) {
	info, err := fs.Stat(w.FS, name)
	w.note(err)
	return info, err
}
