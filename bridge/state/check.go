package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
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
		return fmt.Errorf("read state database %s: %w", path, explain(err))
	}
	if version > len(migrations) {
		return fmt.Errorf("state database %s was written by a newer gitpost (version %d of its tables; this one knows %d); use that one", path, version, len(migrations))
	}
	var said string
	if err := pool.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&said); err != nil {
		return fmt.Errorf("read state database %s: %w", path, explain(err))
	}
	if said != "ok" {
		return fmt.Errorf("state database %s is damaged: %s; move it away (tokens and waiting uploads are lost with it, posts are not)", path, said)
	}
	return nil
}
