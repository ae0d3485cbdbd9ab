package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
)

// deliveryTables has what is known of the way of each post after its push. delivery_site has the
// commit up to which a site's changes are in delivery.
const deliveryTables = `
CREATE TABLE delivery (
	id      INTEGER PRIMARY KEY AUTOINCREMENT,
	site    TEXT    NOT NULL,
	url     TEXT    NOT NULL,
	kind    TEXT    NOT NULL,
	target  TEXT    NOT NULL,
	action  TEXT    NOT NULL,
	version TEXT    NOT NULL,
	path    TEXT    NOT NULL,
	state   TEXT    NOT NULL,
	tries   INTEGER NOT NULL,
	due     INTEGER,
	begun   INTEGER NOT NULL,
	changed INTEGER NOT NULL,
	result  TEXT    NOT NULL,
	link    TEXT    NOT NULL,
	notes   TEXT    NOT NULL,
	UNIQUE (site, url, kind, target)
) STRICT;

CREATE INDEX delivery_due ON delivery (due);
CREATE INDEX delivery_changed ON delivery (changed);

CREATE TABLE delivery_site (
	site     TEXT PRIMARY KEY,
	followed TEXT NOT NULL
) STRICT;
`

// DeliveryState is how far a delivery has come.
type DeliveryState string

const (
	DeliveryWaiting DeliveryState = "waiting"
	DeliveryDone    DeliveryState = "done"
	DeliveryFailed  DeliveryState = "failed"  // and is not tried again by itself
	DeliverySkipped DeliveryState = "skipped" // by the owner, or there is nothing to do
)

// Delivery is one thing that is done about a post after its push. There is at most one of each Site,
// URL, Kind and Target: a later version of the post replaces an earlier one.
type Delivery struct {
	ID      int64
	Site    string // the site's address
	URL     string // of the post
	Kind    string // what is done
	Target  string // to whom; "" where there is only one
	Action  string // "create", "update" or "delete"
	Version string // of the post
	Path    string // of the post's file
	State   DeliveryState
	Tries   int
	Due     time.Time // zero: it waits for something else than the time
	Begun   time.Time // since when it could be done
	Changed time.Time
	Result  string // of the last try, in words for the owner
	Link    string // an address that came back, such as that of a copy
	Notes   string // for the kind alone
}

// Followed returns the commit that Follow stored last for a site, or "".
func (db *DB) Followed(ctx context.Context, site string) (commit string, err error) {
	err = db.queryRow(ctx, "SELECT followed FROM delivery_site WHERE site = ?", site).Scan(&commit)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("look up the followed commit: %w", err)
	}
	return commit, nil
}

// Follow stores the deliveries that the commits up to this one call for, all or none.
func (db *DB) Follow(ctx context.Context, site, commit string, rows []Delivery) error {
	err := db.write(ctx, func(tx *transaction) error {
		for _, d := range rows {
			if err := putDelivery(tx, d); err != nil {
				return err
			}
		}
		_, err := tx.exec(`
			INSERT INTO delivery_site (site, followed) VALUES (?, ?)
			ON CONFLICT (site) DO UPDATE SET followed = excluded.followed`, site, commit)
		return err
	})
	if err != nil {
		return fmt.Errorf("store deliveries: %w", err)
	}
	return nil
}

