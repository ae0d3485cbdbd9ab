package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

var (
	// ErrNewer means that the tables are those of a later version.
	ErrNewer = errors.New("was written by a newer gitpost")
	// ErrDamaged means that the database cannot be read.
	ErrDamaged = errors.New("is damaged")
)

// Check verifies a database; the error is os.ErrNotExist when there is none. It changes nothing
// and can run beside a server.
func Check(ctx context.Context, path string) (err error) {
	if _, err := os.Stat(path); err != nil {
		return err
	}
	slashed := filepath.ToSlash(path)
	u := url.URL{Scheme: "file", Path: slashed, RawQuery: "mode=ro&_pragma=busy_timeout(10000)"}
	pool, err := sql.Open("sqlite", u.String())
	if err != nil {
		return fmt.Errorf("open state database %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	var version int
	if err := pool.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return unreadable(path, err)
	}
	if version > len(migrations) {
		return fmt.Errorf("state database %s %w (version %d, this one supports %d)", path, ErrNewer, version, len(migrations))
	}
	var said string
	if err := pool.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&said); err != nil {
		return unreadable(path, err)
	}
	if said != "ok" {
		return fmt.Errorf("state database %s %w: %s", path, ErrDamaged, said)
	}
	return nil
}

func unreadable(path string, err error) error {
	var e *sqlite.Error
	if errors.As(err, &e) && slices.Contains([]int{sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}, e.Code()&0xff) {
		return fmt.Errorf("state database %s %w: %w", path, ErrDamaged, err)
	}
	return fmt.Errorf("read state database %s: %w", path, explain(err))
}
