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

// Sweep removes the staged files that were last changed before that time: those that no
// post used, those that have been in the repository for as long, and those whose upload
// nobody noted because the machine stopped.
func (s *Store) Sweep(before time.Time) error {
	files, err := os.ReadDir(s.dir)
	if err != nil {
		return fmt.Errorf("look through uploads folder: %w", err)
	}
	var errs []error
	for _, f := range files {
		st, err := f.Info()
		if errors.Is(err, fs.ErrNotExist) || err == nil && (!st.Mode().IsRegular() || strings.HasPrefix(f.Name(), ".") || !st.ModTime().Before(before)) {
			continue
		}
		if err == nil {
			err = os.Remove(filepath.Join(s.dir, f.Name()))
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
