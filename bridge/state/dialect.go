package state

import (
	"context"
	"database/sql"
	"time"
)

// dialect is all that differs between the databases. Queries are written once, with ? or ?1 for their
// arguments and in what SQL both understand; only the tables are written for each (see migrations).
type dialect interface {
	// adapt returns a query and its arguments as the driver takes them.
	adapt(query string, args []any) (string, []any)
	// begin starts a transaction that no other writer's overlaps, of this process or another. If wait
	// is false, it fails where it would have to wait. release is called after the transaction's end.
	begin(ctx context.Context, pool *sql.DB, wait bool) (tx *sql.Tx, release func(), err error)
	// bound limits the time of an operation.
	bound(ctx context.Context) (context.Context, context.CancelFunc)
	// lost reports whether an error means that the database was out of reach, and may be back soon.
	lost(err error) bool
	// hasTable reports whether there is a table of that name.
	hasTable(ctx context.Context, pool *sql.DB, name string) (bool, error)
	// unused returns an error when another gitpost is known to use the database.
	unused(ctx context.Context, pool *sql.DB) error
	// lastID returns the last ID that a table gave, 0 if none; setLastID has it go on from there.
	lastID(tx *transaction, table string) (int64, error)
	setLastID(tx *transaction, table string, last int64) error
	// explain adds a remedy to an error of the driver.
	explain(err error) error
}

// noLimit is the LIMIT of a query that wants all rows.
const noLimit = 1 << 40

// persist repeats try, which changes nothing, while the database is out of reach.
func (db *DB) persist(ctx context.Context, try func(context.Context) error) error {
	end := time.Now().Add(db.patience)
	for pause := 20 * time.Millisecond; ; pause = min(2*pause, 500*time.Millisecond) {
		limited, cancel := db.dialect.bound(ctx)
		err := try(limited)
		cancel()
		if err == nil || !db.dialect.lost(err) || ctx.Err() != nil || time.Now().Add(pause).After(end) {
			return err
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return err
		case <-timer.C:
		}
	}
}

// query is a SELECT of at most one row, which Scan runs.
type query struct {
	db   *DB
	ctx  context.Context
	text string
	args []any
}

// queryRow returns the first row of a SELECT. Its Scan returns sql.ErrNoRows if there is none.
func (db *DB) queryRow(ctx context.Context, text string, args ...any) row {
	text, args = db.dialect.adapt(text, args)
	return query{db, ctx, text, args}
}

func (q query) Scan(into ...any) error {
	return q.db.dialect.explain(q.db.persist(q.ctx, func(ctx context.Context) error {
		return q.db.sql.QueryRowContext(ctx, q.text, q.args...).Scan(into...)
	}))
}

// transaction runs statements, adapted to the database, until its context ends.
type transaction struct {
	*sql.Tx
	ctx     context.Context
	dialect dialect
	release func()
}

// begin starts a transaction; db.writing must be held. If wait is false, it fails where it would have
// to wait for another writer. end must be called in any case.
func (db *DB) begin(ctx context.Context, wait bool) (*transaction, error) {
	tx, release, err := db.dialect.begin(ctx, db.sql, wait)
	if err != nil {
		return nil, err
	}
	return &transaction{tx, ctx, db.dialect, release}, nil
}

// end rolls the transaction back unless it was committed.
func (t *transaction) end() {
	t.Rollback()
	t.release()
}

func (t *transaction) exec(query string, args ...any) (sql.Result, error) {
	query, args = t.dialect.adapt(query, args)
	return t.ExecContext(t.ctx, query, args...)
}

func (t *transaction) query(query string, args ...any) (*sql.Rows, error) {
	query, args = t.dialect.adapt(query, args)
	return t.QueryContext(t.ctx, query, args...)
}

func (t *transaction) queryRow(query string, args ...any) row {
	query, args = t.dialect.adapt(query, args)
	return t.QueryRowContext(t.ctx, query, args...)
}
