package state

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	driver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

var (
	// ErrNewer means that the tables are those of a later version.
	ErrNewer = errors.New("was written by a newer gitpost")
	// ErrDamaged means that the database cannot be read.
	ErrDamaged = errors.New("is damaged")
)

// Health is what Check found out.
type Health struct {
	Name     string   // of the database, for people
	Warnings []string // what endangers the data, each with a remedy
}

// Check verifies a database; the error is os.ErrNotExist when there is no file, or there are no tables
// yet. It changes nothing and can run beside a server.
func Check(ctx context.Context, location string) (h Health, err error) {
	if IsURL(location) {
		return checkPostgres(ctx, location)
	}
	return Health{Name: location}, checkSQLite(ctx, location)
}

func checkSQLite(ctx context.Context, path string) (err error) {
	db, err := openReader(path)
	if err != nil {
		return err
	}
	if db == nil {
		return os.ErrNotExist
	}
	defer func() { err = errors.Join(err, db.sql.Close()) }()
	var version int
	if err := db.sql.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return unreadable(path, err)
	}
	if version > len(migrations) {
		return fmt.Errorf("state database %s %w (version %d, this one supports %d)", path, ErrNewer, version, len(migrations))
	}
	var said string
	if err := db.sql.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&said); err != nil {
		return unreadable(path, err)
	}
	if said != "ok" {
		return fmt.Errorf("state database %s %w: %s", path, ErrDamaged, said)
	}
	return nil
}

func unreadable(path string, err error) error {
	var e *driver.Error
	if errors.As(err, &e) && slices.Contains([]int{sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}, e.Code()&0xff) {
		return fmt.Errorf("state database %s %w: %w", path, ErrDamaged, err)
	}
	return fmt.Errorf("read state database %s: %w", path, sqlite{}.explain(err))
}

// checkPostgres also looks at the rights, and at settings under which a crash loses what was answered.
func checkPostgres(ctx context.Context, location string) (h Health, err error) {
	pool, where, err := connect(location)
	if err != nil {
		return h, err
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	h.Name = "PostgreSQL " + where
	fail := func(err error) error { return fmt.Errorf("state database %s: %w", where, explainOpening(err)) }
	ctx, cancel := postgres{}.bound(ctx)
	defer cancel()
	if err := suitable(ctx, pool); err != nil {
		return h, fail(err)
	}
	var release string
	var fsync, pages, encrypted, local, create bool
	err = pool.QueryRowContext(ctx, `
		SELECT split_part(current_setting('server_version'), ' ', 1), current_setting('fsync') = 'on',
			current_setting('full_page_writes') = 'on',
			coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false),
			coalesce(inet_server_addr() = inet_client_addr(), true),
			coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)`).
		Scan(&release, &fsync, &pages, &encrypted, &local, &create)
	if err != nil {
		return h, fail(err)
	}
	h.Name += " (version " + release + ")"
	if !fsync || !pages {
		h.Warnings = append(h.Warnings, "a power cut can destroy the database; set fsync and full_page_writes to on")
	}
	if !encrypted && !local {
		h.Warnings = append(h.Warnings, "the connection is not encrypted; add sslmode=verify-full to database")
	}
	if !create {
		h.Warnings = append(h.Warnings, "the user cannot create tables, which an update may need; "+
			"make it the owner of the database")
	}
	version, err := tablesVersion(ctx, pool)
	switch {
	case err != nil:
		return h, fail(err)
	case version == 0:
		return h, os.ErrNotExist
	case version > len(postgresMigrations):
		return h, fmt.Errorf("state database %s %w (version %d, this one supports %d)",
			where, ErrNewer, version, len(postgresMigrations))
	}
	return h, nil
}

// openReader opens a database for reading; nil when there is no file.
func openReader(location string) (*DB, error) {
	if IsURL(location) {
		pool, _, err := connect(location)
		return &DB{sql: pool, dialect: postgres{}, patience: patience}, err
	}
	if _, err := os.Stat(location); errors.Is(err, os.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	return openSQLiteReader(location)
}
