package gitstore

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// refs reads and moves the refs of a bare repository the way git does: a lock beside the
// ref, taken exclusively, so that a git command in the same folder cannot interfere.
type refs struct {
	dir string
}

// own is the file whose hard link is a ref's lock, so that a lock left by a killed process
// is known to be ours. Each ref has its own: the writer moves the branch while the courier
// moves what is known of the remote.
func (r refs) own(name string) string {
	return filepath.Join(r.dir, tempPrefix+"ref-"+strings.ReplaceAll(name, "/", "-"))
}

func (r refs) path(name string) string { return filepath.Join(r.dir, filepath.FromSlash(name)) }

// read gives the object a ref names; zero when there is none.
func (r refs) read(name string) (oid, error) {
	data, err := os.ReadFile(r.path(name))
	if err == nil {
		text := strings.TrimSpace(string(data))
		if target, ok := strings.CutPrefix(text, "ref: "); ok {
			return r.read(strings.TrimSpace(target))
		}
		o, err := parseOID(text)
		if err != nil {
			return zeroOID, fmt.Errorf("read ref %s: %w", r.path(name), err)
		}
		return o, nil
	}
	if !errors.Is(err, fs.ErrNotExist) && !isFolder(r.path(name)) {
		return zeroOID, err
	}
	f, err := os.Open(filepath.Join(r.dir, "packed-refs"))
	if errors.Is(err, fs.ErrNotExist) {
		return zeroOID, nil
	}
	if err != nil {
		return zeroOID, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if hex, ref, ok := strings.Cut(lines.Text(), " "); ok && ref == name {
			return parseOID(hex)
		}
	}
	return zeroOID, lines.Err()
}

func isFolder(path string) bool {
	st, err := os.Stat(path)
	return err == nil && st.IsDir()
}

// head is the branch that HEAD names; fs.ErrNotExist when there is no repository.
func (r refs) head() (string, error) {
	data, err := os.ReadFile(filepath.Join(r.dir, "HEAD"))
	if err != nil {
		return "", err
	}
	name, ok := strings.CutPrefix(strings.TrimSpace(string(data)), "ref: refs/heads/")
	if !ok {
		return "", fmt.Errorf("HEAD of %s names no branch", r.dir)
	}
	return name, nil
}

// lockPatience is how long a lock of another git process is waited for.
const lockPatience = 2 * time.Second

// move makes a ref name new, durably, when it names old now; else errRefMoved.
func (r refs) move(ctx context.Context, name string, old, new oid) error {
	path := r.path(name)
	dir := filepath.Dir(path)
	if err := r.folder(dir); err != nil {
		return err
	}
	own := r.own(name)
	if err := os.Remove(own); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err // it may be one file with the ref: it is never written into
	}
	if err := writeSynced(own, []byte(new.String()+"\n"), 0o644); err != nil {
		return err
	}
	defer os.Remove(own)
	lock := path + ".lock"
	ctx, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	for {
		err := r.lock(own, lock, new)
		if err == nil {
			break
		}
		if !errors.Is(err, fs.ErrExist) {
			return err
		}
		if r.removeStale(lock) {
			continue
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s exists: a git command works in this folder; if none does, remove that file", lock)
		case <-time.After(5 * time.Millisecond):
		}
	}
	now, err := r.read(name)
	if err == nil && now != old {
		err = errRefMoved
	}
	if err == nil {
		err = os.Rename(lock, path)
	}
	if err != nil {
		os.Remove(lock)
		return err
	}
	return syncDir(dir)
}

// lock takes the lock by a hard link to the synced own file, which is as exclusive as
// O_EXCL. A file system without hard links gets a file of its own.
func (r refs) lock(own, lock string, new oid) error {
	err := os.Link(own, lock)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	return writeSynced(lock, []byte(new.String()+"\n"), 0o644)
}

// removeStale removes a lock that a killed store left. Only the holder of the process
// lock calls it.
func (r refs) removeStale(lock string) bool {
	st, err := os.Stat(lock)
	if err != nil {
		return errors.Is(err, fs.ErrNotExist)
	}
	// Git holds a lock for milliseconds.
	if time.Since(st.ModTime()) < 10*time.Minute {
		return false
	}
	return os.Remove(lock) == nil
}

// recover removes what a killed store left of a ref update.
func (r refs) recover(names ...string) {
	for _, name := range names {
		own, err := os.Stat(r.own(name))
		if err != nil {
			continue
		}
		lock := r.path(name) + ".lock"
		if st, err := os.Stat(lock); err == nil && os.SameFile(st, own) {
			os.Remove(lock)
		}
	}
	left, _ := filepath.Glob(r.own("*"))
	for _, own := range left {
		os.Remove(own)
	}
}

// folder makes the folder of a ref and makes its name durable.
func (r refs) folder(dir string) error {
	if isFolder(dir) {
		return nil
	}
	if err := r.folder(filepath.Dir(dir)); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(filepath.Dir(dir))
}

// remove deletes a loose ref of the store's own.
func (r refs) remove(name string) error {
	err := os.Remove(r.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// onlyBranch is the branch of a clone whose HEAD is gone.
func (r refs) onlyBranch() (string, bool) {
	var found []string
	root := r.path("refs/heads")
	_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.HasSuffix(path, ".lock") {
			found = append(found, path)
		}
		return nil
	})
	if len(found) != 1 {
		return "", false
	}
	name, err := filepath.Rel(root, found[0])
	return filepath.ToSlash(name), err == nil
}
