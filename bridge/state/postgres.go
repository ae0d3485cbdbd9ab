package state

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"gitpost/bridge/fault"
)

const (
	// operationTimeout bounds an operation on a connection that is dead without saying so.
	operationTimeout = 20 * time.Second
	connectTimeout   = 5 * time.Second
	patience         = 8 * time.Second // a restart takes less

	applicationName  = "gitpost"
	oldestPostgres   = 130000 // as server_version_num
	writeLock        = 0x67706f73
	migrationLock    = writeLock + 1
	retryAfterOutage = 5 * time.Second
)

// openPostgres connects to the database at a URL and runs pending migrations.
func openPostgres(ctx context.Context, location string, migrations []string) (*DB, error) {
	pool, where, err := connect(location)
	if err != nil {
		return nil, err
	}
	db := &DB{sql: pool, dialect: postgres{}, patience: patience}
	err = db.persist(ctx, func(ctx context.Context) error {
		if err := suitable(ctx, pool); err != nil {
			return err
		}
		return migratePostgres(ctx, pool, migrations)
	})
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("open state database %s: %w", where, explainOpening(err))
	}
	return db, nil
}

// connect returns a pool of connections to a URL, none of which is open yet, and the name of the
// database for messages, in which there is no password.
func connect(location string) (pool *sql.DB, where string, err error) {
	config, err := pgx.ParseConfig(location)
	if err != nil {
		return nil, "", errors.New("the URL of the state database cannot be read; " +
			"write postgres://user:password@host/database, with special characters of the password as %XX")
	}
	if !strings.Contains(location, "connect_timeout=") {
		config.ConnectTimeout = connectTimeout
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = applicationName
	}
	config.DialFunc = (&net.Dialer{
		Timeout:         config.ConnectTimeout,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3},
	}).DialContext
	pool = stdlib.OpenDB(*config)
	pool.SetMaxOpenConns(8)
	pool.SetMaxIdleConns(8)
	return pool, fmt.Sprintf("%q at %s:%d", config.Database, config.Host, config.Port), nil
}

// suitable returns an error for a server that cannot hold the state.
func suitable(ctx context.Context, pool *sql.DB) error {
	var version int
	var release, encoding string
	var replica bool
	err := pool.QueryRowContext(ctx, `
		SELECT current_setting('server_version_num')::int, current_setting('server_version'),
			current_setting('server_encoding'), pg_is_in_recovery()`).Scan(&version, &release, &encoding, &replica)
	switch {
	case err != nil:
		return err
	case version < oldestPostgres:
		return fmt.Errorf("PostgreSQL %s is too old; use version %d or later", release, oldestPostgres/10000)
	case encoding != "UTF8":
		return fmt.Errorf("its encoding is %s; create a database with the encoding UTF8", encoding)
	case replica:
		return errors.New("it is a read-only replica; use the address of the primary server")
	}
	return nil
}

// migratePostgres runs the pending migrations in one transaction with their version number, under a
// lock, so that only one of several processes does the work.
func migratePostgres(ctx context.Context, pool *sql.DB, migrations []string) error {
	// Usually nothing is pending and no lock is needed.
	version, err := tablesVersion(ctx, pool)
	if err != nil || version == len(migrations) {
		return err
	}
	tx, err := pool.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, lockQuery("pg_advisory_xact_lock"), migrationLock); err != nil {
		return err
	}
	if version, err = tablesVersion(ctx, tx); err != nil {
		return err
	}
	if version > len(migrations) {
		return newer(version, len(migrations))
	}
	if version == 0 {
		_, err := tx.ExecContext(ctx, "CREATE TABLE state_version (version BIGINT NOT NULL)")
		if err == nil {
			_, err = tx.ExecContext(ctx, "INSERT INTO state_version (version) VALUES (0)")
		}
		if err != nil {
			return err
		}
	}
	for ; version < len(migrations); version++ {
		if _, err := tx.ExecContext(ctx, migrations[version]); err != nil {
			return fmt.Errorf("migration %d: %w", version+1, err)
		}
	}
	if _, err := tx.ExecContext(ctx, "UPDATE state_version SET version = $1", version); err != nil {
		return fmt.Errorf("set the version of the tables: %w", err)
	}
	return tx.Commit()
}

// newer is the error for the tables of a later version.
func newer(version, supported int) error {
	return fmt.Errorf("a newer gitpost wrote it (version %d, this one supports %d); use that gitpost", version, supported)
}

func (postgres) hasTable(ctx context.Context, pool *sql.DB, name string) (there bool, err error) {
	err = pool.QueryRowContext(ctx, "SELECT to_regclass($1) IS NOT NULL", name).Scan(&there)
	return there, err
}

