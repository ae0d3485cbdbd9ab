package state

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gitpost/bridge/postgrestest"
)

// fill puts at least one row into every table.
func fill(t *testing.T, db *DB) {
	t.Helper()
	ctx, now := t.Context(), time.Now()
	code, err := db.CreateCode(ctx, aCode())
	if err != nil {
		t.Fatal(err)
	}
	issued, err := db.RedeemCode(ctx, code, grants)
	if err != nil {
		t.Fatal(err)
	}
	u := upload("a.jpg", day)
	u.TokenID, u.Filename = issued.Token.ID, "caf\xe9\x00.jpg" // as SQLite stores it
	add(t, db, u)
	_, sessionErr := db.CreateSession(ctx, Session{Browser: "Firefox", Created: now, Used: now,
		Expires: now.Add(time.Hour)})
	_, setupErr := db.CreateSetup(ctx, now.Add(time.Hour))
	_, _, requestErr := db.BeginRequest(ctx, Request{Key: [32]byte{1}, Begun: now})
	for _, err := range []error{sessionErr, setupErr, requestErr,
		db.ApproveOldClient(ctx, "https://old.example/"),
		db.SetPassword(ctx, "$argon2id$x", ""),
		db.AddPasskey(ctx, Passkey{Credential: []byte{0, 1}, Name: "phone", Record: []byte(`{"a": "ü"}`), Created: now}, ""),
		db.NoteBuild(ctx, "https://example.org/", now),
		db.Follow(ctx, "https://example.org/", "c1", []Delivery{{Site: "https://example.org/", URL: "https://example.org/1/",
			Kind: "webmention", Target: "https://x.example/" + strings.Repeat("long/", 2000), State: DeliveryWaiting, Begun: now,
			Changed: now}}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.CreateSession(ctx, Session{Browser: "Safari", Created: now, Used: now,
		Expires: now.Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		var n int
		if err := db.sql.QueryRowContext(ctx, "SELECT count(*) FROM "+table).Scan(&n); err != nil || n == 0 {
			t.Errorf("%s has %d rows, %v", table, n, err)
		}
	}
}

// copies moves a database to PostgreSQL and back, and copies nothing over anything.
func copies(t *testing.T, server *postgrestest.Server) {
	file, back := filepath.Join(t.TempDir(), "state.db"), filepath.Join(t.TempDir(), "back.db")
	db := reopen(t, file)
	fill(t, db)
	if err := db.DeleteSessions(t.Context()); err != nil { // their IDs are not given again
		t.Fatal(err)
	}
	tokens, err := db.Tokens(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	moved := server.New()
	first, err := Copy(t.Context(), file, moved)
	if err != nil {
		t.Fatal(err)
	}
	if first.Cleaned != 1 || len(first.Rows) != len(tables)-1 {
		t.Errorf("copied %+v", first)
	}
	second, err := Copy(t.Context(), moved, back)
	if err != nil || second.Cleaned != 0 || fmt.Sprint(second.Rows) != fmt.Sprint(first.Rows) {
		t.Errorf("copied back %+v, %v; want %+v", second, err, first)
	}
	for _, where := range []string{moved, back} {
		db := reopen(t, where)
		if got, err := db.Tokens(t.Context()); err != nil || fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", tokens) {
			t.Errorf("%s has the tokens %+v, %v; want %+v", where, got, err, tokens)
		}
		now := time.Now()
		if _, err := db.CreateSession(t.Context(), Session{Created: now, Used: now,
			Expires: now.Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		if list, err := db.Sessions(t.Context(), time.Hour, now); err != nil || len(list) != 1 || list[0].ID != 3 {
			t.Errorf("%s gives the ID of %+v, %v; want 3", where, list, err)
		}
		if _, err := db.CreateToken(t.Context(), Token{}); err != nil {
			t.Error(err)
		}
		if where == moved {
			if _, err := Copy(t.Context(), file, moved); err == nil || !strings.Contains(err.Error(), "stop every gitpost") {
				t.Errorf("into a database in use: %v", err)
			}
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := Copy(t.Context(), file, where); err == nil || !strings.Contains(err.Error(), "not empty") {
			t.Errorf("into a database that is not empty: %v", err)
		}
	}
}

// tablesAreTheSame compares the tables of both databases, and with those that are copied.
func tablesAreTheSame(t *testing.T, server *postgrestest.Server) {
	columns := func(db *DB, query string) []string {
		t.Helper()
		list, err := collect(t.Context(), db, "list columns", func(r row) (name string, err error) {
			return name, r.Scan(&name)
		}, query)
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(list)
		return list
	}
	in := columns(reopen(t, filepath.Join(t.TempDir(), "state.db")), `
		SELECT t.name || '.' || c.name FROM sqlite_schema t, pragma_table_info(t.name) c
		WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'`)
	out := columns(reopen(t, server.New()), `
		SELECT table_name || '.' || column_name FROM information_schema.columns
		WHERE table_schema = current_schema() AND table_name <> 'state_version'`)
	if !slices.Equal(in, out) {
		t.Errorf("SQLite has\n%q\nPostgreSQL has\n%q", in, out)
	}
	var copied []string
	for _, column := range in {
		table, _, _ := strings.Cut(column, ".")
		copied = append(copied, table)
	}
	copied = slices.Compact(copied)
	if want := slices.Sorted(slices.Values(tables)); !slices.Equal(copied, want) {
		t.Errorf("there are the tables %q, and %q are copied", copied, want)
	}
}
