package objects_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gitpost/bridge/fault"
	"gitpost/bridge/media"
	"gitpost/bridge/objects"
	"gitpost/bridge/objects/objectstest"
)

var _ media.Staging = (*objects.Bucket)(nil)

// name has the form of the names that gitpost gives.
const name = "heron-abcdefgh234567ab.jpg"

func settings(s *objectstest.Store) objects.Config {
	return objects.Config{
		Address: "s3://" + objectstest.Bucket + "/waiting", Endpoint: s.Endpoint, Region: objectstest.Region,
		AccessKey: objectstest.AccessKey, SecretKey: objectstest.SecretKey, Ours: media.IsStagedName,
	}
}

func content(t *testing.T, text string) *os.File {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "f"))
	if err == nil {
		_, err = f.WriteString(text)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestStore(t *testing.T) {
	store := objectstest.Start(t)
	b, err := objects.Open(t.Context(), settings(store))
	if err != nil {
		t.Fatal(err)
	}
	large := strings.Repeat("0123456789abcdef", 2<<20) // 32 MB
	read := func(name string) (string, error) {
		t.Helper()
		f, err := b.Open(t.Context(), name)
		if err != nil {
			return "", err
		}
		defer f.Close()
		text, err := io.ReadAll(f)
		return string(text), err
	}
	t.Run("a file comes back as it was stored", func(t *testing.T) {
		for text, as := range map[string]string{"": "empty-abcdefgh234567ab.txt", "x": name,
			large: "film-abcdefgh234567ab.mp4"} {
			if err := b.Put(t.Context(), as, content(t, text)); err != nil {
				t.Fatal(err)
			}
			if got, err := read(as); err != nil || got != text {
				t.Errorf("%s: got %d bytes, %v; want %d", as, len(got), err, len(text))
			}
			if stored, err := os.ReadFile(filepath.Join(store.Files, "waiting", as)); err != nil || string(stored) != text {
				t.Errorf("%s is not in the bucket: %v", as, err)
			}
		}
	})
	t.Run("a part can be read", func(t *testing.T) {
		f, err := b.Open(t.Context(), "film-abcdefgh234567ab.mp4")
		if err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Range", "bytes=16-19")
		http.ServeContent(w, r, "", time.Time{}, f)
		f.Close()
		if w.Code != http.StatusPartialContent || w.Body.String() != "0123" {
			t.Errorf("got %d, %q", w.Code, w.Body)
		}
	})
	t.Run("a name is never given to other content", func(t *testing.T) {
		if err := b.Put(t.Context(), name, content(t, "x")); err != nil {
			t.Errorf("the same content again: %v", err)
		}
		if err := b.Put(t.Context(), name, content(t, "y")); !errors.Is(err, fs.ErrExist) {
			t.Errorf("other content: %v, want fs.ErrExist", err)
		}
		if got, err := read(name); err != nil || got != "x" {
			t.Errorf("afterwards: %q, %v", got, err)
		}
	})
	t.Run("damage is noticed", func(t *testing.T) {
		at := filepath.Join(store.Files, "waiting", "film-abcdefgh234567ab.mp4")
		if err := os.WriteFile(at, bytes.Repeat([]byte{'z'}, len(large)), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := read("film-abcdefgh234567ab.mp4"); err == nil || !strings.Contains(err.Error(), "damaged") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("what is not there is not found", func(t *testing.T) {
		if err := b.Remove(t.Context(), name); err != nil {
			t.Error(err)
		}
		if err := b.Remove(t.Context(), name); err != nil {
			t.Errorf("again: %v", err)
		}
		if _, err := read(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %v, want fs.ErrNotExist", err)
		}
	})
	t.Run("only old files of gitpost are swept", func(t *testing.T) {
		for _, as := range []string{name, "holiday.jpg", "elsewhere/" + name} {
			if err := b.Put(t.Context(), as, content(t, "x")); err != nil {
				t.Fatal(err)
			}
		}
		if err := b.Sweep(t.Context(), time.Now().Add(-time.Hour)); err != nil {
			t.Fatal(err)
		}
		if _, err := read(name); err != nil {
			t.Errorf("a new file: %v", err)
		}
		if err := b.Sweep(t.Context(), time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if _, err := read(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("an old file: %v", err)
		}
		for _, as := range []string{"holiday.jpg", "elsewhere/" + name} {
			if _, err := read(as); err != nil {
				t.Errorf("somebody else's %s: %v", as, err)
			}
		}
	})
	t.Run("what is wrong is said", func(t *testing.T) {
		wrongSecret, wrongBucket, wrongKey := settings(store), settings(store), settings(store)
		wrongSecret.SecretKey = "another-secret"
		wrongKey.AccessKey = "nobody"
		wrongBucket.Address = "s3://none-of-these"
		for want, c := range map[string]objects.Config{
			"correct s3.access_key and s3.secret_key": wrongSecret, "s3.secret_key": wrongKey, "create the bucket": wrongBucket,
		} {
			if _, err := objects.Open(t.Context(), c); err == nil || !strings.Contains(err.Error(), want) ||
				strings.Contains(err.Error(), "another-secret") {
				t.Errorf("got %v, want %q", err, want)
			}
		}
		if err := b.Check(t.Context()); err != nil {
			t.Errorf("of a good one: %v", err)
		}
	})
	t.Run("an outage is one", func(t *testing.T) {
		store.Stop()
		_, opening := b.Open(t.Context(), name)
		for what, err := range map[string]error{"put": b.Put(t.Context(), name, content(t, "x")), "open": opening,
			"remove": b.Remove(t.Context(), name)} {
			var known *fault.Error
			if !errors.As(err, &known) || known.Code != fault.Unavailable || known.RetryAfter <= 0 {
				t.Errorf("%s: %v, want one that says when to try again", what, err)
			}
		}
		store.Resume()
		if err := b.Put(t.Context(), name, content(t, "x")); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	})
}
