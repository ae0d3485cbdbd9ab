package state

import (
	"testing"
	"time"
)

func TestLastBuildIsTheLatestOfEachSiteAndSurvivesARestart(t *testing.T) {
	file := location(t)
	db, err := Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, note := range []struct {
		site string
		at   time.Time
	}{{"https://a.example/", noon}, {"https://a.example/", noon.Add(-time.Hour)}, {"https://b.example/",
		noon.Add(time.Hour)}} {
		if err := db.NoteBuild(t.Context(), note.site, note.at); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if db, err = Open(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for site, want := range map[string]time.Time{"https://a.example/": noon, "https://b.example/": noon.Add(time.Hour),
		"https://c.example/": {}} {
		if got, err := db.LastBuild(t.Context(), site); err != nil || !got.Equal(want) {
			t.Errorf("last build of %s: %s, %v; want %s", site, got, err, want)
		}
	}
}
