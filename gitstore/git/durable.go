package git

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

// WriteSynced writes a file that must not exist and syncs it.
func WriteSynced(path string, data []byte, mode os.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		os.Remove(path)
	}
	return err
}

// ReplaceFile writes a file whole or not at all.
func ReplaceFile(path string, data []byte) error {
	os.Remove(path + ".new")
	if err := WriteSynced(path+".new", data, 0o644); err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	return SyncDir(filepath.Dir(path))
}

// TryWrite reports why the pack folder takes no file; nil when it does.
func (d *DB) TryWrite() error {
	name := filepath.Join(d.packDir(), tempPrefix+"try")
	os.Remove(name)
	defer os.Remove(name)
	return WriteSynced(name, make([]byte, 64<<10), 0o600)
}

// SyncDir makes the names in a folder durable. Some file systems cannot, and say so.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) || isWindows {
		return nil
	}
	return err
}

// IsDiskError reports whether an error is one of the file system.
func IsDiskError(err error) bool {
	var path *os.PathError
	var link *os.LinkError
	var errno syscall.Errno
	return errors.As(err, &path) || errors.As(err, &link) || errors.As(err, &errno)
}
