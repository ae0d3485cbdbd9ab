package media

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Sweep removes the staged files that were last changed before a time: those that no post used,
// those that have been in the repository since then, and those that nobody recorded because the
// machine stopped.
func (s *Store) Sweep(before time.Time) error {
	files, err := os.ReadDir(s.dir)
	if err != nil {
		return fmt.Errorf("read uploads folder: %w", err)
	}
	var errs []error
	for _, f := range files {
		if err := s.sweep(f, before); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func (s *Store) sweep(f fs.DirEntry, before time.Time) error {
	info, err := f.Info()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() || strings.HasPrefix(f.Name(), ".") || !info.ModTime().Before(before) {
		return nil
	}
	return os.Remove(filepath.Join(s.dir, f.Name()))
}