// tablesVersion returns the number of applied migrations; 0 when there are no tables.
func tablesVersion(ctx context.Context, db interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}) (version int, err error) {
	// to_regclass may answer from a cache that is older than the transaction's lock.
	var there bool
	err = db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_class
		WHERE relname = 'state_version' AND relnamespace = to_regnamespace(current_schema()))`).Scan(&there)
	if err == nil && there {
		err = db.QueryRowContext(ctx, "SELECT version FROM state_version").Scan(&version)
	}
	return version, err
}

// postgres is the dialect of PostgreSQL.
type postgres struct{}

// adapt numbers the placeholders, and removes from texts what PostgreSQL cannot store.
func (postgres) adapt(query string, args []any) (string, []any) {
	cleaned := make([]any, len(args))
	for i, arg := range args {
		if s, ok := arg.(string); ok {
			arg = clean(s)
		}
		cleaned[i] = arg
	}
	return numbered(query), cleaned
}

// clean removes NUL characters from a text and replaces bytes that are not UTF-8.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

// numbered returns a query with $1, $2 in place of each ?, and $N in place of ?N.
func numbered(query string) string {
	var b strings.Builder
	quoted := false
	n := 0
	for i := range len(query) {
		switch c := query[i]; {
		case c == '?' && !quoted:
			b.WriteByte('$')
			if i+1 == len(query) || query[i+1] < '0' || query[i+1] > '9' {
				n++
				fmt.Fprint(&b, n)
			}
		default:
			quoted = quoted != (c == '\'')
			b.WriteByte(c)
		}
	}
	return b.String()
}

func (postgres) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, operationTimeout)
}

// lockQuery calls a function that takes an advisory lock. Databases of several gitposts may be schemas
// of one database; their locks differ.
func lockQuery(function string) string {
	return "SELECT " + function + "($1::int, hashtext(coalesce(current_schema(), '')))"
}

var errBusy = errors.New("another process is writing")

// begin takes the lock of all writers: under READ COMMITTED alone, two that read and then write could
// both redeem one code. The settings hold for the transaction. A process that hangs in one loses it
// after a minute, and one that was killed at once.
func (p postgres) begin(ctx context.Context, pool *sql.DB, wait bool) (*sql.Tx, func(), error) {
	tx, err := pool.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return nil, nil, err
	}
	if wait {
		_, err = tx.ExecContext(ctx, `
			SELECT set_config('lock_timeout', '10s', true),
				set_config('idle_in_transaction_session_timeout', '60s', true),
				set_config('synchronous_commit', CASE current_setting('synchronous_commit')
					WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, true),
				pg_advisory_xact_lock($1::int, hashtext(coalesce(current_schema(), '')))`, writeLock)
	} else {
		var locked bool
		err = tx.QueryRowContext(ctx, lockQuery("pg_try_advisory_xact_lock"), writeLock).Scan(&locked)
		if err == nil && !locked {
			err = errBusy
		}
	}
	if err != nil {
		tx.Rollback()
		return nil, nil, err
	}
	return tx, func() {}, nil
}

// lost is true for a connection that broke or cannot be made, unless the server refused it for a reason
// that time does not change.
func (postgres) lost(err error) bool {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		switch e.Code {
		case "57P01", "57P02", "57P03", // the server shuts down, has crashed, or starts
			"53300": // too many connections
			return true
		}
		return strings.HasPrefix(e.Code, "08")
	}
	var unknown *net.DNSError
	if errors.As(err, &unknown) && unknown.IsNotFound || errors.Is(err, context.Canceled) {
		return false
	}
	var failed *net.OpError
	var connecting *pgconn.ConnectError
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) ||
		errors.As(err, &failed) || errors.As(err, &connecting) || pgconn.SafeToRetry(err)
}

func (p postgres) explain(err error) error {
	var e *pgconn.PgError
	errors.As(err, &e)
	unavailable := &fault.Error{
		Code: fault.Unavailable, Message: "the database is out of reach", Hint: "try again in a few seconds",
		RetryAfter: retryAfterOutage, Err: err,
	}
	switch {
	case err == nil:
		return nil
	case p.lost(err), errors.Is(err, context.DeadlineExceeded):
		return unavailable
	case e == nil:
		return err
	}
	switch e.Code {
	case "55P03":
		unavailable.Message = "another process has locked the database for more than 10 s"
		return unavailable
	case "25006":
		unavailable.Message = "the database is read-only"
		return unavailable
	case "53100":
		return fmt.Errorf("%w; free disk space of PostgreSQL: %w", err, syscall.ENOSPC)
	case "42501":
		return fmt.Errorf("%w; give the user of gitpost all rights on its tables", err)
	case "42P01":
		return fmt.Errorf("%w; the tables of gitpost are gone: restart gitpost to create them, or restore a backup", err)
	}
	return err
}

// explainOpening adds a remedy to an error before the database was of use.
func explainOpening(err error) error {
	var e *pgconn.PgError
	var unknown *net.DNSError
	switch {
	case errors.As(err, &e):
	case errors.As(err, &unknown) && unknown.IsNotFound:
		return fmt.Errorf("%w; correct the host of database", err)
	case postgres{}.lost(err), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%w; start PostgreSQL, or correct host and port of database", err)
	default:
		return err
	}
	switch e.Code {
	case "28P01", "28000":
		return fmt.Errorf("%w; correct user and password of database, or allow the user in pg_hba.conf", err)
	case "3D000":
		return fmt.Errorf("%w; create it: createdb --owner=USER DATABASE", err)
	case "42501":
		return fmt.Errorf("%w; make gitpost's user the owner of the database, "+
			"or: GRANT CREATE, USAGE ON SCHEMA public TO USER", err)
	case "3F000":
		return fmt.Errorf("%w; create the schema that search_path names: CREATE SCHEMA NAME", err)
	case "42P07":
		return fmt.Errorf("%w; the database has tables of something else: give gitpost a database of its own", err)
	}
	return postgres{}.explain(err)
}
