// Package state stores what is not content: access tokens, the owner's credentials and
// sessions, uploads that wait for their post, and a log of security events.
//
// It is one SQLite file that only the user of gitpost can read. Several processes can open it
// at the same time: `gitpost token revoke` beside a running server takes effect at the next
// request. Once a method returned without an error, its change survives kill -9 and a power
// cut. Losing the file costs the tokens and the waiting uploads, never a post.
//
// A DB is safe for concurrent use.
package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// busyTimeout is how long a statement waits for another process to finish writing.
const busyTimeout = 10 * time.Second

// DB is an open state database.
type DB struct {
	sql *sql.DB

	// writing is held by the one writer of this process: SQLite allows one writer only, and
	// waiting for its file lock means polling.
	writing sync.Mutex

	refusals refusals
}

// Open opens or creates the database at path and updates its tables. It removes the permissions
// of other users from the file.
func Open(ctx context.Context, path string) (*DB, error) {
	return open(ctx, path, migrations)
}

func open(ctx context.Context, path string, migrations []string) (*DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open state database: %w", err)
	}
	if err := protect(path); err != nil {
		return nil, fmt.Errorf("open state database %s: %w", path, err)
	}
	pool, err := sql.Open("sqlite", dataSource(path))
	if err != nil {
		return nil, fmt.Errorf("open state database %s: %w", path, err)
	}
	pool.SetMaxOpenConns(8)
	pool.SetMaxIdleConns(8)
	if err := prepare(ctx, pool, migrations); err != nil {
		pool.Close()
		return nil, fmt.Errorf("open state database %s: %w", path, err)
	}
	return &DB{sql: pool}, nil
}

// Close waits for running queries and closes the database.
func (db *DB) Close() error {
	flushed := db.flushRefusals(context.Background())
	return errors.Join(flushed, db.sql.Close())
}

// protect creates the file before SQLite does, so that other users can never read it. SQLite
// creates its -wal and -shm files with the same mode.
func protect(path string) error {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return narrow(path)
	}
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return syncFolder(folder)
}

// narrow removes the permissions of other users.
func narrow(path string) error {
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Stat(name)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if !info.Mode().IsRegular() {
			return fmt.Errorf("%s is not a regular file; use the path of a file", name)
		}
		if info.Mode().Perm()&0o077 == 0 {
			continue
		}
		if err := os.Chmod(name, 0o600); err != nil {
			return fmt.Errorf("%w; remove the permissions of other users (chmod 600)", err)
		}
	}
	return nil
}

// syncFolder makes a new directory entry durable. Systems that cannot sync a folder do not need
// to.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, os.ErrInvalid) {
		return err
	}
	return nil
}

// dataSource returns the URI of the file with the settings of every connection. With
// _txlock=immediate a transaction that first reads and then writes waits for other processes;
// otherwise it would fail when one wrote in between.
func dataSource(path string) string {
	slashed := filepath.ToSlash(path)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // a Windows drive
	}
	u := url.URL{Scheme: "file", Path: slashed}
	q := url.Values{}
	q.Add("_pragma", fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds()))
	q.Add("_pragma", "foreign_keys(1)")
	q.Add("_pragma", "synchronous(FULL)")
	q.Set("_txlock", "immediate")
	u.RawQuery = q.Encode()
	return u.String()
}

// write runs change in a transaction that is durable when write returns nil.
func (db *DB) write(ctx context.Context, change func(*sql.Tx) error) error {
	db.writing.Lock()
	defer db.writing.Unlock()
	tx, err := db.sql.BeginTx(ctx, nil)
	if err != nil {
		return explain(err)
	}
	defer tx.Rollback()
	if err := change(tx); err != nil {
		return explain(err)
	}
	return explain(tx.Commit())
}

// explain adds a remedy to SQLite's errors.
func explain(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		return fmt.Errorf("%w; the file is damaged or not a database: "+
			"move it away (this loses tokens and waiting uploads, but no posts)", err)
	case sqlite3.SQLITE_FULL:
		return fmt.Errorf("%w; free disk space: %w", err, syscall.ENOSPC)
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return fmt.Errorf("%w; allow gitpost's user to write to the file and its folder", err)
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fmt.Errorf("%w; another process has locked the database for more than %s", err, busyTimeout)
	}
	return err
}

// stamp returns a time as it is stored: microseconds since 1970, or NULL for the zero time.
func stamp(t time.Time) sql.NullInt64 {
	if t.IsZero() {
		return sql.NullInt64{}
	}
	return sql.NullInt64{Int64: t.UnixMicro(), Valid: true}
}

// collect reads all rows of a query. what names the operation for errors.
func collect[T any](
	ctx context.Context, db *DB, what string, scan func(row) (T, error), query string, args ...any,
) ([]T, error) {
	var list []T
	rows, err := db.sql.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, explain(err))
	}
	defer rows.Close()
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", what, explain(err))
		}
		list = append(list, one)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", what, explain(err))
	}
	return list, nil
}

// instant returns the time of a stamp, in UTC.
func instant(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return time.UnixMicro(n.Int64).UTC()
}
