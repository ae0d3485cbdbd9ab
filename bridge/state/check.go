package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

var (
	// ErrNewer: the tables are those of a later version.
	ErrNewer = errors.New("was written by a newer gitpost")
	// ErrDamaged: what is in it cannot be read.
	ErrDamaged = errors.New("is damaged")
)

// Check reads a database through and tells what is wrong with it; os.ErrNotExist when there
// is none. It changes nothing, beside a running server too.
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
		return fmt.Errorf("state database %s %w (version %d of its tables; this one knows %d)", path, ErrNewer, version, len(migrations))
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
	if errors.As(err, &e) && (e.Code()&0xff == sqlite3.SQLITE_NOTADB || e.Code()&0xff == sqlite3.SQLITE_CORRUPT) {
		return fmt.Errorf("state database %s %w: %w", path, ErrDamaged, err)
	}
	return fmt.Errorf("read state database %s: %w", path, explain(err))
}
