package micropubtest

import (
	"bytes"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"gitpost/bridge/mf2"
)

func TestRandomPostsAreKeptByAnHonestServerAndMissedFromAnother(t *testing.T) {
	honest := newFake(sabotage{})
	careless := newFake(sabotage{stored: func(i mf2.Item) {
		for name, values := range i.Properties {
			i.Properties[name] = slices.DeleteFunc(values, func(v any) bool { return v == "null" || v == "~" })
		}
	}})
	missed := 0
	for seed := range uint64(300) {
		body, want, err := RandomPost(seed)
		if err != nil {
			t.Fatal(err)
		}
		again, _, err := RandomPost(seed)
		if err != nil || !bytes.Equal(body, again) {
			t.Fatalf("seed %d makes two posts: %s and %s", seed, body, again)
		}
		if errs := keep(t, honest, body, want); len(errs) > 0 {
			t.Errorf("seed %d: %v\n%s", seed, errs, body)
		}
		if errs := keep(t, careless, body, want); len(errs) > 0 {
			missed++
		}
	}
	if missed == 0 {
		t.Error("no random post tells a careless server from an honest one")
	}
}

// keep posts and reads back.
func keep(t *testing.T, f *fake, body []byte, want Expect) []error {
	t.Helper()
	send := func(method, address string, body []byte) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, address, bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer TOKEN")
		w := httptest.NewRecorder()
		f.ServeHTTP(w, r)
		return w
	}
	w := send("POST", "/micropub", body)
	if w.Code != 201 {
		t.Fatalf("answered %d: %s\n%s", w.Code, w.Body, body)
	}
	location := w.Header().Get("Location")
	// A property named slug also suggests one, and here it is not made fit for an URL.
	f.posts["https://site.example/post/"] = f.posts[location]
	w = send("GET", "/micropub?q=source&url="+strings.ReplaceAll("https://site.example/post/", ":", "%3A"), nil)
	return Compare(want, w.Body.Bytes(), nil, nil)
}
