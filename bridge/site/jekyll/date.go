package jekyll

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

const monthNames = `(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?`

// dateForms are the forms of a day that posts have. Ruby's Time.parse reads many more, such as
// weeks and the years of emperors; a post dated in one of those is reported as unreadable.
var dateForms = []struct {
	pattern          *regexp.Regexp
	year, month, day int // the group of each
}{
	{dateForm(`(\d{4}|\d{2})-(\d{1,2})-(\d{1,2})`), 1, 2, 3},
	{dateForm(`(\d{4})[/.](\d{1,2})[/.](\d{1,2})`), 1, 2, 3},
	{dateForm(`(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})`), 3, 2, 1},
	{dateForm(`(\d{1,2})(?:st|nd|rd|th)?[ -]` + monthNames + `,?[ -](\d{4})`), 3, 2, 1},
	{dateForm(monthNames + ` (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})`), 3, 1, 2},
	{regexp.MustCompile(`(?i)^(\d{4})(\d{2})(\d{2})(?:t(?P<hour>\d\d)(?P<min>\d\d)(?P<sec>\d\d)(?P<zone>z)?)?$`), 1, 2, 3},
}

// dateForm is a day, with its name before it, and with a time and a zone after it or without.
func dateForm(day string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)^(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? )?` + day +
		`(?:(?:,? (?:at )?| ?t)(?P<hour>\d{1,2}):(?P<min>\d\d)(?::(?P<sec>\d\d)(?:[.,]\d+)?)?` +
		`(?: ?(?P<half>[ap])m\b)?(?: ?(?P<zone>z|[a-z]{2,5}|[-+]\d\d?(?::?\d\d)?))?)?$`)
}

// parseRubyTime is Ruby's Time.parse(text).localtime, without the fraction of the second:
// what Jekyll makes of every date that is not a YAML time. precise is false when the text
// has no time of day.
func parseRubyTime(text string, zone *time.Location) (t time.Time, precise, ok bool) {
	if y, m, d, plain := plainDate(text); plain { // by far the most frequent form
		if !rubyClock(m, d, 0, 0, 0) {
			return time.Time{}, false, false
		}
		return localTime(y, m, d, 0, 0, 0, zone), false, true
	}
	text = strings.Join(strings.Fields(text), " ")
	for _, form := range dateForms {
		if m := form.pattern.FindStringSubmatch(text); m != nil {
			part := func(name string) string {
				if i := form.pattern.SubexpIndex(name); i > 0 {
					return m[i]
				}
				return ""
			}
			return clockTime(rubyYear(m[form.year]), monthNumber(m[form.month]), number(m[form.day]), part, zone)
		}
	}
	return time.Time{}, false, false
}

// clockTime adds the time of day and the zone to a day. part returns one of them as it is
// written, "" when it is not there.
func clockTime(year, month, day int, part func(name string) string, zone *time.Location) (t time.Time, precise,
	ok bool) {
	hour, min, sec := number(part("hour")), number(part("min")), number(part("sec"))
	if half := part("half"); half != "" {
		hour %= 12
		if strings.EqualFold(half, "p") {
			hour += 12
		}
	}
	if !rubyClock(month, day, hour, min, sec) {
		return time.Time{}, false, false
	}
	precise = part("hour") != ""
	if offset, known := rubyZone(part("zone"), year, zone); known {
		return time.Date(year, time.Month(month), day, hour, min, sec-offset, 0, time.UTC).In(zone), precise, true
	}
	return localTime(year, month, day, hour, min, sec, zone), precise, true
}

// number is 0 for "".
func number(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}

// rubyYear adds the century to a year of two digits.
func rubyYear(digits string) int {
	year := number(digits)
	switch {
	case len(digits) > 2:
		return year
	case year >= 69:
		return year + 1900
	}
	return year + 2000
}

func monthNumber(text string) int {
	if i := strings.Index(monthNames, strings.ToLower(text)); i > 0 {
		return i/4 + 1
	}
	return number(text)
}

// localTime is Ruby's Time.local. A time that a clock change skips moves forward, of one
// that occurs twice the later is meant; Go promises neither.
func localTime(y, m, d, hour, min, sec int, zone *time.Location) time.Time {
	clock := time.Date(y, time.Month(m), d, hour, min, sec, 0, time.UTC)
	in := func(offset int) time.Time { return clock.Add(-time.Duration(offset) * time.Second).In(zone) }
	_, before := clock.Add(-24 * time.Hour).In(zone).Zone()
	_, after := clock.Add(24 * time.Hour).In(zone).Zone()
	if before == after {
		return in(before)
	}
	early, late := in(before), in(after)
	_, atEarly := early.Zone()
	_, atLate := late.Zone()
	if atLate == after && (atEarly != before || late.After(early)) {
		return late
	}
	return early
}

// plainDate reads 2024-03-09, with one-digit months and days.
func plainDate(s string) (y, m, d int, ok bool) {
	if len(s) < 8 || len(s) > 10 || s[4] != '-' {
		return 0, 0, 0, false
	}
	second := strings.IndexByte(s[5:], '-')
	if second < 1 || second > 2 {
		return 0, 0, 0, false
	}
	for i := range len(s) {
		if i == 4 || i == 5+second {
			continue
		}
		if s[i] < '0' || s[i] > '9' {
			return 0, 0, 0, false
		}
	}
	y, _ = strconv.Atoi(s[:4])
	m, _ = strconv.Atoi(s[5 : 5+second])
	d, err := strconv.Atoi(s[6+second:])
	return y, m, d, err == nil
}

// rubyZones are the hours of the zones that Ruby knows by name.
var rubyZones = map[string]int{
	"Z": 0, "UTC": 0, "UT": 0, "GMT": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8,
	"PDT": -7,
}

// rubyZone is the offset of a zone in seconds. One that Ruby does not know means local time.
func rubyZone(name string, year int, zone *time.Location) (offset int, ok bool) {
	if name == "" {
		return 0, false
	}
	if name[0] == '+' || name[0] == '-' {
		if len(name) < 3 { // Ruby reads +2 as local time
			return 0, false
		}
		digits := strings.ReplaceAll(name[1:]+"00", ":", "")
		if offset = number(digits[:2])*3600 + number(digits[2:4])*60; name[0] == '-' {
			offset = -offset
		}
		return offset, true
	}
	name = strings.ToUpper(name)
	if hours, known := rubyZones[name]; known {
		return hours * 3600, true
	}
	for _, month := range []time.Month{1, 7} {
		abbreviation, seconds := time.Date(year, month, 1, 0, 0, 0, 0, zone).Zone()
		if strings.ToUpper(abbreviation) == name {
			return seconds, true
		}
	}
	return 0, false
}
