// Package state stores what is not content: access tokens, the owner's credentials and
// sessions, uploads that wait for their post, and a log of security events.
//
// It is one SQLite file that only the user of gitpost can read, or a PostgreSQL database. Several
// processes can open it at the same time: `gitpost token revoke` beside a running server takes
// effect at the next request. Once a method returned without an error, its change survives kill -9
// and a power cut. Losing the database costs the tokens and the waiting uploads, never a post.
//
// While PostgreSQL is out of reach, for a restart say, methods wait for some seconds, and then return
// a fault.Error with the code fault.Unavailable.
//
// A DB is safe for concurrent use.
package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
)

// DB is an open state database.
type DB struct {
	sql     *sql.DB
	dialect dialect

	// patience is how long to wait for a database that is out of reach.
	patience time.Duration

	// writing is held by the one writer of this process: SQLite allows one writer only, and
	// waiting for its file lock means polling; PostgreSQL would keep a connection for each that waits.
	writing sync.Mutex

	refusals refusals
}

// Open opens the database at a location, which is the path of a SQLite file or a URL of PostgreSQL,
// and creates or updates its tables. A file is created if need be, and other users' permissions for
// it are removed.
func Open(ctx context.Context, location string) (*DB, error) {
	if IsURL(location) {
		return openPostgres(ctx, location, postgresMigrations)
	}
	return openSQLite(ctx, location, migrations)
}

// IsURL reports whether a location is a URL of PostgreSQL and not a path.
func IsURL(location string) bool {
	return strings.HasPrefix(location, "postgres://") || strings.HasPrefix(location, "postgresql://")
}

// Close waits for running queries and closes the database.
func (db *DB) Close() error {
	flushed := db.flushRefusals(context.Background())
	return errors.Join(flushed, db.sql.Close())
}

// write runs change in a transaction that is durable when write returns nil. It is not known whether a
// change was made when the database was lost while it was committed; that error says so.
func (db *DB) write(ctx context.Context, change func(*transaction) error) error {
	db.writing.Lock()
	defer db.writing.Unlock()
	ctx, cancel := db.dialect.bound(ctx)
	defer cancel()
	var tx *transaction
	err := db.persist(ctx, func(context.Context) (err error) {
		tx, err = db.begin(ctx, true)
		return err
	})
	if err != nil {
		return db.dialect.explain(err)
	}
	defer tx.end()
	if err := change(tx); err != nil {
		return db.dialect.explain(err)
	}
	return db.dialect.explain(tx.Commit())
}

// stamp returns a time as it is stored: microseconds since 1970, or NULL for the zero time.
func stamp(t time.Time) sql.NullInt64 {
	if t.IsZero() {
		return sql.NullInt64{}
	}
	return sql.NullInt64{Int64: t.UnixMicro(), Valid: true}
}

// collect reads all rows of a query. what names the operation for errors.
func collect[T any](
	ctx context.Context, db *DB, what string, scan func(row) (T, error), query string, args ...any,
) ([]T, error) {
	query, args = db.dialect.adapt(query, args)
	var list []T
	err := db.persist(ctx, func(ctx context.Context) error {
		list = nil
		rows, err := db.sql.QueryContext(ctx, query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			one, err := scan(rows)
			if err != nil {
				return err
			}
			list = append(list, one)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, db.dialect.explain(err))
	}
	return list, nil
}

// instant returns the time of a stamp, in UTC.
func instant(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return time.UnixMicro(n.Int64).UTC()
}
