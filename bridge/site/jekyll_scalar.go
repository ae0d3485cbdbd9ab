package site

import (
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"

	"gitpost/frontmatter"
)

// rubyDate is a date without a time of day: Ruby's Date.
type rubyDate string

// rubySymbol is a plain scalar such as :name, which Psych is not allowed to read.
type rubySymbol string

// rubyInteger is an integer beyond 64 bits, in decimal.
type rubyInteger string

var (
	psychTime        = regexp.MustCompile(`^-?\d{4}-\d{1,2}-\d{1,2}(?:[Tt]|\s+)\d{1,2}:\d\d:\d\d(?:\.\d*)?(?:\s*(?:Z|[-+]\d{1,2}:?(?:\d\d)?))?$`)
	psychDate        = regexp.MustCompile(`^\d{4}-(?:1[012]|0\d|\d)-(?:[12]\d|3[01]|0\d|\d)$`)
	psychFloat       = regexp.MustCompile(`^[-+]?(?:[0-9][0-9_,]*)?\.[0-9]*(?:[eE][-+][0-9]+)?$`)
	psychInteger     = regexp.MustCompile(`^(?:[-+]?0b[0-1_,]+|[-+]?0[0-7_,]+|[-+]?(?:0|[1-9](?:[0-9]|,[0-9]|_[0-9])*)|[-+]?0x[0-9a-fA-F_,]+)$`)
	psychBase60      = regexp.MustCompile(`^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9]){1,2}$`)
	psychBase60Float = regexp.MustCompile(`^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9]){1,2}\.[0-9_]*$`)
	psychInfinity    = map[string]float64{".inf": math.Inf(1), "+.inf": math.Inf(1), "-.inf": math.Inf(-1)}
	timeParts        = regexp.MustCompile(`^(-?\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt]|\s+)(\d{1,2}):(\d\d):(\d\d)(?:\.\d*)?\s*(Z|[-+]\d{1,2}:?(?:\d\d)?)?$`)
	safeYAMLFloat    = regexp.MustCompile(`^[-+]?(?:\d[\d_]*)?(?:\.[\d_]*)?(?:[eE][-+]?\d+)?$`)
)

// scalar types a plain YAML scalar as Ruby's YAML readers do: nil, bool, int64, rubyInteger,
// float64, time.Time, rubyDate, rubySymbol or string. Base 60 is an integer for Psych and a
// float for SafeYAML (fm-types).
func (j *jekyll) scalar(text string) any {
	if text == "" {
		return nil
	}
	first := text[0]
	if !(first >= '0' && first <= '9') && first != '-' && first != '+' && first != '.' && first != ':' {
		return rubyWord(text)
	}
	if psychTime.MatchString(text) {
		if t, ok := psychInstant(text); ok {
			return t
		}
		return text
	}
	switch {
	case psychDate.MatchString(text):
		if d, ok := parseRubyDate(text); ok {
			return d
		}
		return text
	case first == ':':
		if j.psych && len(text) > 1 && !strings.ContainsAny(text[1:2], " \t\n") {
			return rubySymbol(text[1:])
		}
		return text
	case psychBase60.MatchString(text):
		n := 0
		for i, part := range strings.Split(strings.ReplaceAll(text, "_", ""), ":") {
			v, _ := strconv.Atoi(part)
			for e := i; e < 2; e++ {
				v *= 60
			}
			n += v
		}
		if j.psych {
			return int64(n)
		}
		return float64(n) / 60
	case j.psych && psychBase60Float.MatchString(text):
		var f float64
		for i, part := range strings.Split(strings.ReplaceAll(text, "_", ""), ":") {
			v, _ := strconv.ParseFloat(part, 64)
			f += v * [...]float64{3600, 60, 1}[i]
		}
		return f
	case psychInfinity[strings.ToLower(text)] != 0:
		return psychInfinity[strings.ToLower(text)]
	case strings.EqualFold(text, ".nan"):
		return math.NaN()
	case psychInteger.MatchString(text):
		return rubyInt(text)
	case psychFloat.MatchString(text), !j.psych && safeYAMLFloat.MatchString(text):
		plain := strings.NewReplacer(",", "", "_", "").Replace(text)
		if f, err := strconv.ParseFloat(plain, 64); err == nil || math.IsInf(f, 0) {
			return f
		}
	}
	return text
}

func rubyWord(text string) any {
	if len(text) > 5 {
		return text
	}
	switch strings.ToLower(text) {
	case "~", "null":
		return nil
	case "yes", "true", "on":
		return true
	case "no", "false", "off":
		return false
	}
	return text
}

func rubyInt(text string) any {
	plain := strings.NewReplacer(",", "", "_", "").Replace(text)
	n, ok := new(big.Int).SetString(plain, 0) // a leading 0 is octal, as in Ruby
	switch {
	case !ok:
		return text
	case n.IsInt64():
		return n.Int64()
	}
	return rubyInteger(n.String())
}

