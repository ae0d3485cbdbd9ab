package frontmatter

import "strings"

// clock is the parts of a timestamp, as text.
type clock struct {
	date   string // 2024-03-09
	sep    string // between date and time
	time   string // 14:05:06.123, "" when there is only a date
	gap    string // before the offset
	offset string // Z, +02:00, +0200, +02 or ""
}

// readClock splits a timestamp: a date, or a date with a time, with or without seconds and
// offset, as in yaml.v3, TOML or Ruby's Psych.
func readClock(s string) (c clock, ok bool) {
	if len(s) < 8 || len(s) > 64 || !digit(s[0]) {
		return c, false
	}
	i := digits(s, 0)
	if i != 4 {
		return c, false
	}
	for range 2 {
		if i >= len(s) || s[i] != '-' {
			return c, false
		}
		j := digits(s, i+1)
		if n := j - i - 1; n < 1 || n > 2 {
			return c, false
		}
		i = j
	}
	c.date = s[:i]
	if i == len(s) {
		return c, true
	}
	start := i
	if s[i] == 'T' || s[i] == 't' {
		i++
	} else {
		for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
			i++
		}
	}
	c.sep = s[start:i]
	if c.sep == "" {
		return c, false
	}
	start = i
	if j := digits(s, i); j == i || j-i > 2 {
		return c, false
	} else {
		i = j
	}
	for n := 0; i < len(s) && s[i] == ':' && n < 2; n++ {
		j := digits(s, i+1)
		if k := j - i - 1; k < 1 || k > 2 {
			return c, false
		}
		i = j
	}
	c.time = s[start:i]
	switch strings.Count(c.time, ":") {
	case 0:
		return c, false
	case 2:
		if i < len(s) && s[i] == '.' {
			i = digits(s, i+1)
			c.time = s[start:i]
		}
	}
	start = i
	for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
		i++
	}
	c.gap, c.offset = s[start:i], s[i:]
	if c.offset == "" {
		return c, c.gap == ""
	}
	if c.offset == "Z" || c.offset == "z" {
		return c, true
	}
	if c.offset[0] != '+' && c.offset[0] != '-' {
		return c, false
	}
	j := digits(c.offset, 1)
	switch j - 1 {
	case 4:
		return c, j == len(c.offset)
	case 1, 2:
		if j == len(c.offset) {
			return c, true
		}
		return c, c.offset[j] == ':' && digits(c.offset, j+1) == len(c.offset) && len(c.offset) == j+3
	}
	return c, false
}

func timestampLike(s string) bool {
	_, ok := readClock(s)
	return ok
}

// sameTime reports whether two timestamps differ only in layout. The offset counts: the same
// instant at another offset may be another calendar day.
func sameTime(a, b string) bool {
	x, ok := readClock(a)
	if !ok {
		return false
	}
	y, ok := readClock(b)
	return ok && x.date == y.date && x.time == y.time && bareOffset(x.offset) == bareOffset(y.offset)
}

// bareOffset returns an offset as ±hhmm, "" for none.
func bareOffset(s string) string {
	switch {
	case s == "":
		return ""
	case s == "Z" || s == "z":
		return "+0000"
	}
	digits := strings.Replace(s[1:], ":", "", 1)
	switch len(digits) {
	case 1:
		digits = "0" + digits + "00"
	case 2:
		digits += "00"
	case 3:
		digits = "0" + digits
	}
	return s[:1] + digits
}

// layoutLike returns next in the layout of old: its separator and its notation of an offset.
// The rest stays as in next.
func layoutLike(next, old string) string {
	n, ok := readClock(next)
	if !ok || n.time == "" {
		return next
	}
	o, ok := readClock(old)
	if !ok || o.time == "" {
		return next
	}
	n.sep = o.sep
	if n.offset == "" || o.offset == "" {
		return n.date + n.sep + n.time + n.gap + n.offset
	}
	n.gap = o.gap
	zero := bareOffset(n.offset) == "+0000"
	switch {
	case zero && (o.offset == "Z" || o.offset == "z"):
		n.offset = o.offset
	case (n.offset == "Z" || n.offset == "z") && o.offset != "Z" && o.offset != "z":
		n.offset = "+0000"
		if strings.Contains(o.offset, ":") {
			n.offset = "+00:00"
		}
	default:
		bare := bareOffset(n.offset)
		if strings.Contains(o.offset, ":") || o.offset == "Z" || o.offset == "z" {
			n.offset = bare[:3] + ":" + bare[3:]
		} else if len(o.offset) == 5 {
			n.offset = bare
		}
	}
	return n.date + n.sep + n.time + n.gap + n.offset
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// digits returns the index of the first byte at or after i that is not a digit.
func digits(s string, i int) int {
	for i < len(s) && digit(s[i]) {
		i++
	}
	return i
}
