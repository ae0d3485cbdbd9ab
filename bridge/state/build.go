package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// NoteBuild records when the build hook of a site was called.
func (db *DB) NoteBuild(ctx context.Context, site string, at time.Time) error {
	err := db.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO build (site, called) VALUES (?, ?)
			ON CONFLICT (site) DO UPDATE SET called = max(called, excluded.called)`, site, stamp(at))
		return err
	})
	if err != nil {
		return fmt.Errorf("record build: %w", err)
	}
	return nil
}

// LastBuild returns the last time that NoteBuild recorded for a site, or the zero time.
func (db *DB) LastBuild(ctx context.Context, site string) (time.Time, error) {
	var called sql.NullInt64
	err := db.sql.QueryRowContext(ctx, "SELECT called FROM build WHERE site = ?", site).Scan(&called)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, fmt.Errorf("look up the last build: %w", explain(err))
	}
	return instant(called), nil
}
