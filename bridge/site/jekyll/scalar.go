package jekyll

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
	psychFloat   = regexp.MustCompile(`^[-+]?(?:[0-9][0-9_,]*)?\.[0-9]*(?:[eE][-+][0-9]+)?$`)
	psychInteger = regexp.MustCompile(
		`^(?:[-+]?0b[0-1_,]+|[-+]?0[0-7_,]+|[-+]?(?:0|[1-9](?:[0-9]|,[0-9]|_[0-9])*)|[-+]?0x[0-9a-fA-F_,]+)$`,
	)
	psychBase60      = regexp.MustCompile(`^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9]){1,2}$`)
	psychBase60Float = regexp.MustCompile(`^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9]){1,2}\.[0-9_]*$`)
	psychInfinity    = map[string]float64{".inf": math.Inf(1), "+.inf": math.Inf(1), "-.inf": math.Inf(-1)}
	safeYAMLFloat    = regexp.MustCompile(`^[-+]?(?:\d[\d_]*)?(?:\.[\d_]*)?(?:[eE][-+]?\d+)?$`)
)

// scalar types a plain YAML scalar as Ruby's YAML readers do: nil, bool, int64, rubyInteger,
// float64, time.Time, rubyDate, rubySymbol or string. Base 60 is an integer for Psych and a
// float for SafeYAML (fm-types).
func (j *site) scalar(text string) any {
	if text == "" {
		return nil
	}
	first := text[0]
	if !(first >= '0' && first <= '9') && first != '-' && first != '+' && first != '.' && first != ':' {
		return rubyWord(text)
	}
	if t, ok := psychInstant(text); ok {
		return t
	}
	if y, m, d, plain := plainDate(text); plain {
		if t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC); t.Day() == d && int(t.Month()) == m {
			return rubyDate(t.Format("2006-01-02"))
		}
		return text
	}
	switch {
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

// psychInstant reads a full time as Psych does. Without a zone it means UTC
// (timezone-utc-date-no-zone).
func psychInstant(text string) (t time.Time, ok bool) {
	rest := strings.TrimPrefix(text, "-")
	field := func(least, most int, then string) (n int) {
		i := 0
		for i < most && i < len(rest) && rest[i] >= '0' && rest[i] <= '9' {
			n = n*10 + int(rest[i]-'0')
			i++
		}
		if i < least || !strings.HasPrefix(rest[i:], then) {
			rest = "?"
			return -1
		}
		rest = rest[i+len(then):]
		return n
	}
	year, month, day := field(4, 4, "-"), field(1, 2, "-"), field(1, 2, "")
	blank := len(rest) - len(strings.TrimLeft(rest, " \t"))
	switch {
	case blank > 0:
		rest = rest[blank:]
	case rest != "" && (rest[0] == 'T' || rest[0] == 't'):
		rest = rest[1:]
	default:
		return t, false
	}
	hour, min, sec := field(1, 2, ":"), field(2, 2, ":"), field(2, 2, "")
	if !rubyClock(month, day, hour, min, sec) {
		return t, false
	}
	if strings.HasPrefix(rest, ".") {
		rest = strings.TrimLeft(rest[1:], "0123456789")
	}
	if text[0] == '-' {
		year = -year
	}
	t = time.Date(year, time.Month(month), day, hour, min, sec, 0, time.UTC)
	zone := strings.TrimLeft(rest, " \t")
	if rest == "" || zone == "Z" {
		return t, true
	}
	if zone == "" || zone[0] != '+' && zone[0] != '-' {
		return t, false
	}
	rest = zone[1:]
	hours := field(1, 2, "")
	rest = strings.TrimPrefix(rest, ":")
	minutes := 0
	if rest != "" {
		minutes = field(2, 2, "")
	}
	if rest != "" {
		return t, false
	}
	offset := time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
	if zone[0] == '-' && hours > 0 { // Psych reads -00:30 as +00:30
		offset = -offset
	}
	return t.Add(-offset), true
}

// rubyClock reports whether Time.utc accepts the numbers. Any month may have 31 days there:
// the rest runs over into the next.
func rubyClock(month, day, hour, min, sec int) bool {
	return month >= 1 && month <= 12 && day >= 1 && day <= 31 &&
		hour >= 0 && (hour <= 23 || hour == 24 && min == 0 && sec == 0) &&
		min >= 0 && min <= 59 && sec >= 0 && sec <= 60
}

// typed is a front-matter field's value in Ruby's types.
func (j *site) typed(f frontmatter.Field) any {
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

// zonelessRuby types scalars where there is no site.
var zonelessRuby = &site{since4: true}

// retyped converts a value that is nested in a list or map, or of the configuration, to Ruby's
// types as far as they are known.
func retyped(v any) any {
	switch v := v.(type) {
	case frontmatter.Timestamp:
		return zonelessRuby.scalar(string(v))
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
func (j *site) rubyString(v any) string {
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
func (j *site) inspect(v any) string {
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
