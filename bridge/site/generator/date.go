package generator

import (
	"strings"
	"time"

	"gitpost/frontmatter"
)

// dateForms are the forms in which people and programs write dates into front matter, the usual ones
// first.
var dateForms = []struct {
	layout  string
	precise bool
}{
	{time.RFC3339Nano, true}, {"2006-01-02", false},
	{"2006-01-02T15:04:05.999999999", true}, {"2006-01-02T15:04", true}, {"2006-01-02T15:04Z07:00", true},
	{"2006-01-02 15:04:05.999999999 Z07:00", true}, {"2006-01-02 15:04:05.999999999 -0700", true},
	{"2006-01-02 15:04:05.999999999Z07:00", true}, {"2006-01-02 15:04:05.999999999", true},
	{"2006-01-02 15:04 Z07:00", true}, {"2006-01-02 15:04 -0700", true}, {"2006-01-02 15:04", true},
	{"2006-1-2 15:04:05", true}, {"2006-1-2 15:04", true}, {"2006-1-2", false},
	{"2006/01/02 15:04:05", true}, {"2006/01/02", false},
	{"Jan 2 2006", false}, {"Jan 2, 2006", false}, {"January 2 2006", false}, {"January 2, 2006", false},
	{"2 Jan 2006", false}, {"2 January 2006", false},
	{time.RFC1123Z, true}, {time.RFC1123, true},
}

// ReadDate reads a date in the forms that most generators read. One that names no zone is in zone.
// precise is false for a date without a time of day.
func ReadDate(f frontmatter.Field, zone *time.Location) (t time.Time, precise, ok bool) {
	text := strings.TrimSpace(f.Text)
	if text == "" {
		return time.Time{}, false, false
	}
	for _, form := range dateForms {
		if t, err := time.ParseInLocation(form.layout, text, zone); err == nil {
			return t, form.precise, t.Year() >= 1
		}
	}
	return time.Time{}, false, false
}
