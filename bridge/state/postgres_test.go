package state

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gitpost/bridge/fault"
	"gitpost/bridge/postgrestest"
)

// envServer is the address of a PostgreSQL server on which all tests run; without it they use SQLite.
const envServer = "GITPOST_STATE_POSTGRES"

func TestPostgreSQL(t *testing.T) {
	onlySQLite(t) // in the process that this one starts, too
	server := postgrestest.Start(t)
	t.Run("every test of this package passes", func(t *testing.T) { everyTestPasses(t, server) })
	t.Run("opening says what is wrong", func(t *testing.T) { openingSaysWhatIsWrong(t, server) })
	t.Run("a check changes nothing", func(t *testing.T) { checkChangesNothing(t, server) })
	t.Run("text that cannot be stored is cleaned", func(t *testing.T) { textIsCleaned(t, server) })
	t.Run("it has the tables of SQLite", func(t *testing.T) { tablesAreTheSame(t, server) })
	t.Run("everything is copied there and back", func(t *testing.T) { copies(t, server) })
	t.Run("a restart loses no request", func(t *testing.T) { restartLosesNoRequest(t, server) })
}

// everyTestPasses runs this package's tests again in a process that opens databases of the server.
func everyTestPasses(t *testing.T, server *postgrestest.Server) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), self, "-test.v")
	c.Env = append(os.Environ(), envServer+"="+server.Admin())
	output, err := c.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, failures(output))
	}
	// A run in which nothing fails may be one in which nothing runs.
	if passed := bytes.Count(output, []byte("--- PASS: ")); passed < 40 {
		t.Errorf("only %d tests passed:\n%s", passed, output)
	}
}

