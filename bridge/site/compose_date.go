package site

import (
	"strconv"
	"strings"
	"time"

	"gitpost/bridge/mf2"
	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// A moment is a point in time as a client sent it.
type moment struct {
	time    time.Time // in the zone in which it is written
	precise bool      // false: a day
	loose   bool      // not in a form that Micropub has
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
			return moment{time: t, precise: true}, writable(t)
		}
	}
	for _, layout := range wallLayouts {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return moment{time: t, precise: true}, writable(t)
		}
	}
	if t, err := time.ParseInLocation("2006-01-02", s, zone); err == nil {
		return moment{time: t}, writable(t)
	}
	return moment{}, false
}

// looseLayouts are the dates of mail and HTTP, of JavaScript, of old web services and of phones'
// shortcuts. Other words are in capitals, as the text is when it is parsed.
var looseLayouts = []struct {
	layout  string
	precise bool
}{
	{"Mon, 2 Jan 2006 15:04:05 -0700", true}, {"2 Jan 2006 15:04:05 -0700", true},
	{"Mon Jan 2 15:04:05 -0700 2006", true}, {"Mon Jan 2 2006 15:04:05 GMT-0700", true},
	{"20060102T150405Z0700", true}, {"20060102T150405", true}, {"2006-1-2 15:04:05", true}, {"2006-1-2 15:04", true},
	{"Jan 2, 2006 AT 3:04 PM", true}, {"2 Jan 2006 AT 15:04", true}, {"January 2, 2006 AT 3:04 PM", true},
	{"2 January 2006 AT 15:04", true},
	{"20060102", false}, {"2006-1-2", false}, {"Jan 2, 2006", false}, {"2 Jan 2006", false}, {"January 2, 2006", false},
	{"2 January 2006", false},
}

// readMoment reads a date in every form that some app is known to send: those of parseMoment,
// looser ones, and the seconds or milliseconds since 1970.
func readMoment(v any, zone *time.Location) (moment, bool) {
	s := strings.TrimSpace(mf2.Text(v))
	if m, ok := parseMoment(s, zone); ok {
		return m, true
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && (len(s) == 10 || len(s) == 13) {
		t := time.Unix(n, 0)
		if len(s) == 13 {
			t = time.UnixMilli(n)
		}
		return moment{time: t.In(zone), precise: true, loose: true}, writable(t.In(zone))
	}
	s, _, _ = strings.Cut(s, " (") // (Central European Time)
	s = strings.ToUpper(strings.Join(strings.Fields(s), " "))
	for _, utc := range []string{" GMT", " UTC", " UT", " Z"} {
		if rest, ok := strings.CutSuffix(s, utc); ok {
			s = rest + " +0000"
		}
	}
	for _, l := range looseLayouts {
		if t, err := time.ParseInLocation(l.layout, s, zone); err == nil {
			return moment{time: t, precise: l.precise, loose: true}, writable(t)
		}
	}
	return moment{}, false
}

// writable reports whether every generator can read the date: a year of four digits, and an
// offset of whole minutes.
func writable(t time.Time) bool {
	_, offset := t.Zone()
	return t.Year() >= 1 && t.Year() <= 9998 && t.UTC().Year() >= 1 && offset%60 == 0
}

// timestamp is the moment as the generator's posts write it: with an offset, unless the site's dates
// are the clock of its zone.
func (m moment) timestamp(rules *generator.Convention) frontmatter.Timestamp {
	switch {
	case !m.precise:
		return frontmatter.Timestamp(m.time.Format("2006-01-02"))
	case rules.LocalDates:
		return frontmatter.Timestamp(m.time.In(rules.Zone).Format(rules.DateLayout))
	}
	return frontmatter.Timestamp(m.time.Format(rules.DateLayout))
}

func (s *Site) now() time.Time {
	now := s.options.Now
	if now == nil {
		now = time.Now
	}
	return now().In(s.rules.Zone).Truncate(time.Second)
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
	x, okX := parseMoment(textA, s.rules.Zone)
	y, okY := parseMoment(textB, s.rules.Zone)
	return okX && okY && x.precise == y.precise && x.time.Equal(y.time)
}
