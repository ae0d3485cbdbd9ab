package site

import (
	"regexp"
	"strconv"
	"strings"
)

// rubyFields are what Ruby's Date._parse finds in a text; -1 (year: none) where it finds nothing.
type rubyFields struct {
	year, yday, mon, mday, hour, min, sec int
	hasYear                               bool
	fraction                              bool
	zone                                  string
	keepYear                              bool // the year is meant as written: no century is added
}

const rubyMonths = `jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec`
const rubyEra = `(c(?:e|\.e\.)|b(?:ce|\.c\.e\.)|a(?:d|\.d\.)|b(?:c|\.c\.))?`

var (
	rubyNoise = regexp.MustCompile(`[^-+',./:@\pL\pM\p{Nd}\[\]]+`)
	rubyDay   = regexp.MustCompile(`(?i)\b(?:sun|mon|tue|wed|thu|fri|sat)[^-/\d\s]*`)
	rubyTime  = regexp.MustCompile(`(?i)(\d+\s*(?:(?::\s*\d+(?:\s*:\s*\d+(?:[,.]\d*)?)?|h(?:\s*\d+m?(?:\s*\d+s?)?)?)(?:\s*[ap](?:m\b|\.m\.))?|[ap](?:m\b|\.m\.)))` +
		`(?:\s*((?:gmt|utc?)?[-+]\d+(?:[,.:]\d+(?::\d+)?)?|[\pL.\s]+(?:standard|daylight)\stime\b|\pL+(?:\sdst)?\b))?`)
	rubyClockParts = regexp.MustCompile(`(?i)^(\d+)h?(?:\s*:?\s*(\d+)m?(?:\s*:?\s*(\d+)(?:[,.](\d*))?s?)?)?(?:\s*([ap])(?:m\b|\.m\.))?`)
	rubyEU         = regexp.MustCompile(`(?i)('?\d+)[^-\d\s]*\s*(` + rubyMonths + `)[^-\d\s']*(?:\s*` + rubyEra + `\s*('?-?\d+(?:(?:st|nd|rd|th)\b)?))?`)
	rubyUS         = regexp.MustCompile(`(?i)\b(` + rubyMonths + `)[^-\d\s']*\s*('?\d+)[^-\d\s']*(?:\s*,?\s*` + rubyEra + `\s*('?-?\d+))?`)
	rubyISO        = regexp.MustCompile(`('?[-+]?\d+)-(\d+)-('?-?\d+)`)
	rubyJIS        = regexp.MustCompile(`(?i)\b([mtshr])(\d+)\.(\d+)\.(\d+)`)
	rubyVMS1       = regexp.MustCompile(`(?i)('?-?\d+)-(` + rubyMonths + `)[^-/.]*-('?-?\d+)`)
	rubyVMS2       = regexp.MustCompile(`(?i)\b(` + rubyMonths + `)[^-/.]*-('?-?\d+)(?:-('?-?\d+))?`)
	rubySlashes    = regexp.MustCompile(`('?-?\d+)/\s*('?\d+)(?:\D\s*('?-?\d+))?`)
	rubyDots       = regexp.MustCompile(`('?-?\d+)\.\s*('?\d+)\.\s*('?-?\d+)`)
	rubyISOWeek    = regexp.MustCompile(`(?i)\b(?:\d{2}|\d{4})?-?w\d{2}(?:-?\d)?\b`)
	rubyISOYearDay = regexp.MustCompile(`(?i)[-+]?(\d{2}|\d{4})-(\d{3})\b`)
	rubyISODay     = regexp.MustCompile(`--(\d{2})?-(\d{2})\b`)
	rubyISOMonth   = regexp.MustCompile(`--(\d{2})(\d{2})?\b`)
	rubyYear       = regexp.MustCompile(`'(\d+)\b`)
	rubyMonth      = regexp.MustCompile(`(?i)\b(` + rubyMonths + `)\S*`)
	rubyMonthDay   = regexp.MustCompile(`(?i)(\d+)(?:st|nd|rd|th)\b`)
	rubyDigits     = regexp.MustCompile(`(?i)([-+]?)(\d{2,14})(?:\s*t?\s*(\d{2,6})?(?:[,.](\d*))?)?\s*(z\b|[-+]\d{1,4}\b|\[[-+]?\d[^\]]*\])?`)
	rubyBC         = regexp.MustCompile(`(?i)\b(?:bc\b|bce\b|b\.c\.|b\.c\.e\.)`)
	rubyFragment   = regexp.MustCompile(`^\s*(\d{1,2})\s*$`)
	signedNumber   = regexp.MustCompile(`([-+])?(\d+)`)
	numberAndMore  = regexp.MustCompile(`(\d+)(.+)?`)
)

