package git

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

// Refs reads and moves the refs of a bare repository the way git does: a lock beside the
// ref, taken exclusively, so that a git command in the same folder cannot interfere.
type Refs struct {
	Dir string
}

// Own is the file whose hard link is a ref's lock, so that a lock left by a killed process
// is known to be ours. Each ref has its own: the writer moves the branch while the courier
// moves what is known of the remote.
func (r Refs) Own(name string) string {
	return filepath.Join(r.Dir, tempPrefix+"ref-"+strings.ReplaceAll(name, "/", "-"))
}

func (r Refs) Path(name string) string { return filepath.Join(r.Dir, filepath.FromSlash(name)) }

// Read returns the object a ref names; zero when there is none.
func (r Refs) Read(name string) (OID, error) {
	data, err := os.ReadFile(r.Path(name))
	if err == nil {
		text := strings.TrimSpace(string(data))
		if target, ok := strings.CutPrefix(text, "ref: "); ok {
			return r.Read(strings.TrimSpace(target))
		}
		o, err := ParseOID(text)
		if err != nil {
			return ZeroOID, fmt.Errorf("read ref %s: %w", r.Path(name), err)
		}
		return o, nil
	}
	if !errors.Is(err, fs.ErrNotExist) && !isFolder(r.Path(name)) {
		return ZeroOID, err
	}
	f, err := os.Open(filepath.Join(r.Dir, "packed-refs"))
	if errors.Is(err, fs.ErrNotExist) {
		return ZeroOID, nil
	}
	if err != nil {
		return ZeroOID, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if hex, ref, ok := strings.Cut(lines.Text(), " "); ok && ref == name {
			return ParseOID(hex)
		}
	}
	return ZeroOID, lines.Err()
}

func isFolder(path string) bool {
	st, err := os.Stat(path)
	return err == nil && st.IsDir()
}

// Head is the branch that HEAD names; fs.ErrNotExist when there is no repository.
func (r Refs) Head() (string, error) {
	data, err := os.ReadFile(filepath.Join(r.Dir, "HEAD"))
	if err != nil {
		return "", err
	}
	name, ok := strings.CutPrefix(strings.TrimSpace(string(data)), "ref: refs/heads/")
	if !ok {
		return "", fmt.Errorf("HEAD of %s names no branch", r.Dir)
	}
	return name, nil
}

// lockTimeout is how long a lock of another git process is waited for.
const lockTimeout = 2 * time.Second

// Move makes a ref name new, durably, when it names old now; else ErrRefMoved.
func (r Refs) Move(ctx context.Context, name string, old, new OID) error {
	if err := r.Prepare(name, new); err != nil {
		return err
	}
	return r.MovePrepared(ctx, name, old, new)
}

// Prepare writes and syncs the file of a move that is to come: a round of the disk that need not
// wait for the objects.
func (r Refs) Prepare(name string, new OID) error {
	if err := r.folder(filepath.Dir(r.Path(name))); err != nil {
		return err
	}
	own := r.Own(name)
	if err := os.Remove(own); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err // it may be one file with the ref: it is never written into
	}
	return WriteSynced(own, []byte(new.String()+"\n"), 0o644)
}

// Abandon removes what Prepare wrote.
func (r Refs) Abandon(name string) { os.Remove(r.Own(name)) }

// MovePrepared is Move after Prepare with the same name and object.
func (r Refs) MovePrepared(ctx context.Context, name string, old, new OID) error {
	path := r.Path(name)
	dir, own := filepath.Dir(path), r.Own(name)
	defer os.Remove(own)
	lock := path + ".lock"
	ctx, cancel := context.WithTimeout(ctx, lockTimeout)
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
			return fmt.Errorf("%s exists: a git command is running in this folder; if none is, remove that file", lock)
		case <-time.After(5 * time.Millisecond):
		}
	}
	now, err := r.Read(name)
	if err == nil && now != old {
		err = ErrRefMoved
	}
	if err == nil {
		err = os.Rename(lock, path)
	}
	if err != nil {
		os.Remove(lock)
		return err
	}
	return SyncDir(dir)
}

// lock takes the lock by a hard link to the synced own file, which is as exclusive as
// O_EXCL. A file system without hard links gets a file of its own.
func (r Refs) lock(own, lock string, new OID) error {
	err := os.Link(own, lock)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	return WriteSynced(lock, []byte(new.String()+"\n"), 0o644)
}

// removeStale removes a lock that a killed store left. Only the holder of the process
// lock calls it.
func (r Refs) removeStale(lock string) bool {
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

// Recover removes what a killed store left of a ref update.
func (r Refs) Recover(names ...string) {
	for _, name := range names {
		own, err := os.Stat(r.Own(name))
		if err != nil {
			continue
		}
		lock := r.Path(name) + ".lock"
		if st, err := os.Stat(lock); err == nil && os.SameFile(st, own) {
			os.Remove(lock)
		}
	}
	left, _ := filepath.Glob(r.Own("*"))
	for _, own := range left {
		os.Remove(own)
	}
}

// folder makes the folder of a ref and makes its name durable.
func (r Refs) folder(dir string) error {
	if isFolder(dir) {
		return nil
	}
	if filepath.Clean(dir) == filepath.Clean(r.Dir) { // the repository is gone
		return &fs.PathError{Op: "open", Path: dir, Err: fs.ErrNotExist}
	}
	if err := r.folder(filepath.Dir(dir)); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return SyncDir(filepath.Dir(dir))
}

// Remove deletes a loose ref of the store's own.
func (r Refs) Remove(name string) error {
	err := os.Remove(r.Path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// OnlyBranch is the branch of a clone whose HEAD is gone.
func (r Refs) OnlyBranch() (string, bool) {
	var found []string
	root := r.Path("refs/heads")
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
