package state

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// CreateSetup creates a set-up link and returns its secret. Older links become invalid.
func (db *DB) CreateSetup(ctx context.Context, expires time.Time) (secret string, err error) {
	secret = rand.Text()
	err = db.write(ctx, func(tx *transaction) error {
		if _, err := tx.exec("DELETE FROM setup_link"); err != nil {
			return err
		}
		return insertSetup(tx, secret, expires)
	})
	if err != nil {
		return "", fmt.Errorf("create set-up link: %w", err)
	}
	return secret, nil
}

// CreateFirstSetup is CreateSetup, unless there is an owner or an unused link, even an expired
// one: then secret is "". Only one of several processes gets a secret.
func (db *DB) CreateFirstSetup(ctx context.Context, expires time.Time) (secret string, err error) {
	secret = rand.Text()
	err = db.write(ctx, func(tx *transaction) error {
		var late bool
		err := tx.queryRow(`
			SELECT EXISTS (SELECT 1 FROM setup_link) OR EXISTS (SELECT 1 FROM passkey)
				OR EXISTS (SELECT 1 FROM owner WHERE password IS NOT NULL)`).Scan(&late)
		if err != nil {
			return err
		}
		if late {
			secret = ""
			return nil
		}
		return insertSetup(tx, secret, expires)
	})
	if err != nil {
		return "", fmt.Errorf("create first set-up link: %w", err)
	}
	return secret, nil
}

func insertSetup(tx *transaction, secret string, expires time.Time) error {
	_, err := tx.exec("INSERT INTO setup_link (secret, created, expires) VALUES (?, ?, ?)",
		digest(secret), stamp(time.Now()), stamp(expires))
	return err
}

// Setup returns nil for a valid set-up link, and ErrNoSetup for one that was used, has expired,
// was replaced or never existed. It does not use up the link; SetPassword and AddPasskey do.
func (db *DB) Setup(ctx context.Context, secret string) error {
	var expires sql.NullInt64
	err := db.queryRow(ctx, "SELECT expires FROM setup_link WHERE secret = ?", digest(secret)).Scan(&expires)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return ErrNoSetup
	case err != nil:
		return fmt.Errorf("look up the set-up link: %w", err)
	case !time.Now().Before(instant(expires)):
		return ErrNoSetup
	}
	return nil
}

// useSetup deletes a valid link and all others.
func useSetup(tx *transaction, secret string) error {
	result, err := tx.exec("DELETE FROM setup_link WHERE secret = ? AND expires > ?",
		digest(secret), stamp(time.Now()))
	if err == nil {
		err = atLeastOne(result, ErrNoSetup)
	}
	if err != nil {
		return err
	}
	_, err = tx.exec("DELETE FROM setup_link")
	return err
}