// FinishDelivery stores what became of one delivery and the deliveries that follow from it, all or
// none. It stores nothing and returns false when the row has another version by now, or the owner has
// skipped it.
func (db *DB) FinishDelivery(ctx context.Context, d Delivery, next []Delivery) (stored bool, err error) {
	err = db.write(ctx, func(tx *transaction) error {
		result, err := tx.exec(`
			UPDATE delivery SET state = ?, tries = ?, due = ?, begun = ?, changed = ?, result = ?, link = ?, notes = ?
			WHERE id = ? AND version = ? AND action = ? AND state <> ?`,
			string(d.State), d.Tries, stamp(d.Due), stamp(d.Begun), stamp(d.Changed), d.Result, d.Link, d.Notes,
			d.ID, d.Version, d.Action, string(DeliverySkipped))
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		if err != nil || n == 0 {
			return err
		}
		stored = true
		for _, d := range next {
			if err := putDelivery(tx, d); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("store the result of a delivery: %w", err)
	}
	return stored, nil
}

func putDelivery(tx *transaction, d Delivery) error {
	values := []any{d.Site, d.URL, d.Kind, d.Target, d.Action, d.Version, d.Path, string(d.State), d.Tries, stamp(d.Due),
		stamp(d.Begun), stamp(d.Changed), d.Result, d.Link, d.Notes}
	result, err := tx.exec(`
		UPDATE delivery SET action = ?5, version = ?6, path = ?7, state = ?8, tries = ?9, due = ?10, begun = ?11,
			changed = ?12, result = ?13, link = ?14, notes = ?15
		WHERE site = ?1 AND url = ?2 AND kind = ?3 AND target = ?4`, values...)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n > 0 {
		return err
	}
	_, err = tx.exec(`
		INSERT INTO delivery
			(site, url, kind, target, action, version, path, state, tries, due, begun, changed, result, link, notes)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, values...)
	return err
}

// DeliveryFilter chooses deliveries. Zero fields choose all.
type DeliveryFilter struct {
	Site, URL, Kind string
	State           DeliveryState
	DueBy           time.Time // only those that wait and are due by then
	Limit           int
}

// Deliveries lists deliveries: those that are due first by their time, else the latest change first.
func (db *DB) Deliveries(ctx context.Context, f DeliveryFilter) ([]Delivery, error) {
	query, args := f.query()
	return collect(ctx, db, "list deliveries", scanDelivery, query, args...)
}

func (f DeliveryFilter) query() (string, []any) {
	var where []string
	var args []any
	add := func(condition string, arg any) {
		where, args = append(where, condition), append(args, arg)
	}
	for column, value := range map[string]string{"site": f.Site, "url": f.URL, "kind": f.Kind, "state": string(f.State)} {
		if value != "" {
			add(column+" = ?", value)
		}
	}
	order := "changed DESC, id DESC"
	if !f.DueBy.IsZero() {
		add("state = ?", string(DeliveryWaiting))
		add("due <= ?", stamp(f.DueBy))
		order = "due, id"
	}
	query := `SELECT id, site, url, kind, target, action, version, path, state, tries, due, begun, changed, result,
		link, notes FROM delivery`
	if len(where) > 0 {
		query += " WHERE " + strings.Join(where, " AND ")
	}
	query += " ORDER BY " + order
	if f.Limit > 0 {
		query += " LIMIT ?"
		args = append(args, f.Limit)
	}
	return query, args
}

func scanDelivery(r row) (d Delivery, err error) {
	var due, begun, changed sql.NullInt64
	err = r.Scan(&d.ID, &d.Site, &d.URL, &d.Kind, &d.Target, &d.Action, &d.Version, &d.Path, &d.State, &d.Tries, &due,
		&begun, &changed, &d.Result, &d.Link, &d.Notes)
	d.Due, d.Begun, d.Changed = instant(due), instant(begun), instant(changed)
	return d, err
}

// NextDelivery returns when the next delivery is due; the zero time when none is.
func (db *DB) NextDelivery(ctx context.Context) (time.Time, error) {
	var due sql.NullInt64
	err := db.queryRow(ctx, "SELECT min(due) FROM delivery WHERE state = ?", string(DeliveryWaiting)).Scan(&due)
	if err != nil {
		return time.Time{}, fmt.Errorf("look up the next delivery: %w", err)
	}
	return instant(due), nil
}

// HurryDeliveries makes the waiting deliveries of a kind and site due at a time, unless they are due
// earlier or wait for something else than the time.
func (db *DB) HurryDeliveries(ctx context.Context, site, kind string, at time.Time) error {
	err := db.write(ctx, func(tx *transaction) error {
		_, err := tx.exec(
			"UPDATE delivery SET due = ? WHERE site = ? AND kind = ? AND state = ? AND due > ?",
			stamp(at), site, kind, string(DeliveryWaiting), stamp(at))
		return err
	})
	if err != nil {
		return fmt.Errorf("hurry deliveries: %w", err)
	}
	return nil
}

// RetryDelivery has a delivery tried again from now on; SkipDelivery ends it. Both return false when
// there is none with that ID.
func (db *DB) RetryDelivery(ctx context.Context, id int64, now time.Time) (bool, error) {
	return db.turnDelivery(ctx, `UPDATE delivery SET state = ?, tries = 0, due = ?, begun = ?, changed = ?
		WHERE id = ?`, string(DeliveryWaiting), stamp(now), stamp(now), stamp(now), id)
}

// SkipDelivery: see RetryDelivery.
func (db *DB) SkipDelivery(ctx context.Context, id int64, now time.Time) (bool, error) {
	return db.turnDelivery(ctx, "UPDATE delivery SET state = ?, due = NULL, changed = ?, result = 'skipped' WHERE id = ?",
		string(DeliverySkipped), stamp(now), id)
}

func (db *DB) turnDelivery(ctx context.Context, statement string, args ...any) (found bool, err error) {
	err = db.write(ctx, func(tx *transaction) error {
		result, err := tx.exec(statement, args...)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		found = n > 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("change a delivery: %w", err)
	}
	return found, nil
}

// PruneDeliveries deletes the rows of a kind and a state that were last changed before a time.
func (db *DB) PruneDeliveries(ctx context.Context, kind string, in DeliveryState, before time.Time) error {
	err := db.write(ctx, func(tx *transaction) error {
		_, err := tx.exec("DELETE FROM delivery WHERE kind = ? AND state = ? AND changed < ?",
			kind, string(in), stamp(before))
		return err
	})
	if err != nil {
		return fmt.Errorf("delete old deliveries: %w", err)
	}
	return nil
}

// ReadDeliveries lists deliveries of the database at a location. It changes nothing and can run beside a
// server. There are none when there is no database, or one of an earlier version.
func ReadDeliveries(ctx context.Context, location string, f DeliveryFilter) (rows []Delivery, err error) {
	db, err := openReader(location)
	if err != nil || db == nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.sql.Close()) }()
	if there, err := db.dialect.hasTable(ctx, db.sql, "delivery"); err != nil || !there {
		return nil, err
	}
	return db.Deliveries(ctx, f)
}
