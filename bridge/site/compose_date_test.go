package site

import (
	"strings"
	"testing"
	"time"

	"gitpost/bridge/mf2"
)

// TestDatesInEveryFormThatAppsSend: the post is dated as it was meant, and the app gets back
// what it sent, until a person changes the date.
func TestDatesInEveryFormThatAppsSend(t *testing.T) {
	const instant = "2024-03-09T14:05:06Z"
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, generator := range []map[string]string{bareHugo, bareJekyll} {
		for _, c := range []struct {
			sent any
			want string
		}{
			{"2024-03-09T15:05:06+01:00", instant}, {"2024-03-09T15:05:06+0100", instant},
			{"2024-03-09T15:05:06+01", instant}, {"2024-03-09 15:05:06 +01:00", instant},
			{"2024-03-09t14:05:06z", instant}, {"2024-03-09T15:05:06", instant}, {"2024-03-09T15:05", "2024-03-09T14:05:00Z"},
			{"2024-03-09 15:05:06", instant},
			{"2024-03-09T14:05:06.789Z", instant}, {"2024-03-09", "2024-03-08T23:00:00Z"},
			{"Sat, 09 Mar 2024 14:05:06 GMT", instant}, {"Sat, 9 Mar 2024 15:05:06 +0100", instant},
			{"Sat Mar 09 14:05:06 +0000 2024", instant},
			{"Sat Mar 09 2024 15:05:06 GMT+0100 (Central European Standard Time)", instant}, {"20240309T140506Z", instant},
			{"20240309T150506", instant},
			{"1709993106", instant}, {"1709993106000", instant}, {int64(1709993106), instant},
			{"Mar 9, 2024 at 3:05\u202fPM", "2024-03-09T14:05:00Z"}, {"9 Mar 2024 at 15:05", "2024-03-09T14:05:00Z"},
			{"2024-3-9 15:05", "2024-03-09T14:05:00Z"},
			{"March 9, 2024", "2024-03-08T23:00:00Z"}, {"9 march 2024", "2024-03-08T23:00:00Z"},
			{"20240309", "2024-03-08T23:00:00Z"},
		} {
			l := newLibrary(t, generator, func(o *Options) { o.TimeZone = berlin })
			r, err := l.site.Compose(l, Post{Item: mf2.Item{Type: []string{"h-entry"},
				Properties: mf2.Properties{"content": {"x"}, "published": {c.sent}}}})
			if err != nil {
				t.Errorf("%v: %v", c.sent, err)
				continue
			}
			if got := r.Page.Date.UTC().Format(time.RFC3339); got != c.want {
				t.Errorf("%v dates the post %s, want %s\n%s", c.sent, got, c.want, r.Data)
			}
			l.files[r.Path] = string(r.Data)
			if got := l.item(r.Path).Properties["published"]; !l.site.equal("published", got, []any{c.sent}) {
				t.Errorf("%v reads back as %v", c.sent, got)
			}
			l.files[r.Path] = strings.Replace(string(r.Data), "2024-03-", "2025-03-", 1)
			if got := l.item(r.Path).Properties.Text("published"); !strings.HasPrefix(got, "2025-03-") {
				t.Errorf("%v was changed by hand to 2025, and reads back as %s", c.sent, got)
			}
		}
	}
}