// failures are the lines of a verbose run without those of what passed.
func failures(output []byte) string {
	var b strings.Builder
	for line := range strings.Lines(string(output)) {
		if !strings.HasPrefix(line, "=== ") && !strings.Contains(line, "--- PASS") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// run executes a statement in a database of PostgreSQL.
func run(t testing.TB, location, statement string) {
	t.Helper()
	pool, _, err := connect(location)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if _, err := pool.ExecContext(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// location is that of a new database: a file in a folder of the test's own, or one of PostgreSQL.
func location(t testing.TB) string {
	t.Helper()
	admin := os.Getenv(envServer)
	if admin == "" {
		return filepath.Join(t.TempDir(), "state.db")
	}
	name := "t" + strings.ToLower(rand.Text())
	run(t, admin, "CREATE SCHEMA "+name)
	return admin + "?search_path=" + name
}

// onlySQLite skips a test about files.
func onlySQLite(t testing.TB) {
	t.Helper()
	if os.Getenv(envServer) != "" {
		t.Skip("is about SQLite's file")
	}
}

func TestPlaceholdersAreNumbered(t *testing.T) {
	for query, want := range map[string]string{
		"SELECT 1":                            "SELECT 1",
		"a = ? AND b = ?":                     "a = $1 AND b = $2",
		"a = ?2 OR b < ?1 OR c = ?12":         "a = $2 OR b < $1 OR c = $12",
		"a = '?' AND b = 'it''s ?' AND c = ?": "a = '?' AND b = 'it''s ?' AND c = $1",
	} {
		if got := numbered(query); got != want {
			t.Errorf("%s became %s, want %s", query, got, want)
		}
	}
}

func openingSaysWhatIsWrong(t *testing.T, server *postgrestest.Server) {
	server.Exec("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
	server.Exec("CREATE USER poor PASSWORD 'poor'")
	server.Exec("CREATE DATABASE closed")
	server.Exec("CREATE DATABASE taken")
	at := func(name string) string { return strings.Replace(server.Admin(), "/postgres", "/"+name, 1) }
	run(t, at("taken"), "CREATE TABLE session (x INT)")
	newer := server.New()
	db := reopen(t, newer)
	if _, err := db.sql.Exec("UPDATE state_version SET version = 1000"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ location, want string }{
		{server.URL("gitpost", "wrong-secret", "postgres"), "correct user and password"},
		{server.URL("nobody", "wrong-secret", "postgres"), "correct user and password"},
		{at("missing"), "createdb"},
		{at("latin"), "UTF8"},
		{at("taken"), "database of its own"},
		{server.URL("poor", "poor", "closed"), "GRANT CREATE"},
		{newer, "newer gitpost"},
		{"postgres://gitpost:wrong-secret@127.0.0.1:1/x", "start PostgreSQL"},
		{"postgres://gitpost:wrong-secret@host.invalid/x", "correct the host"},
		{"postgres://gitpost:wrong-secret%@host.invalid/x", "cannot be read"},
		{"postgres://gitpost:wrong-secret@host.invalid:port/x", "cannot be read"},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second) // else it waits for a server that starts
		if c.want != "start PostgreSQL" {
			ctx = t.Context()
		}
		db, err := Open(ctx, c.location)
		cancel()
		if err == nil {
			db.Close()
			t.Errorf("%s: no error", c.location)
			continue
		}
		if !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("error is %q, want it to have %q and no password", err, c.want)
		}
	}
}

func restartLosesNoRequest(t *testing.T, server *postgrestest.Server) {
	db := reopen(t, server.New())
	secret, err := db.CreateToken(t.Context(), Token{Name: "phone"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what string
		do   func() error
	}{
		{"read", func() error { _, err := db.Token(t.Context(), secret); return err }},
		{"list", func() error { _, err := db.Tokens(t.Context()); return err }},
		{"write", func() error { return db.NoteBuild(t.Context(), "https://example.org/", time.Now()) }},
	} {
		server.Stop()
		done := make(chan error, 1)
		go func() { done <- c.do() }()
		server.Resume()
		if err := <-done; err != nil {
			t.Errorf("%s during a restart: %v", c.what, err)
		}
	}
	server.Stop()
	db.patience = 100 * time.Millisecond
	ended := make(chan error, 2)
	go func() { _, err := db.Token(t.Context(), secret); ended <- err }()
	go func() { ended <- db.NoteBuild(t.Context(), "https://example.org/", time.Now()) }()
	for range 2 {
		err := <-ended
		var known *fault.Error
		if !errors.As(err, &known) || known.Code != fault.Unavailable || known.RetryAfter <= 0 {
			t.Errorf("without a server: %v, want one that says when to try again", err)
		}
	}
	server.Resume()
	if _, err := db.Token(t.Context(), secret); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func checkChangesNothing(t *testing.T, server *postgrestest.Server) {
	where := server.New()
	if _, err := Check(t.Context(), where); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("of a database without tables: %v", err)
	}
	if rows, err := ReadDeliveries(t.Context(), where, DeliveryFilter{}); err != nil || len(rows) > 0 {
		t.Errorf("deliveries of a database without tables: %v, %v", rows, err)
	}
	db := reopen(t, where)
	h, err := Check(t.Context(), where)
	if err != nil || !strings.HasPrefix(h.Name, "PostgreSQL ") || strings.Contains(h.Name, "secret") {
		t.Errorf("got %+v, %v", h, err)
	}
	if len(h.Warnings) != 1 || !strings.Contains(h.Warnings[0], "fsync") { // which is off in tests
		t.Errorf("got the warnings %q", h.Warnings)
	}
	if _, err := db.sql.Exec("UPDATE state_version SET version = 1000"); err != nil {
		t.Fatal(err)
	}
	if _, err := Check(t.Context(), where); !errors.Is(err, ErrNewer) {
		t.Errorf("of a newer one: %v", err)
	}
}

func textIsCleaned(t *testing.T, server *postgrestest.Server) {
	db := reopen(t, server.New())
	secret, err := db.CreateToken(t.Context(), Token{Name: "a\x00b\xffc"})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := db.Token(t.Context(), secret); err != nil || got.Name != "ab\uFFFDc" {
		t.Errorf("got %q, %v", got.Name, err)
	}
}
