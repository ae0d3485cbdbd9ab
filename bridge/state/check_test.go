package state

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestCheckReadsADatabaseThroughAndChangesNothing(t *testing.T) {
	onlySQLite(t)
	path := filepath.Join(t.TempDir(), "state.db")
	if _, err := Check(t.Context(), path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("of none: %v", err)
	}
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.CreateToken(t.Context(), Token{Name: "a", Scope: []string{"create"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := Check(t.Context(), path); err != nil {
		t.Errorf("beside an open one: %v", err)
	}
	if _, err := db.sql.Exec("PRAGMA user_version = 9999"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Check(t.Context(), path); !errors.Is(err, ErrNewer) {
		t.Errorf("of a newer one: %v", err)
	}
	garbage := []byte("this is no database at all, but long enough to look like a file of one")
	if err := os.WriteFile(path, garbage, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Check(t.Context(), path); !errors.Is(err, ErrDamaged) {
		t.Errorf("of garbage: %v", err)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(garbage) {
		t.Errorf("the file changed: %q, %v", after, err)
	}
}
