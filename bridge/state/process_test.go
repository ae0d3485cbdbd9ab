package state

import (
	"bytes"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	modernc "modernc.org/sqlite"
)

// The tests of this file run the test binary again as another process; these variables tell
// it what to do there.
const (
	envRole = "GITPOST_STATE_ROLE"
	envPath = "GITPOST_STATE_PATH"
	envStep = "GITPOST_STATE_STEP"
)

func TestMain(m *testing.M) {
	switch os.Getenv(envRole) {
	case "":
		os.Exit(m.Run())
	case "die in a migration":
		dieInMigration()
	case "make tokens":
		makeTokens()
	}
}

// again is a command that runs this test binary in a role.
func again(t testing.TB, role, path string, step int) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), self)
	c.Env = append(os.Environ(), envRole+"="+role, envPath+"="+path, fmt.Sprintf("%s=%d", envStep, step))
	return c
}

// statements splits a migration where a kill can fall.
func statements(migration string) []string {
	var list []string
	for s := range strings.SplitSeq(migration, ";\n") {
		if strings.TrimSpace(s) != "" {
			list = append(list, s+";\n")
		}
	}
	return list
}

// dieInMigration opens the database with migrations that kill the process, as kill -9 does,
// after the statement whose number is in the environment.
func dieInMigration() {
	modernc.MustRegisterFunction("die", &modernc.FunctionImpl{
		Scalar: func(*modernc.FunctionContext, []driver.Value) (driver.Value, error) {
			self, err := os.FindProcess(os.Getpid())
			if err == nil {
				err = self.Kill()
			}
			if err != nil {
				return nil, err
			}
			select {} // until the signal arrives
		},
	})
	var step, n int
	fmt.Sscan(os.Getenv(envStep), &step)
	var deadly []string
	for _, migration := range migrations {
		var b strings.Builder
		for _, s := range statements(migration) {
			if n == step {
				b.WriteString("SELECT die();\n")
			}
			n++
			b.WriteString(s)
		}
		if n == step {
			b.WriteString("SELECT die();\n")
		}
		deadly = append(deadly, b.String())
	}
	_, err := openSQLite(context.Background(), os.Getenv(envPath), deadly)
	fmt.Println("still alive:", err)
	os.Exit(3)
}

// openWith opens a database with further migrations.
func openWith(t *testing.T, location string, more ...string) (*DB, error) {
	if IsURL(location) {
		return openPostgres(t.Context(), location, slices.Concat(postgresMigrations, more))
	}
	return openSQLite(t.Context(), location, slices.Concat(migrations, more))
}

// schema is every table and index with the text that made it, or all columns and indexes.
func schema(t testing.TB, db *DB) string {
	t.Helper()
	query := "SELECT coalesce(sql, name) FROM sqlite_schema ORDER BY name"
	if db.dialect == (postgres{}) {
		query = `
			SELECT table_name || '.' || column_name || ' ' || data_type FROM information_schema.columns
			WHERE table_schema = current_schema() UNION ALL
			SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema() ORDER BY 1`
	}
	rows, err := db.sql.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return strings.Join(all, "\n")
}

func TestAKillInAnyMigrationIsHarmless(t *testing.T) {
	onlySQLite(t)
	whole, _ := fresh(t)
	want := schema(t, whole)
	n := 0
	for _, migration := range migrations {
		n += len(statements(migration))
	}
	for step := range n + 1 {
		path := filepath.Join(t.TempDir(), "state.db")
		output, err := again(t, "die in a migration", path, step).CombinedOutput()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() == 3 {
			t.Fatalf("step %d: the other process was not killed: %v\n%s", step, err, output)
		}
		db := reopen(t, path)
		if got := schema(t, db); got != want {
			t.Errorf("killed at step %d, afterwards the schema is\n%s\nwant\n%s", step, got, want)
		}
		if _, err := db.CreateToken(t.Context(), Token{}); err != nil {
			t.Errorf("killed at step %d: %v", step, err)
		}
		db.Close()
	}
}

func TestAMigrationThatFailsChangesNothing(t *testing.T) {
	db, path := fresh(t)
	secret, err := db.CreateToken(t.Context(), Token{})
	if err != nil {
		t.Fatal(err)
	}
	want := schema(t, db)
	db.Close()
	last := len(migrations) + 1
	if strings.HasPrefix(path, "postgres") {
		last = len(postgresMigrations) + 1
	}
	if db, err := openWith(t, path, "CREATE TABLE extra (x INTEGER); DROP TABLE session; CREATE NONSENSE"); err == nil {
		db.Close()
		t.Fatal("no error")
	} else if !strings.Contains(err.Error(), fmt.Sprintf("migration %d", last)) {
		t.Errorf("error %q does not name the migration", err)
	}
	db = reopen(t, path)
	if got := schema(t, db); got != want {
		t.Errorf("the schema became\n%s\nwant\n%s", got, want)
	}
	if _, err := db.Token(t.Context(), secret); err != nil {
		t.Errorf("a token from before: %v", err)
	}
}

