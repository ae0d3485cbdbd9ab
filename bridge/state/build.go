package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// NoteBuild notes that the host of the site at that address was asked at that time to build it.
func (db *DB) NoteBuild(ctx context.Context, site string, at time.Time) error {
	err := db.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO build (site, called) VALUES (?, ?)
			ON CONFLICT (site) DO UPDATE SET called = max(called, excluded.called)`, site, stamp(at))
		return err
	})
	if err != nil {
		return fmt.Errorf("note a build: %w", err)
	}
	return nil
}

// LastBuild is the latest time that NoteBuild noted for the site; zero when it noted none.
func (db *DB) LastBuild(ctx context.Context, site string) (time.Time, error) {
	var called sql.NullInt64
	err := db.sql.QueryRowContext(ctx, "SELECT called FROM build WHERE site = ?", site).Scan(&called)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, fmt.Errorf("look up the last build: %w", explain(err))
	}
	return instant(called), nil
}
