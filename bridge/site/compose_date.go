package site

import (
	"strings"
	"time"

	"gitpost/frontmatter"
)

// A moment is a point in time as a client named it.
type moment struct {
	time    time.Time // in the zone in which it is written
	precise bool      // false: a day
}

var preciseLayouts = []string{
	"2006-01-02T15:04:05.999999999Z07:00", "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05.999999999Z07",
	"2006-01-02T15:04Z07:00", "2006-01-02T15:04Z0700",
	"2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999Z0700",
	"2006-01-02 15:04:05.999999999 Z07:00", "2006-01-02 15:04:05.999999999 Z0700",
	"2006-01-02 15:04Z07:00", "2006-01-02 15:04 Z07:00", "2006-01-02 15:04Z0700", "2006-01-02 15:04 Z0700",
}

var wallLayouts = []string{
	"2006-01-02T15:04:05.999999999", "2006-01-02T15:04", "2006-01-02 15:04:05.999999999", "2006-01-02 15:04",
}

// parseMoment reads a date as Micropub clients send it. One without an offset is the site's
// wall clock; one without a time of day is that day.
func parseMoment(s string, zone *time.Location) (moment, bool) {
	s = strings.ToUpper(strings.TrimSpace(s))
	for _, layout := range preciseLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return moment{t, true}, writable(t)
		}
	}
	for _, layout := range wallLayouts {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return moment{t, true}, writable(t)
		}
	}
	if t, err := time.ParseInLocation("2006-01-02", s, zone); err == nil {
		return moment{t, false}, writable(t)
	}
	return moment{}, false
}

// writable tells whether every generator can read the date: a year of four digits, and an
// offset of whole minutes.
func writable(t time.Time) bool {
	_, offset := t.Zone()
	return t.Year() >= 1 && t.Year() <= 9998 && t.UTC().Year() >= 1 && offset%60 == 0
}

// timestamp is the moment as the generator's posts write it, always with an offset.
func (m moment) timestamp(c convention) frontmatter.Timestamp {
	if !m.precise {
		return frontmatter.Timestamp(m.time.Format("2006-01-02"))
	}
	return frontmatter.Timestamp(m.time.Format(c.dateLayout))
}

func (s *Site) now() time.Time {
	now := s.options.Now
	if now == nil {
		now = time.Now
	}
	return now().In(s.profile.zone()).Truncate(time.Second)
}

// sameDate compares two values of a date property: as instants, a day as that day.
func (s *Site) sameDate(a, b any) bool {
	textA, okA := a.(string)
	textB, okB := b.(string)
	if !okA || !okB {
		return false
	}
	if textA == textB {
		return true
	}
	x, okX := parseMoment(textA, s.profile.zone())
	y, okY := parseMoment(textB, s.profile.zone())
	return okX && okY && x.precise == y.precise && x.time.Equal(y.time)
}
