package media

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"gitpost/bridge/fault"
)

// Staging is where staged files wait for their post. Its methods are safe for concurrent use. Names are
// those of Staged.File, and are never used again for another content.
type Staging interface {
	// Put stores a file durably under a new name. It may close the file and move it.
	Put(ctx context.Context, name string, f *os.File) error
	// Open opens a stored file. The error is fs.ErrNotExist if there is none. The file must be read
	// before ctx ends.
	Open(ctx context.Context, name string) (io.ReadSeekCloser, error)
	// Remove deletes a stored file. It is no error if there is none.
	Remove(ctx context.Context, name string) error
	// Sweep removes the files that were stored before a time.
	Sweep(ctx context.Context, before time.Time) error
}

// folder is the Staging that needs nothing else.
type folder string

// Put renames the file, which must be in the folder.
func (d folder) Put(_ context.Context, name string, f *os.File) error {
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	path := filepath.Join(string(d), name)
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	if err := syncFolder(string(d)); err != nil {
		os.Remove(path)
		return err
	}
	return nil
}

func (d folder) Open(_ context.Context, name string) (io.ReadSeekCloser, error) {
	f, err := os.Open(filepath.Join(string(d), name))
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (d folder) Remove(_ context.Context, name string) error {
	if err := os.Remove(filepath.Join(string(d), name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return syncFolder(string(d))
}

func (d folder) Sweep(_ context.Context, before time.Time) error {
	var errs []error
	err := d.each(func(f fs.FileInfo) error {
		if f.ModTime().Before(before) {
			if err := os.Remove(filepath.Join(string(d), f.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
				errs = append(errs, err)
			}
		}
		return nil
	})
	return errors.Join(append(errs, err)...)
}

// each calls do with every stored file, as long as it returns nil.
func (d folder) each(do func(fs.FileInfo) error) error {
	files, err := os.ReadDir(string(d))
	if err != nil {
		return fmt.Errorf("read uploads folder: %w", err)
	}
	for _, f := range files {
		info, err := f.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // removed meanwhile
		}
		if err == nil && info.Mode().IsRegular() && !strings.HasPrefix(f.Name(), ".") {
			err = do(info)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// empty moves what waits in the folder to another place: uploads from before it was used.
func (d folder) empty(ctx context.Context, to Staging) error {
	return d.each(func(info fs.FileInfo) error {
		if !IsStagedName(info.Name()) {
			return nil // somebody else's
		}
		f, err := os.Open(filepath.Join(string(d), info.Name()))
		if err != nil {
			return err
		}
		defer f.Close()
		if err := to.Put(ctx, info.Name(), f); err != nil {
			return fmt.Errorf("move the waiting upload %s: %w", info.Name(), err)
		}
		return os.Remove(f.Name())
	})
}

// IsStagedName reports whether a name has the form of those that Stage gives. A Staging that is shared with
// others removes no other files.
func IsStagedName(name string) bool { return stagedName.MatchString(name) }

var stagedName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*-[a-z2-7]{16}\.[a-z0-9]+$`)

// Open opens a staged file for reading, as long as ctx lasts. file is a Staged.File.
func (s *Store) Open(ctx context.Context, file string) (io.ReadSeekCloser, error) {
	if err := checkName(file); err != nil {
		return nil, err
	}
	return s.staging.Open(ctx, file)
}

// Remove deletes a staged file. It is no error if there is none.
func (s *Store) Remove(ctx context.Context, file string) error {
	if err := checkName(file); err != nil {
		return err
	}
	return s.staging.Remove(ctx, file)
}

// Sweep removes the staged files that were stored before a time: those that no post used, those that have
// been in the repository since then, and those that nobody recorded because the machine stopped.
func (s *Store) Sweep(ctx context.Context, before time.Time) error {
	return s.staging.Sweep(ctx, before)
}

// checkName refuses a name that leads out of a folder, or to a file that is still being written, as not
// found.
func checkName(file string) error {
	if file == "" || file[0] == '.' || strings.ContainsAny(file, "/\\\x00") || !filepath.IsLocal(file) {
		return &fault.Error{
			Code: fault.NotFound, Op: "open upload", Message: fmt.Sprintf("no upload is named %q", file), Err: fs.ErrNotExist,
		}
	}
	return nil
}
