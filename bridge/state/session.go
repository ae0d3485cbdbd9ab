package state

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// ErrNoSession means that there is no such session or that it has ended.
var ErrNoSession = errors.New("no such session")

// Session is one browser in which the owner signed in.
type Session struct {
	ID      int64
	Browser string // for the owner: "Firefox on Android"
	Created time.Time
	Used    time.Time // with the precision of lastUsedStep
	Expires time.Time // even if it is used
}

// CreateSession stores s and returns the secret for its browser. s.ID is ignored. It deletes
// ended sessions.
func (db *DB) CreateSession(ctx context.Context, s Session) (secret string, err error) {
	secret = rand.Text() + rand.Text()
	err = db.write(ctx, func(tx *transaction) error {
		if _, err := tx.exec("DELETE FROM session WHERE expires <= ?", stamp(time.Now())); err != nil {
			return err
		}
		_, err := tx.exec("INSERT INTO session (secret, browser, created, used, expires) VALUES (?, ?, ?, ?, ?)",
			digest(secret), s.Browser, stamp(s.Created), stamp(s.Used), stamp(s.Expires))
		if err != nil {
			return err
		}
		return record(tx, Event{Kind: SignedIn, First: s.Created, Subject: s.Browser})
	})
	if err != nil {
		return "", fmt.Errorf("create session: %w", err)
	}
	return secret, nil
}

// Session returns the session of a secret and marks it as used now. It returns ErrNoSession
// after the session's Expires, or when it was not used for idle.
func (db *DB) Session(ctx context.Context, secret string, idle time.Duration, now time.Time) (Session, error) {
	row := db.queryRow(ctx, selectSession+" WHERE secret = ?", digest(secret))
	s, err := scanSession(row)
	if errors.Is(err, sql.ErrNoRows) {
		return Session{}, ErrNoSession
	}
	if err != nil {
		return Session{}, fmt.Errorf("look up session: %w", err)
	}
	if !now.Before(s.Expires) || now.Sub(s.Used) >= idle {
		return Session{}, ErrNoSession
	}
	if now.Sub(s.Used) >= lastUsedStep {
		err := db.write(ctx, func(tx *transaction) error {
			_, err := tx.exec("UPDATE session SET used = ?1 WHERE id = ?2 AND used < ?1", stamp(now), s.ID)
			return err
		})
		if err != nil {
			return Session{}, fmt.Errorf("use session: %w", err)
		}
		s.Used = now.UTC().Truncate(time.Microsecond)
	}
	return s, nil
}

// Sessions lists the current sessions, the last used first.
func (db *DB) Sessions(ctx context.Context, idle time.Duration, now time.Time) ([]Session, error) {
	return collect(ctx, db, "list sessions", scanSession,
		selectSession+" WHERE expires > ? AND used > ? ORDER BY used DESC, id DESC", stamp(now), stamp(now.Add(-idle)))
}

// DeleteSession ends one session. Ending it again changes nothing.
func (db *DB) DeleteSession(ctx context.Context, secret string) error {
	return db.deleteSessions(ctx, "DELETE FROM session WHERE secret = ?", digest(secret))
}

// DeleteSessions ends every session.
func (db *DB) DeleteSessions(ctx context.Context) error {
	return db.deleteSessions(ctx, "DELETE FROM session")
}

func (db *DB) deleteSessions(ctx context.Context, query string, args ...any) error {
	err := db.write(ctx, func(tx *transaction) error {
		_, err := tx.exec(query, args...)
		return err
	})
	if err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

const selectSession = "SELECT id, browser, created, used, expires FROM session"

func scanSession(r row) (Session, error) {
	var s Session
	var created, used, expires sql.NullInt64
	err := r.Scan(&s.ID, &s.Browser, &created, &used, &expires)
	s.Created, s.Used, s.Expires = instant(created), instant(used), instant(expires)
	return s, err
}