// scanRubyDate is Date._parse: a row of patterns, of which each takes its part out of the
// text, and of the calendar patterns only the first that fits.
func scanRubyDate(text string) rubyFields {
	f := rubyFields{yday: -1, mon: -1, mday: -1, hour: -1, min: -1, sec: -1}
	s := rubyNoise.ReplaceAllString(text, " ")
	cut := func(re *regexp.Regexp) []string {
		m := re.FindStringSubmatchIndex(s)
		if m == nil {
			return nil
		}
		groups := make([]string, len(m)/2)
		for i := range groups {
			if m[2*i] >= 0 {
				groups[i] = s[m[2*i]:m[2*i+1]]
				if re == rubyDigits && i == 4 { // a point without digits after it counts
					groups[i] = "." + groups[i]
				}
			}
		}
		s = s[:m[0]] + " " + s[m[1]:]
		return groups
	}
	cut(rubyDay)
	if m := cut(rubyTime); m != nil {
		f.zone = m[2]
		f.clock(m[1])
	}
	bc := false
	if m := cut(rubyEU); m != nil {
		bc = strings.HasPrefix(strings.ToLower(m[3]), "b")
		f.calendar(m[4], monthNumber(m[2]), m[1])
	} else if m := cut(rubyUS); m != nil {
		bc = strings.HasPrefix(strings.ToLower(m[3]), "b")
		f.calendar(m[4], monthNumber(m[1]), m[2])
	} else if m := cut(rubyISO); m != nil {
		f.calendar(m[1], m[2], m[3])
	} else if m := cut(rubyJIS); m != nil {
		era := map[string]int{"m": 1867, "t": 1911, "s": 1925, "h": 1988, "r": 2018}[strings.ToLower(m[1])]
		f.year, f.hasYear = rubyNumber(m[2])+era, true
		f.mon, f.mday = rubyNumber(m[3]), rubyNumber(m[4])
	} else if m := cut(rubyVMS1); m != nil {
		f.calendar(m[3], monthNumber(m[2]), m[1])
	} else if m := cut(rubyVMS2); m != nil {
		f.calendar(m[3], monthNumber(m[1]), m[2])
	} else if m := cut(rubySlashes); m != nil {
		f.calendar(m[1], m[2], m[3])
	} else if m := cut(rubyDots); m != nil {
		f.calendar(m[1], m[2], m[3])
	} else if cut(rubyISOWeek) != nil {
		// Time.parse does not use weeks.
	} else if m := cut(rubyISODay); m != nil {
		if m[1] != "" {
			f.mon = rubyNumber(m[1])
		}
		f.mday = rubyNumber(m[2])
	} else if m := cut(rubyISOMonth); m != nil {
		f.mon = rubyNumber(m[1])
		if m[2] != "" {
			f.mday = rubyNumber(m[2])
		}
	} else if m := cut(rubyISOYearDay); m != nil {
		f.year, f.hasYear = rubyNumber(m[1]), true
		f.yday = rubyNumber(m[2])
	} else if m := cut(rubyYear); m != nil {
		f.year, f.hasYear = rubyNumber(m[1]), true
	} else if m := cut(rubyMonth); m != nil {
		f.mon = rubyNumber(monthNumber(m[1]))
	} else if m := cut(rubyMonthDay); m != nil {
		f.mday = rubyNumber(m[1])
	} else if m := cut(rubyDigits); m != nil {
		f.digits(m)
	}
	if cut(rubyBC) != nil {
		bc = true
	}
	if m := rubyFragment.FindStringSubmatch(s); m != nil {
		n := rubyNumber(m[1])
		if f.hour >= 0 && f.mday < 0 && n >= 1 && n <= 31 {
			f.mday = n
		}
		if f.mday >= 0 && f.hour < 0 && n <= 24 {
			f.hour = n
		}
	}
	if bc && f.hasYear {
		f.year = 1 - f.year
	}
	if f.hasYear && !f.keepYear && f.year >= 0 && f.year <= 99 {
		if f.year >= 69 {
			f.year += 1900
		} else {
			f.year += 2000
		}
	}
	return f
}

func (f *rubyFields) clock(text string) {
	m := rubyClockParts.FindStringSubmatch(text)
	if m == nil {
		return
	}
	f.hour = rubyNumber(m[1])
	if m[2] != "" {
		f.min = rubyNumber(m[2])
	}
	if m[3] != "" {
		f.sec = rubyNumber(m[3])
	}
	f.fraction = m[4] != ""
	if m[5] != "" {
		f.hour %= 12
		if strings.EqualFold(m[5], "p") {
			f.hour += 12
		}
	}
}