func parseRubyDate(text string) (rubyDate, bool) {
	parts := strings.Split(text, "-")
	y, _ := strconv.Atoi(parts[0])
	m, _ := strconv.Atoi(parts[1])
	d, _ := strconv.Atoi(parts[2])
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if t.Day() != d || int(t.Month()) != m {
		return "", false
	}
	return rubyDate(t.Format("2006-01-02")), true
}

// psychInstant reads a full time. Without a zone it means UTC (timezone-utc-date-no-zone).
func psychInstant(text string) (time.Time, bool) {
	m := timeParts.FindStringSubmatch(text)
	if m == nil {
		return time.Time{}, false
	}
	var n [6]int
	for i := range n {
		n[i], _ = strconv.Atoi(m[i+1])
	}
	if !rubyClock(n[1], n[2], n[3], n[4], n[5]) {
		return time.Time{}, false
	}
	t := time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], n[5], 0, time.UTC)
	zone := m[7]
	if zone == "" || zone == "Z" {
		return t, true
	}
	hours, minutes := zone[1:], ""
	if h, rest, found := strings.Cut(hours, ":"); found {
		hours, minutes = h, rest
	} else if len(hours) > 2 {
		hours, minutes = hours[:2], hours[2:]
	}
	h, _ := strconv.Atoi(hours)
	min, _ := strconv.Atoi(minutes)
	offset := h*3600 + min*60
	if zone[0] == '-' && h > 0 { // Psych takes -00:30 for +00:30
		offset = -offset
	}
	return t.Add(-time.Duration(offset) * time.Second), true
}

// rubyClock tells whether Time.utc accepts the numbers. Any month may have 31 days there:
// the rest runs over into the next.
func rubyClock(month, day, hour, min, sec int) bool {
	return month >= 1 && month <= 12 && day >= 1 && day <= 31 &&
		hour >= 0 && (hour <= 23 || hour == 24 && min == 0 && sec == 0) &&
		min >= 0 && min <= 59 && sec >= 0 && sec <= 60
}

// typed is a front-matter field's value in Ruby's types.
func (j *jekyll) typed(f frontmatter.Field) any {
	switch v := f.Value.(type) {
	case []any, map[string]any:
		return retyped(v)
	case nil:
		return nil
	}
	if f.Plain {
		return j.scalar(f.Text)
	}
	if s, ok := f.Value.(string); ok {
		return s
	}
	return f.Text
}

// retyped gives a value nested in a list or map, or of the configuration, Ruby's types as
// far as the value still tells them.
func retyped(v any) any {
	switch v := v.(type) {
	case frontmatter.Timestamp:
		if psychDate.MatchString(string(v)) {
			if d, ok := parseRubyDate(string(v)); ok {
				return d
			}
		} else if t, ok := psychInstant(string(v)); ok {
			return t
		}
		return string(v)
	case string:
		switch word := rubyWord(v).(type) {
		case bool:
			return word
		}
	case []any:
		list := make([]any, len(v))
		for i, e := range v {
			list[i] = retyped(e)
		}
		return list
	case map[string]any:
		m := make(map[string]any, len(v))
		for k, e := range v {
			m[k] = retyped(e)
		}
		return m
	}
	return v
}

// rubyString is Ruby's to_s.
func (j *jekyll) rubyString(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case rubyInteger:
		return string(v)
	case float64:
		return rubyFloat(v)
	case rubyDate:
		return string(v)
	case rubySymbol:
		return string(v)
	case time.Time:
		if v.Location() == time.UTC {
			return v.Format("2006-01-02 15:04:05 UTC")
		}
		return v.Format("2006-01-02 15:04:05 -0700")
	}
	return j.inspect(v)
}

// inspect is Ruby's inspect, which to_s of lists and maps uses.
func (j *jekyll) inspect(v any) string {
	switch v := v.(type) {
	case nil:
		return "nil"
	case string:
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`).Replace(v) + `"`
	case []any:
		parts := make([]string, len(v))
		for i, e := range v {
			parts[i] = j.inspect(e)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case map[string]any:
		parts := make([]string, 0, len(v))
		for k, e := range v {
			parts = append(parts, j.inspect(k)+"=>"+j.inspect(e))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return j.rubyString(v)
}

func rubyFloat(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 0):
		return map[bool]string{true: "-Infinity", false: "Infinity"}[f < 0]
	}
	s := strconv.FormatFloat(f, 'g', -1, 64)
	if exp := strings.IndexByte(s, 'e'); exp >= 0 {
		n, _ := strconv.Atoi(s[exp+1:])
		if n >= 16 || n < -4 {
			mantissa := s[:exp]
			if !strings.Contains(mantissa, ".") {
				mantissa += ".0"
			}
			return mantissa + "e" + s[exp+1:]
		}
		s = strconv.FormatFloat(f, 'f', -1, 64)
	}
	if !strings.ContainsAny(s, ".IN") {
		s += ".0"
	}
	return s
}
