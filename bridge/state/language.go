package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// OwnerLanguage returns the language that the owner chose for the pages; "" if it is the browser's.
func (db *DB) OwnerLanguage(ctx context.Context) (tag string, err error) {
	err = db.queryRow(ctx, "SELECT language FROM owner").Scan(&tag)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("read the owner's language: %w", err)
	}
	return tag, nil
}

// SetOwnerLanguage stores it.
func (db *DB) SetOwnerLanguage(ctx context.Context, tag string) error {
	err := db.write(ctx, func(tx *transaction) error {
		if err := makeOwner(tx); err != nil {
			return err
		}
		_, err := tx.exec("UPDATE owner SET language = ?", tag)
		return err
	})
	if err != nil {
		return fmt.Errorf("store the owner's language: %w", err)
	}
	return nil
}
