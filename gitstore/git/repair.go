package git

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Create makes the folders of a bare repository that is not complete yet and opens it.
func Create(repository string) (*DB, error) {
	for _, dir := range []string{"objects/info", "objects/pack", "refs/heads", "refs/tags"} {
		if err := os.MkdirAll(filepath.Join(repository, filepath.FromSlash(dir)), 0o755); err != nil {
			return nil, err
		}
	}
	removeTemporaries(filepath.Join(repository, "objects", "pack"))
	return Open(repository)
}

// Repair opens the objects of a bare repository after it has removed what a killed
// process left in the pack folder and has indexed packs without a readable index.
func Repair(repository string) (*DB, error) {
	packs := filepath.Join(repository, "objects", "pack")
	removeTemporaries(packs)
	if err := repairPacks(packs); err != nil {
		return nil, err
	}
	return Open(repository)
}

func removeTemporaries(packDir string) {
	left, _ := filepath.Glob(filepath.Join(packDir, tempPrefix+"*"))
	for _, path := range left {
		os.Remove(path)
	}
}

// IsTemporary reports whether a file in the repository is one that a killed process left.
func IsTemporary(name string) bool { return strings.HasPrefix(name, tempPrefix) }

// repairPacks makes new indexes for packs without a readable one. What cannot be read as a pack
// is set aside.
func repairPacks(dir string) error {
	packs, err := filepath.Glob(filepath.Join(dir, "pack-*.pack"))
	if err != nil {
		return err
	}
	for _, name := range packs {
		base := strings.TrimSuffix(name, ".pack")
		_, err := openPack(base)
		if err == nil {
			continue
		}
		for _, ext := range []string{".idx", ".rev", ".bitmap"} {
			if err := os.Rename(base+ext, base+ext+".damaged"); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
		if err := indexAgain(name); err != nil {
			if st, statErr := os.Stat(name); statErr == nil && time.Since(st.ModTime()) < time.Minute {
				continue // git may be making it
			}
			if err := os.Rename(name, name+".damaged"); err != nil {
				return err
			}
		}
	}
	return nil
}

// indexAgain writes the index of a pack on disk.
func indexAgain(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	alone := func(o OID) (kind, []byte, error) {
		return 0, nil, fmt.Errorf("%s is not in the pack", o)
	}
	x := &packIndexer{f: f, in: newInflater(), end: st.Size() - 20, outside: alone}
	if err := x.scan(); err != nil {
		return err
	}
	if err := x.resolve(); err != nil {
		return err
	}
	entries, sum, err := x.finish()
	if err != nil {
		return err
	}
	index := strings.TrimSuffix(name, ".pack") + ".idx"
	if err := WriteSynced(index+".new", encodePackIndex(entries, sum), 0o444); err != nil {
		return err
	}
	if err := os.Rename(index+".new", index); err != nil {
		return err
	}
	return SyncDir(filepath.Dir(name))
}
