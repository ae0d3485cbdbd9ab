package urlmap

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestMapsAreRead(t *testing.T) {
	got, err := Parse([]byte("\ufeff" +
		`{"./posts/a.md": "/a/", "b.md": "https://e.example/b", "c.md": false, "d.md": null, "../e.md": "/e/"}`))
	want := map[string]string{"posts/a.md": "/a/", "b.md": "https://e.example/b", "e.md": "/e/"}
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
	for _, text := range []string{"", "null", "[]", `"a"`, "{}", `{"a.md": 7}`, `{"a.md": "a/"}`,
		`{"a.md": "javascript://x/"}`, `{"a.md": false}`, `{"a.md": "/a/"} x`, "<html>"} {
		if got, err := Parse([]byte(text)); err == nil {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"./posts/a.md": "/a/", "b": false}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		urls, err := Parse(data)
		if err == nil && len(urls) == 0 {
			t.Error("an empty map is read")
		}
		for file := range urls {
			if strings.HasPrefix(file, "/") || strings.HasPrefix(file, "../") {
				t.Errorf("%q is not below the top folder", file)
			}
		}
	})
}

// TestMapIsKept: what was fetched is read again, but only as the map of its address.
func TestMapIsKept(t *testing.T) {
	answer := `{"a.md": "/a/"}`
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/urls.json" {
			http.NotFound(w, r)
			return
		}
		w.Write([]byte(answer))
	}))
	defer host.Close()
	at := time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)
	m, err := Fetch(t.Context(), host.URL+"/urls.json", at)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "repo.urls")
	if err := m.Save(file); err != nil {
		t.Fatal(err)
	}
	if kept := Load(file, m.From); kept == nil || !kept.Fetched.Equal(at) || !maps.Equal(kept.URLs, m.URLs) {
		t.Errorf("kept %+v, want %+v", kept, m)
	}
	if kept := Load(file, "https://other.example/"); kept != nil {
		t.Errorf("the map of another address is used: %+v", kept)
	}
	if err := os.WriteFile(file, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if kept := Load(file, m.From); kept != nil {
		t.Errorf("half a file is read as %+v", kept)
	}
	answer = `{"a.md": "` + strings.Repeat("/a", maxSize/2) + `"}`
	for _, from := range []string{host.URL + "/urls.json", host.URL + "/other"} {
		if _, err := Fetch(t.Context(), from, at); err == nil || !strings.Contains(err.Error(), from) {
			t.Errorf("%s: %v", from, err)
		}
	}
}
