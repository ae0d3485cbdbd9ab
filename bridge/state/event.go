package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"
)

// EventKind is what happened.
type EventKind string

const (
	SignedIn       EventKind = "signed in"        // subject: the browser
	Granted        EventKind = "granted"          // subject: the app's client_id
	TokenCreated   EventKind = "token created"    // subject of these: client_id or name
	TokenFirstUsed EventKind = "token first used" //
	TokenRevoked   EventKind = "token revoked"
	TokenRestored  EventKind = "token restored" // its revocation was undone
	TokenStolen    EventKind = "token revoked because a code or refresh token was used twice"
	SignInRefused  EventKind = "sign-in refused" // counted by address and day
	TokenRefused   EventKind = "token refused"   // counted by address and day
)

// Event is an entry of the security log.
type Event struct {
	ID      int64
	Kind    EventKind
	First   time.Time
	Last    time.Time
	Count   int    // of refusals between First and Last; else 1
	Subject string // depends on the kind
	Address string // of the client, for refusals
	TokenID int64  // 0: none
}

// Events are kept for a year. The number of refusals is bounded, since strangers cause them.
const (
	eventLifetime = 366 * 24 * time.Hour
	maxRefusals   = 10_000
)

// record adds an event and deletes old ones.
func record(tx *transaction, e Event) error {
	if e.Last.IsZero() {
		e.Last = e.First
	}
	if _, err := tx.exec("DELETE FROM event WHERE last < ?", stamp(e.Last.Add(-eventLifetime))); err != nil {
		return err
	}
	_, err := tx.exec(`
		INSERT INTO event (kind, first, last, count, subject, address, token_id) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		string(e.Kind), stamp(e.First), stamp(e.Last), max(e.Count, 1), e.Subject, e.Address, e.TokenID)
	return err
}

// Events lists the events after a time, newest first. A limit of 0 or less means all of them.
func (db *DB) Events(ctx context.Context, after time.Time, limit int) ([]Event, error) {
	if err := db.flushRefusals(ctx); err != nil {
		return nil, err
	}
	if limit <= 0 {
		limit = noLimit
	}
	scan := func(r row) (e Event, err error) {
		var first, last sql.NullInt64
		err = r.Scan(&e.ID, &e.Kind, &first, &last, &e.Count, &e.Subject, &e.Address, &e.TokenID)
		e.First, e.Last = instant(first), instant(last)
		return e, err
	}
	return collect(ctx, db, "list events", scan, `
		SELECT id, kind, first, last, count, subject, address, token_id FROM event
		WHERE last > ? ORDER BY last DESC, id DESC LIMIT ?`, after.UnixMicro(), limit)
}

// refusals counts refused sign-ins and tokens in memory, so that strangers cause at most one
// write a minute.
type refusals struct {
	mu      sync.Mutex // guards all below
	pending map[refusal]Event
	flushed time.Time
}

type refusal struct {
	kind    EventKind
	address string
}

// maxPending bounds the addresses between two writes; further ones are counted together.
const maxPending = 1000

// Refused counts a refused sign-in or token. Counts are written at most once a minute, by Events
// and by Close; kill -9 loses those of the last minute.
func (db *DB) Refused(ctx context.Context, kind EventKind, address string, now time.Time) error {
	r := &db.refusals
	r.mu.Lock()
	if r.pending == nil {
		r.pending = map[refusal]Event{}
	}
	key := refusal{kind, address}
	if _, known := r.pending[key]; !known && len(r.pending) >= maxPending {
		key.address = ""
	}
	e, known := r.pending[key]
	if !known {
		e = Event{Kind: kind, First: now, Address: key.address}
	}
	e.Count++
	e.Last = now
	r.pending[key] = e
	due := now.Sub(r.flushed) >= time.Minute
	r.mu.Unlock()
	if !due {
		return nil
	}
	return db.flushRefusals(ctx)
}

// flushRefusals writes the pending counts. Those of one kind, address and day are one event.
func (db *DB) flushRefusals(ctx context.Context) error {
	r := &db.refusals
	r.mu.Lock()
	pending := r.pending
	r.pending, r.flushed = nil, time.Now()
	r.mu.Unlock()
	if len(pending) == 0 {
		return nil
	}
	err := db.write(ctx, func(tx *transaction) error {
		for e := range maps.Values(pending) {
			if err := recordRefusal(tx, e); err != nil {
				return err
			}
		}
		_, err := tx.exec(`
			DELETE FROM event WHERE id IN (
				SELECT id FROM event WHERE kind IN (?, ?) ORDER BY last DESC, id DESC LIMIT ? OFFSET ?)`,
			string(SignInRefused), string(TokenRefused), noLimit, maxRefusals)
		return err
	})
	if err != nil {
		return fmt.Errorf("record refusals: %w", err)
	}
	return nil
}

func recordRefusal(tx *transaction, e Event) error {
	day := e.First.UTC().Truncate(24 * time.Hour)
	var id int64
	err := tx.queryRow("SELECT id FROM event WHERE kind = ? AND address = ? AND last >= ? LIMIT 1",
		string(e.Kind), e.Address, stamp(day)).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return record(tx, e)
	}
	if err != nil {
		return err
	}
	_, err = tx.exec(
		"UPDATE event SET count = count + ?1, last = CASE WHEN last < ?2 THEN ?2 ELSE last END WHERE id = ?3",
		e.Count, stamp(e.Last), id)
	return err
}
