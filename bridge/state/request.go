package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// RequestLifetime is how long a request is known by its key.
const RequestLifetime = 24 * time.Hour

// Request is a request that came with a key by which its sender can repeat it.
type Request struct {
	Key    [32]byte // SHA-256 of the sender and the key
	Asks   [32]byte // SHA-256 of what is asked for
	Begun  time.Time
	Answer string // "" as long as it is not known to have been carried out
}

// BeginRequest stores r, unless there is a request with its key from the last 24 hours: that one is
// returned, and known is true. r.Begun is by default the current time.
func (db *DB) BeginRequest(ctx context.Context, r Request) (found Request, known bool, err error) {
	if r.Begun.IsZero() {
		r.Begun = time.Now()
	}
	r.Begun = r.Begun.UTC().Truncate(time.Microsecond)
	err = db.write(ctx, func(tx *transaction) error {
		if _, err := tx.exec("DELETE FROM request WHERE begun < ?",
			stamp(r.Begun.Add(-RequestLifetime))); err != nil {
			return err
		}
		var asks []byte
		var begun sql.NullInt64
		err := tx.queryRow("SELECT asks, begun, answer FROM request WHERE key = ?", r.Key[:]).
			Scan(&asks, &begun, &found.Answer)
		if err == nil {
			copy(found.Asks[:], asks)
			found.Key, found.Begun, known = r.Key, instant(begun), true
			return nil
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		found = r
		_, err = tx.exec("INSERT INTO request (key, asks, begun, answer) VALUES (?, ?, ?, ?)",
			r.Key[:], r.Asks[:], stamp(r.Begun), r.Answer)
		return err
	})
	if err != nil {
		return Request{}, false, fmt.Errorf("begin request: %w", err)
	}
	return found, known, nil
}

// FinishRequest stores the answer to a request.
func (db *DB) FinishRequest(ctx context.Context, r Request) error {
	err := db.write(ctx, func(tx *transaction) error {
		_, err := tx.exec("UPDATE request SET answer = ? WHERE key = ? AND begun = ?",
			r.Answer, r.Key[:], stamp(r.Begun))
		return err
	})
	if err != nil {
		return fmt.Errorf("finish request: %w", err)
	}
	return nil
}

// ForgetRequest removes a request that was refused, so that its key can be used again.
func (db *DB) ForgetRequest(ctx context.Context, r Request) error {
	err := db.write(ctx, func(tx *transaction) error {
		_, err := tx.exec("DELETE FROM request WHERE key = ? AND begun = ?", r.Key[:], stamp(r.Begun))
		return err
	})
	if err != nil {
		return fmt.Errorf("forget request: %w", err)
	}
	return nil
}
