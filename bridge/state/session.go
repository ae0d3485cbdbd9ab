package state

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// ErrNoSession: there is no such session, or it is over.
var ErrNoSession = errors.New("no such session")

// Session is one browser in which the owner signed in.
type Session struct {
	ID      int64
	Browser string // for the owner: "Firefox on Android"
	Created time.Time
	Used    time.Time // exact to lastUsedStep
	Expires time.Time // whatever happens until then
}

// CreateSession stores s (its ID is ignored) and gives the secret for its browser. Sessions
// that are over are forgotten.
func (db *DB) CreateSession(ctx context.Context, s Session) (secret string, err error) {
	secret = rand.Text() + rand.Text()
	err = db.write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM session WHERE expires <= ?", stamp(time.Now())); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO session (secret, browser, created, used, expires) VALUES (?, ?, ?, ?, ?)",
			digest(secret), s.Browser, stamp(s.Created), stamp(s.Used), stamp(s.Expires))
		return err
	})
	if err != nil {
		return "", fmt.Errorf("create session: %w", err)
	}
	return secret, nil
}

// Session is the session that secret stands for, used now; ErrNoSession when it is over: at
// its Expires, or when it was not used for idle.
func (db *DB) Session(ctx context.Context, secret string, idle time.Duration, now time.Time) (Session, error) {
	row := db.sql.QueryRowContext(ctx, selectSession+" WHERE secret = ?", digest(secret))
	s, err := scanSession(row)
	if errors.Is(err, sql.ErrNoRows) {
		return Session{}, ErrNoSession
	}
	if err != nil {
		return Session{}, fmt.Errorf("look up session: %w", explain(err))
	}
	if !now.Before(s.Expires) || now.Sub(s.Used) >= idle {
		return Session{}, ErrNoSession
	}
	if now.Sub(s.Used) >= lastUsedStep {
		err := db.write(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, "UPDATE session SET used = ?1 WHERE id = ?2 AND used < ?1", stamp(now), s.ID)
			return err
		})
		if err != nil {
			return Session{}, fmt.Errorf("use session: %w", err)
		}
		s.Used = now.UTC().Truncate(time.Microsecond)
	}
	return s, nil
}

// Sessions lists the sessions that are not over, the last used first.
func (db *DB) Sessions(ctx context.Context, idle time.Duration, now time.Time) ([]Session, error) {
	rows, err := db.sql.QueryContext(ctx, selectSession+" WHERE expires > ? AND used > ? ORDER BY used DESC, id DESC", stamp(now), stamp(now.Add(-idle)))
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", explain(err))
	}
	defer rows.Close()
	var list []Session
	for rows.Next() {
		s, err := scanSession(rows)
		if err != nil {
			return nil, fmt.Errorf("list sessions: %w", explain(err))
		}
		list = append(list, s)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list sessions: %w", explain(err))
	}
	return list, nil
}

// DeleteSession ends one session. Ending one that is over changes nothing.
func (db *DB) DeleteSession(ctx context.Context, secret string) error {
	return db.deleteSessions(ctx, "DELETE FROM session WHERE secret = ?", digest(secret))
}

// DeleteSessions ends every session.
func (db *DB) DeleteSessions(ctx context.Context) error {
	return db.deleteSessions(ctx, "DELETE FROM session")
}

func (db *DB) deleteSessions(ctx context.Context, query string, args ...any) error {
	err := db.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, query, args...)
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
