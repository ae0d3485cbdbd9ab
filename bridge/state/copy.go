package state

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// tables are all tables, each after those that it refers to.
var tables = []string{"token", "upload", "code", "refresh", "old_client", "owner", "passkey", "session", "setup_link",
	"build", "event", "request", "delivery", "delivery_site"}

// withIDs are the tables that give their rows IDs, none of them twice.
var withIDs = []string{"token", "upload", "passkey", "session", "event", "delivery"}

// Copied is what Copy did.
type Copied struct {
	Rows    map[string]int // by table; those without rows are missing
	Cleaned int            // texts from which characters were removed that PostgreSQL cannot store
}

// Copy copies everything in one database to another, which must be empty, and compares them. It is all or
// nothing: after an error the target is as empty as it was. It returns an error when a database of
// PostgreSQL is in use; whether a SQLite file is, the caller must know.
func Copy(ctx context.Context, from, to string) (c Copied, err error) {
	source, err := Open(ctx, from)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	target, err := Open(ctx, to)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	for _, db := range []*DB{source, target} {
		if err := db.dialect.unused(ctx, db.sql); err != nil {
			return c, err
		}
	}
	out, err := source.begin(ctx, true) // nothing changes meanwhile
	if err != nil {
		return c, source.dialect.explain(err)
	}
	defer out.end()
	in, err := target.begin(ctx, true)
	if err != nil {
		return c, target.dialect.explain(err)
	}
	defer in.end()
	for _, table := range tables {
		var there bool
		if err := in.queryRow("SELECT EXISTS (SELECT 1 FROM " + table + ")").Scan(&there); err != nil {
			return c, fmt.Errorf("look at the target: %w", target.dialect.explain(err))
		}
		if there {
			return c, errors.New("the target is not empty; give it an empty database or the path of a new file")
		}
	}
	c.Rows = map[string]int{}
	for _, table := range tables {
		if err := c.copyTable(out, in, table); err != nil {
			return c, fmt.Errorf("copy the table %s: %w", table, target.dialect.explain(err))
		}
	}
	if err := in.Commit(); err != nil {
		return c, fmt.Errorf("store the copy: %w", target.dialect.explain(err))
	}
	return c, nil
}

// copyTable copies the rows of a table and the last ID it gave, and compares.
func (c *Copied) copyTable(out, in *transaction, table string) error {
	want, err := eachRow(out, table, func(columns []string, values []any) error {
		for i, v := range values {
			if s, ok := v.(string); ok && in.dialect == (postgres{}) && clean(s) != s {
				values[i] = clean(s)
				c.Cleaned++
			}
		}
		marks := strings.TrimSuffix(strings.Repeat("?, ", len(columns)), ", ")
		_, err := in.exec("INSERT INTO "+table+" ("+strings.Join(columns, ", ")+") VALUES ("+marks+")", values...)
		return err
	})
	if err != nil {
		return err
	}
	got, err := eachRow(in, table, func([]string, []any) error { return nil })
	if err != nil {
		return err
	}
	if !slices.Equal(got, want) {
		return fmt.Errorf("the copy has other content than the original (%d rows of %d)", len(got), len(want))
	}
	if len(want) > 0 {
		c.Rows[table] = len(want)
	}
	if !slices.Contains(withIDs, table) {
		return nil
	}
	last, err := out.dialect.lastID(out, table)
	if err != nil || last == 0 {
		return err
	}
	return in.dialect.setLastID(in, table, last)
}

// eachRow calls do with each row of a table. It returns the hashes of all rows as do left them, sorted:
// databases differ in how they sort text.
func eachRow(tx *transaction, table string, do func(columns []string, values []any) error) ([]string, error) {
	rows, err := tx.query("SELECT * FROM " + table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var sums []string
	values, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		if err := do(columns, values); err != nil {
			return nil, err
		}
		sums = append(sums, rowHash(columns, values))
	}
	slices.Sort(sums)
	return sums, rows.Err()
}

// rowHash does not depend on the order of the columns.
func rowHash(columns []string, values []any) string {
	var fields []string
	for i, v := range values {
		fields = append(fields, fmt.Sprintf("%s %T %q", columns[i], v, fmt.Sprint(v)))
	}
	slices.Sort(fields)
	sum := sha256.Sum256([]byte(strings.Join(fields, "\n")))
	return string(sum[:])
}

func (sqlite) unused(context.Context, *sql.DB) error { return nil }

// unused finds servers by their connections; a server keeps some.
func (postgres) unused(ctx context.Context, pool *sql.DB) error {
	var others int
	err := pool.QueryRowContext(ctx, `
		SELECT count(*) FROM pg_stat_activity
		WHERE datname = current_database() AND application_name = $1 AND pid <> pg_backend_pid()`, applicationName).
		Scan(&others)
	if err == nil && others > 0 {
		err = fmt.Errorf("PostgreSQL has %d other connections of gitpost to this database; stop every gitpost that uses it",
			others)
	}
	return err
}

func (sqlite) lastID(tx *transaction, table string) (last int64, err error) {
	err = tx.queryRow("SELECT seq FROM sqlite_sequence WHERE name = ?", table).Scan(&last)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return last, err
}

func (sqlite) setLastID(tx *transaction, table string, last int64) error {
	if _, err := tx.exec("DELETE FROM sqlite_sequence WHERE name = ?", table); err != nil {
		return err
	}
	_, err := tx.exec("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", table, last)
	return err
}

func (postgres) lastID(tx *transaction, table string) (last int64, err error) {
	err = tx.queryRow("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM " + table + "_id_seq").Scan(&last)
	return last, err
}

func (postgres) setLastID(tx *transaction, table string, last int64) error {
	_, err := tx.exec("SELECT setval(pg_get_serial_sequence(?, 'id'), ?)", table, last)
	return err
}
