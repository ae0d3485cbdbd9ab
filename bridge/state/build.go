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
	err := db.write(ctx, func(tx *transaction) error {
		_, err := tx.exec(`
			INSERT INTO build (site, called) VALUES (?, ?)
			ON CONFLICT (site) DO UPDATE SET called = excluded.called WHERE build.called < excluded.called`, site, stamp(at))
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
	err := db.queryRow(ctx, "SELECT called FROM build WHERE site = ?", site).Scan(&called)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, fmt.Errorf("look up the last build: %w", err)
	}
	return instant(called), nil
}
