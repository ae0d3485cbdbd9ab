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
	"syscall"
	"time"

	driver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// busyTimeout is how long a statement waits for another process to finish writing.
const busyTimeout = 10 * time.Second

func openSQLite(ctx context.Context, path string, migrations []string) (*DB, error) {
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
		return nil, fmt.Errorf("open state database %s: %w", path, sqlite{}.explain(err))
	}
	return &DB{sql: pool, dialect: sqlite{}}, nil
}

// sqlite is the dialect of a SQLite file.
type sqlite struct{}

func (sqlite) adapt(query string, args []any) (string, []any) { return query, args }

func (sqlite) bound(ctx context.Context) (context.Context, context.CancelFunc) { return ctx, func() {} }

func (sqlite) lost(error) bool { return false }

func (sqlite) hasTable(ctx context.Context, pool *sql.DB, name string) (there bool, err error) {
	err = pool.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?)", name).
		Scan(&there)
	return there, err
}

// begin waits for other processes with SQLite's busy handler, or not at all.
func (sqlite) begin(ctx context.Context, pool *sql.DB, wait bool) (*sql.Tx, func(), error) {
	if wait {
		tx, err := pool.BeginTx(ctx, nil)
		return tx, func() {}, err
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, nil, err
	}
	// The connection returns to the pool with its timeout, even if ctx has ended.
	release := func() {
		restore := fmt.Sprintf("PRAGMA busy_timeout = %d", busyTimeout.Milliseconds())
		conn.ExecContext(context.WithoutCancel(ctx), restore)
		conn.Close()
	}
	_, err = conn.ExecContext(ctx, "PRAGMA busy_timeout = 0")
	if err == nil {
		var tx *sql.Tx
		if tx, err = conn.BeginTx(ctx, nil); err == nil {
			return tx, release, nil
		}
	}
	release()
	return nil, nil, err
}

// explain adds a remedy to SQLite's errors.
func (sqlite) explain(err error) error {
	var e *driver.Error
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

// openSQLiteReader opens a file for reading alone. It changes nothing and can run beside a server.
func openSQLiteReader(path string) (*DB, error) {
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: "mode=ro&_pragma=busy_timeout(10000)"}
	pool, err := sql.Open("sqlite", u.String())
	if err != nil {
		return nil, fmt.Errorf("open state database %s: %w", path, err)
	}
	return &DB{sql: pool, dialect: sqlite{}}, nil
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

// prepare sets the journal mode, which is stored in the file, and runs pending migrations.
func prepare(ctx context.Context, pool *sql.DB, migrations []string) error {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := useWAL(ctx, conn); err != nil {
		return err
	}
	return migrate(ctx, conn, migrations)
}

// useWAL switches the file to a write-ahead log, so that readers never wait for a writer. When
// several processes switch the same new file, SQLite returns "busy" immediately, whatever the
// timeout; so it retries until the timeout.
func useWAL(ctx context.Context, conn *sql.Conn) error {
	deadline := time.Now().Add(busyTimeout)
	for {
		var mode string
		err := conn.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode)
		if err == nil && mode != "wal" {
			return fmt.Errorf("journal mode is %q: the file system does not support shared memory; use a local disk", mode)
		}
		if !busy(err) || time.Now().After(deadline) {
			return err
		}
		pause := time.NewTimer(20 * time.Millisecond)
		select {
		case <-ctx.Done():
			pause.Stop()
			return ctx.Err()
		case <-pause.C:
		}
	}
}

func busy(err error) bool {
	var e *driver.Error
	return errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_BUSY
}

// migrate runs the pending migrations in one transaction with their version number, so that all
// are applied or none. The version is read under the write lock, so that only one of several
// processes does the work.
func migrate(ctx context.Context, conn *sql.Conn, migrations []string) error {
	// Usually nothing is pending and no lock is needed.
	var version int
	if err := conn.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if version == len(migrations) {
		return nil
	}
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if version > len(migrations) {
		return newer(version, len(migrations))
	}
	for ; version < len(migrations); version++ {
		if _, err := tx.ExecContext(ctx, migrations[version]); err != nil {
			return fmt.Errorf("migration %d: %w", version+1, err)
		}
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", version)); err != nil {
		return fmt.Errorf("set the version of the tables: %w", err)
	}
	return tx.Commit()
}
