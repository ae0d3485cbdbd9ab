package catalog

import (
	"io/fs"
	"slices"
	"testing"
	"time"

	"gitpost/bridge/site"
)

// TestTurnTellsEachPageOnceWhenItsTimeComes lets a clock run over scheduled and expiring
// pages of both generators.
func TestTurnTellsEachPageOnceWhenItsTimeComes(t *testing.T) {
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		files map[string]string
		want  []string // what turns in each hour from 12:00 on, "path out" or "path away"
	}{
		"hugo": {map[string]string{
			"hugo.toml":               "baseURL = 'https://example.org/'\n",
			"content/posts/past.md":   "---\ndate: 2026-03-01T10:30:00Z\n---\nA",
			"content/posts/built.md":  "---\ndate: 2026-03-01T08:30:00Z\n---\nA",
			"content/posts/later.md":  "---\ndate: 2026-03-01T14:00:00+01:00\n---\nA",
			"content/posts/apart.md":  "---\ndate: 2026-01-01T00:00:00Z\npublishDate: 2026-03-01T13:00:00Z\nexpiryDate: 2026-03-01T15:00:00Z\n---\nA",
			"content/posts/draft.md":  "---\ndate: 2026-03-01T13:00:00Z\ndraft: true\n---\nA",
			"content/posts/broken.md": "---\ndate: [\n---\nA",
		}, []string{"content/posts/past.md out", "content/posts/apart.md out, content/posts/later.md out", "",
			"content/posts/apart.md away", ""}}, "jekyll": {map[string]string{
			"_config.yml":                 "url: https://example.org\ntimezone: Europe/Berlin\n",
			"_posts/2026-03-01-past.md":   "---\ndate: 2026-03-01 11:30:00 +0100\n---\nA",
			"_posts/2026-03-01-later.md":  "---\ndate: 2026-03-01 15:00:00 +0100\n---\nA",
			"_posts/2026-03-01-hidden.md": "---\ndate: 2026-03-01 15:00:00 +0100\npublished: false\n---\nA",
			"_posts/2026-03-02-day.md":    "A",
		}, []string{"_posts/2026-03-01-past.md out", "", "_posts/2026-03-01-later.md out", "", ""}},
		"jekyll that publishes the future": {map[string]string{
			"_config.yml":                "url: https://example.org\nfuture: true\n",
			"_posts/2026-03-01-later.md": "---\ndate: 2026-03-01 14:00:00 +0000\n---\nA",
		}, []string{"", "", "", "", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			now := start
			c := New(func(tree fs.FS) (*site.Site, error) {
				return site.Open(tree, site.Options{Me: "https://example.org/", Now: func() time.Time { return now }})
			})
			if err := c.Advance(t.Context(), snapshotOf(tt.files)); err != nil {
				t.Fatal(err)
			}
			since := start.Add(-3 * time.Hour)
			for hour, want := range tt.want {
				now = start.Add(time.Duration(hour) * time.Hour).Add(time.Duration(hour))
				turned, next, err := c.Turn(t.Context(), since, now)
				if err != nil {
					t.Fatal(err)
				}
				got := ""
				for _, turn := range turned {
					if got != "" {
						got += ", "
					}
					got += turn.Entry.Path + map[bool]string{true: " out", false: " away"}[turn.Entry.Page.Published]
				}
				if got != want {
					t.Errorf("at %s turned %q, want %q", now, got, want)
				}
				if later := slices.ContainsFunc(tt.want[hour+1:], func(s string) bool { return s != "" }); later && next.IsZero() {
					t.Errorf("at %s no next turn is known", now)
				}
				if !next.IsZero() && !next.After(now) {
					t.Errorf("at %s the next turn is %s, which has passed", now, next)
				}
			}
		})
	}
}
