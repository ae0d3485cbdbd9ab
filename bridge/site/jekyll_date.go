package site

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// parseRubyTime is Ruby's Time.parse(text).localtime, without the fraction of the second:
// what Jekyll makes of every date that is not a YAML time. precise is false when the text
// has no time of day.
func parseRubyTime(text string, zone *time.Location, now time.Time) (t time.Time, precise, ok bool) {
	if y, m, d, plain := plainDate(text); plain { // by far the most frequent form
		if !rubyClock(m, d, 0, 0, 0) {
			return time.Time{}, false, false
		}
		return localTime(y, m, d, 0, 0, 0, zone), false, true
	}
	if len(text) > 128 {
		return time.Time{}, false, false
	}
	f := scanRubyDate(text)
	precise = f.hour >= 0
	if !f.hasYear && f.yday < 0 && f.mon < 0 && f.mday < 0 && f.hour < 0 && f.min < 0 && f.sec < 0 && !f.fraction {
		return time.Time{}, false, false
	}
	now = now.In(zone)
	year := f.year
	if !f.hasYear {
		year = now.Year()
	}
	offset, hasOffset := rubyZone(f.zone, year, zone)
	if hasOffset {
		now = now.In(time.FixedZone("", offset))
	}
	if f.yday >= 0 {
		if f.yday < 1 || f.yday > 366 || f.yday == 366 && !leapYear(year) {
			return time.Time{}, false, false
		}
		d := time.Date(year, 1, f.yday, 0, 0, 0, 0, time.UTC)
		f.mon, f.mday = int(d.Month()), d.Day()
	}
	// What is missing before the first part that is there is taken from now.
	if !f.hasYear {
		year = now.Year()
		if f.mon < 0 {
			f.mon = int(now.Month())
			if f.mday < 0 {
				f.mday = now.Day()
				if f.hour < 0 {
					f.hour = now.Hour()
					if f.min < 0 {
						f.min = now.Minute()
					}
				}
			}
		}
	}
	month, day, hour, min, sec := atLeastOne(f.mon), atLeastOne(f.mday), max(f.hour, 0), max(f.min, 0), max(f.sec, 0)
	if hasOffset {
		year, month, day, hour, min, sec = applyRubyOffset(year, month, day, hour, min, sec, offset)
	}
	if !rubyClock(month, day, hour, min, sec) {
		return time.Time{}, false, false
	}
	if hasOffset {
		return time.Date(year, time.Month(month), day, hour, min, sec, 0, time.UTC).In(zone), precise, true
	}
	return localTime(year, month, day, hour, min, sec, zone), precise, true
}

// applyRubyOffset brings a clock to UTC before it is checked: an hour 25 with a zone is no error.
func applyRubyOffset(year, month, day, hour, min, sec, offset int) (y, m, d, h, mi, s int) {
	carry := func(n, base int) (rest, over int) {
		over = n / base
		if rest = n % base; rest < 0 {
			rest, over = rest+base, over-1
		}
		return rest, over
	}
	if offset == 0 {
		return year, month, day, hour, min, sec
	}
	seconds := -offset
	var over int
	if seconds%60 != 0 {
		sec, over = carry(sec+seconds%60, 60)
	}
	minutes := seconds/60 + over
	over = 0
	if minutes%60 != 0 {
		min, over = carry(min+minutes%60, 60)
	}
	hours := minutes/60 + over
	over = 0
	if hours%24 != 0 {
		hour, over = carry(hour+hours%24, 24)
	}
	if days := hours/24 + over; days != 0 {
		day += days
		switch {
		case offset < 0 && month >= 1 && month <= 12 && day > monthDays(year, month):
			month, day = month+1, 1
			if month > 12 {
				year, month = year+1, 1
			}
		case offset > 0 && day < 1:
			if month--; month < 1 {
				year, month = year-1, 12
			}
			day = monthDays(year, min12(month))
		}
	}
	return year, month, day, hour, min, sec
}

func min12(month int) int { return min(month, 12) }

func monthDays(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

func atLeastOne(n int) int {
	if n < 0 {
		return 1
	}
	return n
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

func leapYear(y int) bool { return y%4 == 0 && (y%100 != 0 || y%400 == 0) }

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

var rubyZones = map[string]int{
	"UTC": 0, "UT": 0, "GMT": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
	"A": 1, "B": 2, "C": 3, "D": 4, "E": 5, "F": 6, "G": 7, "H": 8, "I": 9, "K": 10, "L": 11, "M": 12,
	"N": -1, "O": -2, "P": -3, "Q": -4, "R": -5, "S": -6, "T": -7, "U": -8, "V": -9, "W": -10, "X": -11, "Y": -12, "Z": 0,
}

var rubyOffset = regexp.MustCompile(`^([+-])(\d\d)(?:(?::(\d\d)(?::(\d\d))?)|(?:(\d\d)(\d\d)?))?$`)

// rubyZone is Time.zone_offset: a zone that it does not know means local time.
func rubyZone(name string, year int, zone *time.Location) (offset int, ok bool) {
	if name == "" {
		return 0, false
	}
	if m := rubyOffset.FindStringSubmatch(name); m != nil {
		for i, unit := range []int{2: 3600, 3: 60, 4: 1, 5: 60, 6: 1} {
			if unit > 0 && m[i] != "" {
				n, _ := strconv.Atoi(m[i])
				offset += n * unit
			}
		}
		if m[1] == "-" {
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