func TestAnOldDatabaseIsBroughtUpToDate(t *testing.T) {
	db, path := fresh(t)
	secret, err := db.CreateToken(t.Context(), Token{Name: "old"})
	if err != nil {
		t.Fatal(err)
	}
	db.Close()
	next := []string{"ALTER TABLE token ADD COLUMN colour TEXT NOT NULL DEFAULT 'blue'",
		"UPDATE token SET colour = colour || '!'"}
	for range 2 { // the second opening finds nothing to do
		db, err = openWith(t, path, next...)
		if err != nil {
			t.Fatal(err)
		}
		var colour string
		if err := db.sql.QueryRowContext(t.Context(), "SELECT colour FROM token").Scan(&colour); err != nil ||
			colour != "blue!" {
			t.Errorf("colour is %q, %v", colour, err)
		}
		if got, err := db.Token(t.Context(), secret); err != nil || got.Name != "old" {
			t.Errorf("the old token is %+v, %v", got, err)
		}
		db.Close()
	}
}

// tokensEach is how many tokens each process or goroutine of the tests below makes.
const tokensEach = 25

// makeTokens opens the database as one of several processes that start together, and prints
// the secrets it was given.
func makeTokens() {
	ctx := context.Background()
	db, err := Open(ctx, os.Getenv(envPath))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for range tokensEach {
		secret, err := db.CreateToken(ctx, Token{Name: os.Getenv(envStep)})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println(secret)
	}
	if err := db.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func TestProcessesShareTheDatabase(t *testing.T) {
	const processes = 4
	path := location(t) // none of them finds tables: all race to make them
	outputs := make([]bytes.Buffer, processes)
	failures := make([]bytes.Buffer, processes)
	var running []*exec.Cmd
	for i := range processes {
		c := again(t, "make tokens", path, i)
		c.Stdout, c.Stderr = &outputs[i], &failures[i]
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		running = append(running, c)
	}
	db := reopen(t, path)
	for i, c := range running {
		if err := c.Wait(); err != nil {
			t.Errorf("process %d: %v: %s", i, err, failures[i].String())
		}
	}
	if t.Failed() {
		return
	}
	for i := range outputs {
		secrets := strings.Fields(outputs[i].String())
		if len(secrets) != tokensEach {
			t.Errorf("process %d made %d tokens, want %d", i, len(secrets), tokensEach)
		}
		for _, secret := range secrets {
			if got, err := db.Token(t.Context(), secret); err != nil || got.Name != fmt.Sprint(i) {
				t.Errorf("process %d: %+v, %v", i, got, err)
			}
		}
	}
}

func TestGoroutinesShareADB(t *testing.T) {
	db, path := fresh(t)
	second := reopen(t, path)
	const goroutines = 8
	fail := make(chan error, goroutines)
	var group sync.WaitGroup
	for i := range goroutines {
		db := []*DB{db, second}[i%2]
		group.Go(func() {
			fail <- func() error {
				for j := range tokensEach {
					secret, err := db.CreateToken(t.Context(), Token{})
					if err != nil {
						return err
					}
					name := fmt.Sprintf("%d-%d", i, j)
					if err := db.AddUpload(t.Context(), upload(name, day)); err != nil {
						return err
					}
					if err := db.MarkCommitted(t.Context(), []Upload{{Name: name}}, day); err != nil {
						return err
					}
					if _, err := db.Token(t.Context(), secret); err != nil {
						return err
					}
					if err := db.RevokeSecret(t.Context(), secret); err != nil {
						return err
					}
					if _, err := db.Token(t.Context(), secret); !errors.Is(err, ErrRevoked) {
						return fmt.Errorf("revoked token: %v", err)
					}
				}
				return nil
			}()
		})
	}
	group.Wait()
	close(fail)
	for err := range fail {
		if err != nil {
			t.Error(err)
		}
	}
	list, err := db.Uploads(t.Context(), 0, 0)
	if err != nil || len(list) != goroutines*tokensEach {
		t.Errorf("%d uploads, %v; want %d", len(list), err, goroutines*tokensEach)
	}
}
