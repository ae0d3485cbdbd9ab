package state

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// fresh opens a new database.
func fresh(t testing.TB) (*DB, string) {
	t.Helper()
	path := location(t)
	return reopen(t, path), path
}

func reopen(t testing.TB, path string) *DB {
	t.Helper()
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func TestOpenMakesFilesThatOnlyTheOwnerReads(t *testing.T) {
	onlySQLite(t)
	folder := filepath.Join(t.TempDir(), "not", "there", "yet")
	path := filepath.Join(folder, "state.db")
	db := reopen(t, path)
	if _, err := db.CreateToken(t.Context(), Token{Name: "phone"}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode != 0o600 {
			t.Errorf("%s has mode %o, want 600", filepath.Base(name), mode)
		}
	}
	info, err := os.Stat(folder)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o700 {
		t.Errorf("the new folder has mode %o, want 700", mode)
	}
}

func TestOpenNarrowsTheModeOfAnOldFile(t *testing.T) {
	onlySQLite(t)
	db, path := fresh(t)
	db.Close()
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	reopen(t, path)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o600 {
		t.Errorf("mode is %o, want 600", mode)
	}
}

func TestEveryConnectionIsDurableAndChecksReferences(t *testing.T) {
	onlySQLite(t)
	db, _ := fresh(t)
	var held []*sql.Conn
	for range 4 {
		conn, err := db.sql.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, conn)
		for pragma, want := range map[string]string{
			"journal_mode": "wal",
			"synchronous":  "2", // FULL
			"foreign_keys": "1",
			"busy_timeout": "10000",
		} {
			var got string
			if err := conn.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil {
				t.Fatal(err)
			}
			if got != want {
				t.Errorf("connection %d: %s is %s, want %s", len(held), pragma, got, want)
			}
		}
	}
	for _, conn := range held {
		conn.Close()
	}
}

func TestOpenTakesAnyPath(t *testing.T) {
	onlySQLite(t)
	for _, name := range []string{"a b.db", "100%25.db", "what?.db", "#1.db", "ü&x=y.db", "state"} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			db := reopen(t, path)
			secret, err := db.CreateToken(t.Context(), Token{})
			if err != nil {
				t.Fatal(err)
			}
			db.Close()
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			if info.Size() == 0 {
				t.Fatal("the database went to another file")
			}
			if _, err := reopen(t, path).Token(t.Context(), secret); err != nil {
				t.Error(err)
			}
		})
	}
	t.Run("relative", func(t *testing.T) {
		t.Chdir(t.TempDir())
		reopen(t, "state.db")
		if _, err := os.Stat("state.db"); err != nil {
			t.Error(err)
		}
	})
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	onlySQLite(t)
	folder := t.TempDir()
	noDatabase := filepath.Join(folder, "notes.txt")
	if err := os.WriteFile(noDatabase, []byte(strings.Repeat("this is no database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	newer := filepath.Join(folder, "newer.db")
	db := reopen(t, newer)
	if _, err := db.sql.ExecContext(t.Context(), "PRAGMA user_version = 1000"); err != nil {
		t.Fatal(err)
	}
	db.Close()
	for _, c := range []struct{ path, want string }{
		{folder, "not a regular file"},
		{noDatabase, "move it away"},
		{newer, "newer gitpost"},
	} {
		db, err := Open(t.Context(), c.path)
		if err == nil {
			db.Close()
			t.Errorf("%s: no error", c.path)
			continue
		}
		if !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.path) {
			t.Errorf("error is %q, want it to name the path and %q", err, c.want)
		}
	}
	text, err := os.ReadFile(noDatabase)
	if err != nil || !strings.HasPrefix(string(text), "this is no database\n") {
		t.Errorf("a file that is no database was changed: %q, %v", text[:min(len(text), 40)], err)
	}
}

func TestACancelledContextStopsAQuery(t *testing.T) {
	db, _ := fresh(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := db.CreateToken(ctx, Token{}); !errors.Is(err, context.Canceled) {
		t.Errorf("CreateToken: %v, want context.Canceled", err)
	}
	if list, err := db.Tokens(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("afterwards there are %d tokens, %v; want none", len(list), err)
	}
}

func TestInstantsComeBackInUTC(t *testing.T) {
	zone := time.FixedZone("", 5*3600+1800)
	for _, want := range []time.Time{
		{},
		time.Date(2026, 3, 1, 12, 30, 15, 123456000, zone),
		time.Date(1969, 12, 31, 23, 59, 59, 0, time.UTC),
		time.Unix(0, 0),
	} {
		got := instant(stamp(want))
		if !got.Equal(want) || got.IsZero() != want.IsZero() {
			t.Errorf("%v came back as %v", want, got)
		}
		if !got.IsZero() && got.Location() != time.UTC {
			t.Errorf("%v came back in %v", want, got.Location())
		}
	}
}
