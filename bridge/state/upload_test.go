package state

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"
)

var day = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func upload(name string, at time.Time) Upload {
	return Upload{
		Name: name, URL: "https://example.org/media/2026/03/" + name, Path: "static/media/2026/03/" + name,
		File: name, Filename: "IMG 1.JPG", ContentType: "image/jpeg", Size: 3 << 30, Width: 4000, Height: 3000,
		Created: at,
	}
}

func add(t testing.TB, db *DB, u Upload) {
	t.Helper()
	if err := db.AddUpload(t.Context(), u); err != nil {
		t.Fatal(err)
	}
}

func names(list []Upload) (s []string) {
	for _, u := range list {
		s = append(s, u.Name)
	}
	return s
}

func TestAnUploadComesBackAsItWasAdded(t *testing.T) {
	db, path := fresh(t)
	secret, err := db.CreateToken(t.Context(), Token{})
	if err != nil {
		t.Fatal(err)
	}
	token, err := db.Token(t.Context(), secret)
	if err != nil {
		t.Fatal(err)
	}
	want := upload("fog-k3v9.jpg", day)
	want.TokenID = token.ID
	add(t, db, want)
	add(t, db, upload("other.jpg", day))
	for _, db := range []*DB{db, reopen(t, path)} {
		if got, err := db.Upload(t.Context(), want.Name); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("by name: %v\ngot  %+v\nwant %+v", err, got, want)
		}
		if got, err := db.UploadByURL(t.Context(), want.URL); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("by URL: %v\ngot  %+v\nwant %+v", err, got, want)
		}
	}
	if _, err := db.Upload(t.Context(), want.URL); !errors.Is(err, ErrNoUpload) {
		t.Errorf("a URL taken as a name: %v, want ErrNoUpload", err)
	}
	if _, err := db.UploadByURL(t.Context(), "https://example.org/"); !errors.Is(err, ErrNoUpload) {
		t.Errorf("an unknown URL: %v, want ErrNoUpload", err)
	}
}

func TestAnUploadIsUniqueByNameAndByURL(t *testing.T) {
	db, _ := fresh(t)
	first := upload("a.jpg", day)
	add(t, db, first)
	sameName := upload("b.jpg", day)
	sameName.Name = first.Name
	sameURL := upload("c.jpg", day)
	sameURL.URL = first.URL
	for _, u := range []Upload{first, sameName, sameURL} {
		if err := db.AddUpload(t.Context(), u); err == nil {
			t.Errorf("%s at %s was added twice", u.Name, u.URL)
		}
	}
	if got, err := db.Upload(t.Context(), "a.jpg"); err != nil || got != first {
		t.Errorf("the first upload became %+v, %v", got, err)
	}
}

func TestUploadsAreListedNewestFirst(t *testing.T) {
	db, _ := fresh(t)
	for i := range 5 {
		add(t, db, upload(fmt.Sprint(i), day.Add(time.Duration(i)*time.Second)))
	}
	add(t, db, upload("5", day.Add(4*time.Second))) // the same instant as 4, later
	for _, c := range []struct {
		limit, offset int
		want          []string
	}{
		{0, 0, []string{"5", "4", "3", "2", "1", "0"}},
		{-1, 0, []string{"5", "4", "3", "2", "1", "0"}},
		{2, 0, []string{"5", "4"}},
		{2, 2, []string{"3", "2"}},
		{10, 5, []string{"0"}},
		{0, 4, []string{"1", "0"}},
		{2, -3, []string{"5", "4"}},
		{2, 6, nil},
	} {
		got, err := db.Uploads(t.Context(), c.limit, c.offset)
		if err != nil || !reflect.DeepEqual(names(got), c.want) {
			t.Errorf("limit %d, offset %d: %v, %v; want %v", c.limit, c.offset, names(got), err, c.want)
		}
	}
}

func TestOnlyUploadsWithoutAPostExpire(t *testing.T) {
	db, _ := fresh(t)
	for i, name := range []string{"old", "used", "limit", "new"} {
		add(t, db, upload(name, day.Add(time.Duration(i)*time.Hour)))
	}
	committed := day.Add(90 * time.Minute)
	if err := db.MarkCommitted(t.Context(), []Upload{{Name: "used"}, {Name: "never heard of"}}, committed); err != nil {
		t.Fatal(err)
	}
	if err := db.MarkCommitted(t.Context(), []Upload{{Name: "used"}}, committed.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := db.MarkCommitted(t.Context(), nil, committed); err != nil {
		t.Fatal(err)
	}
	if got, err := db.Upload(t.Context(), "used"); err != nil || !got.Committed.Equal(committed) {
		t.Errorf("committed at %v, %v; want the first time, %v", got.Committed, err, committed)
	}
	got, err := db.ExpiredUploads(t.Context(), day.Add(2*time.Hour))
	if err != nil || !reflect.DeepEqual(names(got), []string{"old"}) {
		t.Errorf("expired are %v, %v; want [old]", names(got), err)
	}
	got, err = db.ExpiredUploads(t.Context(), day.AddDate(1, 0, 0))
	if err != nil || !reflect.DeepEqual(names(got), []string{"old", "limit", "new"}) {
		t.Errorf("expired are %v, %v; want [old limit new]", names(got), err)
	}
}

func TestARemovedUploadIsForgotten(t *testing.T) {
	db, _ := fresh(t)
	add(t, db, upload("a", day))
	if err := db.RemoveUpload(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Upload(t.Context(), "a"); !errors.Is(err, ErrNoUpload) {
		t.Errorf("afterwards: %v, want ErrNoUpload", err)
	}
	if err := db.RemoveUpload(t.Context(), "a"); !errors.Is(err, ErrNoUpload) {
		t.Errorf("removing again: %v, want ErrNoUpload", err)
	}
	add(t, db, upload("a", day))
}
