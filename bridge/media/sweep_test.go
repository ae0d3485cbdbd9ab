package media

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestSweepRemovesOldStagedFilesOnly(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(t.Context(), Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for name, age := range map[string]time.Duration{"old.jpg": 48 * time.Hour, "new.jpg": time.Hour,
		".part-1": 48 * time.Hour} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, now.Add(-age), now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Sweep(t.Context(), now.Add(-24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	for name, stays := range map[string]bool{"old.jpg": false, "new.jpg": true, ".part-1": true} {
		if _, err := os.Stat(filepath.Join(dir, name)); (err == nil) != stays {
			t.Errorf("%s: %v, want it to stay: %v", name, err, stays)
		}
	}
}