// calendar sorts out which of three numbers is the year: the one with more than two digits
// or with an apostrophe.
func (f *rubyFields) calendar(y, m, d string) {
	if y != "" && m != "" && d == "" {
		y, m, d = "", y, m
	}
	if y == "" && d != "" && (len(d) > 2 || d[0] == '\'') {
		y, d = d, ""
	}
	if y != "" {
		if n := numberAndMore.FindStringSubmatch(y); n != nil && n[2] != "" {
			y, d = d, n[1]
		}
	}
	if m != "" && (m[0] == '\'' || len(m) > 2) {
		y, m, d = m, d, y
	}
	if d != "" && (d[0] == '\'' || len(d) > 2) {
		y, d = d, y
	}
	if n := signedNumber.FindStringSubmatch(y); n != nil {
		f.keepYear = n[1] != "" || len(n[2]) > 2
		f.year, f.hasYear = rubyNumber(n[2]), true
		if n[1] == "-" {
			f.year = -f.year
		}
	}
	if n := signedNumber.FindStringSubmatch(m); n != nil {
		f.mon = rubyNumber(n[2])
	}
	if n := signedNumber.FindStringSubmatch(d); n != nil {
		f.mday = rubyNumber(n[2])
	}
}

// digits reads an unbroken row of digits by its length, as 20240309T140506Z.
func (f *rubyFields) digits(m []string) {
	sign, row, clock, fraction, zone := m[1], m[2], m[3], m[4], m[5]
	at := func(s string, from, to int) int { return rubyNumber(s[from:to]) }
	n := len(row)
	if clock == "" && fraction != "" { // the row ends with seconds
		f.sec = at(row, n-2, n)
		if n >= 4 {
			f.min = at(row, n-4, n-2)
		} else if n == 3 {
			f.min = at(row, 0, 1)
		}
		if n >= 6 {
			f.hour = at(row, n-6, n-4)
		} else if n == 5 {
			f.hour = at(row, 0, 1)
		}
		if n >= 8 {
			f.mday = at(row, n-8, n-6)
		} else if n == 7 {
			f.mday = at(row, 0, 1)
		}
		if n >= 10 {
			f.mon = at(row, n-10, n-8)
		}
		if n == 12 {
			f.year, f.hasYear = at(row, 0, 2), true
		} else if n == 14 {
			f.year, f.hasYear, f.keepYear = at(row, 0, 4), true, true
		}
	} else {
		switch {
		case n == 2:
			f.mday = at(row, 0, 2)
		case n == 4:
			f.mon, f.mday = at(row, 0, 2), at(row, 2, 4)
		case n == 6:
			f.year, f.hasYear = at(row, 0, 2), true
			f.mon, f.mday = at(row, 2, 4), at(row, 4, 6)
		case n == 3:
			f.yday = at(row, 0, 3)
		case n == 5:
			f.year, f.hasYear, f.yday = at(row, 0, 2), true, at(row, 2, 5)
		case n == 7:
			f.year, f.hasYear, f.yday = at(row, 0, 4), true, at(row, 4, 7)
		case n%2 == 0:
			f.year, f.hasYear, f.keepYear = at(row, 0, 4), true, true
			f.mon, f.mday = at(row, 4, 6), at(row, 6, 8)
			if n >= 10 {
				f.hour = at(row, 8, 10)
			}
			if n >= 12 {
				f.min = at(row, 10, 12)
			}
			if n >= 14 {
				f.sec = at(row, 12, 14)
			}
		}
		if f.hasYear && sign == "-" {
			f.year = -f.year
		}
	}
	switch n := len(clock); {
	case n%2 != 0 || n == 0:
	case fraction != "":
		f.sec = at(clock, n-2, n)
		if n >= 4 {
			f.min = at(clock, n-4, n-2)
		}
		if n >= 6 {
			f.hour = at(clock, n-6, n-4)
		}
	default:
		f.hour = at(clock, 0, 2)
		if n >= 4 {
			f.min = at(clock, 2, 4)
		}
		if n >= 6 {
			f.sec = at(clock, 4, 6)
		}
	}
	f.fraction = f.fraction || fraction != ""
	if zone != "" {
		f.zone = strings.Trim(zone, "[]")
	}
}

func rubyNumber(s string) int {
	n, _ := strconv.Atoi(strings.TrimLeft(s, "'"))
	return n
}

func monthNumber(name string) string {
	i := strings.Index(rubyMonths, strings.ToLower(name))
	return strconv.Itoa(i/4 + 1)
}
