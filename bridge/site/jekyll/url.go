package jekyll

import (
	"path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"gitpost/bridge/site/generator"
)

// urlParts are the values of the placeholders of a post's or document's permalink.
type urlParts struct {
	collection string
	path       string // from the collection's folder, without extension
	base       string // file name without extension
	slug       string
	categories []string
	outputExt  string
	date       time.Time
}

// expand fills a permalink pattern. ok is false for an unknown placeholder, which stops
// Jekyll's build.
func (j *site) expand(template string, p *urlParts) (url string, ok bool) {
	var b strings.Builder
	b.Grow(len(template) + 64)
	for {
		colon := strings.IndexByte(template, ':')
		if colon < 0 {
			b.WriteString(template)
			return b.String(), true
		}
		end := colon + 1
		for end < len(template) && (template[end] >= 'a' && template[end] <= 'z' || template[end] == '_') {
			end++
		}
		b.WriteString(template[:colon])
		name := template[colon+1 : end]
		template = template[end:]
		if name == "" {
			b.WriteByte(':')
			continue
		}
		if value, known := j.placeholder(name, p); known {
			b.WriteString(escapePath(value))
			continue
		}
		short, underscored := strings.CutSuffix(name, "_") // "/:year_:month" means :year
		value, known := j.placeholder(short, p)
		if !underscored || !known {
			return "", false
		}
		b.WriteString(escapePath(value))
		b.WriteByte('_')
	}
}

// dateLayouts are the placeholders that Go's layouts know.
var dateLayouts = map[string]string{
	"year": "2006", "month": "01", "day": "02", "hour": "15", "minute": "04", "second": "05",
	"i_day": "2", "i_month": "1", "short_month": "Jan", "short_year": "06", "y_day": "002",
}

var dateLayouts4 = map[string]string{"long_month": "January", "short_day": "Mon", "long_day": "Monday"}

func (j *site) placeholder(name string, p *urlParts) (value string, known bool) {
	switch name {
	case "collection":
		return p.collection, true
	case "path":
		return p.path, true
	case "output_ext":
		return p.outputExt, true
	case "name":
		return j.slugify(p.base, false), true
	case "title":
		return j.slugify(p.slug, true), true
	case "slug":
		return j.slugify(p.slug, false), true
	case "categories":
		return joinUnique(p.categories, rubyDowncase), true
	}
	if layout := dateLayouts[name]; layout != "" {
		return p.date.Format(layout), true
	}
	if !j.since4 {
		return "", false
	}
	if layout := dateLayouts4[name]; layout != "" {
		return p.date.Format(layout), true
	}
	switch name {
	case "slugified_categories":
		return joinUnique(p.categories, func(c string) string { return j.slugify(c, false) }),
			generator.AtLeast(j.release, "4.1.0")
	case "w_year":
		year, _ := p.date.ISOWeek()
		return fourDigits(year), true
	case "week":
		_, week := p.date.ISOWeek()
		return twoDigits(week), true
	case "w_day":
		day := int(p.date.Weekday())
		if day == 0 {
			day = 7
		}
		return string(rune('0' + day)), true
	}
	return "", false
}

func twoDigits(n int) string { return string([]byte{byte('0' + n/10), byte('0' + n%10)}) }

func fourDigits(n int) string { return twoDigits(n/100) + twoDigits(n%100) }

func joinUnique(list []string, change func(string) string) string {
	switch len(list) {
	case 0:
		return ""
	case 1:
		return change(list[0])
	}
	seen := make(map[string]bool, len(list))
	unique := make([]string, 0, len(list))
	for _, s := range list {
		if s = change(s); !seen[s] {
			seen[s] = true
			unique = append(unique, s)
		}
	}
	return strings.Join(unique, "/")
}

// rubyDowncase handles the one letter whose lower case is two letters.
func rubyDowncase(s string) string {
	return strings.ToLower(strings.ReplaceAll(s, "İ", "i̇"))
}

// slugify replaces every run of characters that are not letters or digits by a hyphen. titled
// keeps the case and the punctuation that a path may have.
func (j *site) slugify(s string, titled bool) string {
	var b strings.Builder
	b.Grow(len(s))
	gap, gaps := false, false
	for _, r := range s {
		if !j.slugRune(r, titled) {
			gap, gaps = true, true
			continue
		}
		if gap && b.Len() > 0 {
			b.WriteByte('-')
		}
		gap = false
		b.WriteRune(r)
	}
	slug := s
	if gaps {
		slug = b.String()
	}
	if !titled {
		slug = rubyDowncase(slug)
	}
	return slug
}

func (j *site) slugRune(r rune, titled bool) bool {
	if r < utf8.RuneSelf {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' ||
			titled && strings.IndexByte("._~!$&'()+,;=@", byte(r)) >= 0
	}
	if j.since4 {
		return unicode.In(r, unicode.L, unicode.M, unicode.Nd)
	}
	// Jekyll 3 has [[:alnum:]]: which has no combining accents (posts-file-name-decomposed).
	return unicode.In(r, unicode.L, unicode.Nl, unicode.Nd, unicode.Other_Alphabetic)
}

// pathByte has the bytes that are not escaped in a path (RFC 3986's pchar and the slash).
var pathByte = func() (table [256]bool) {
	for c := range table {
		table[c] = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
	}
	for _, c := range []byte("-._~!$&'()*+,;=:@/") {
		table[c] = true
	}
	return table
}()

// escapePath escapes the value of a placeholder. A question mark stays: it begins a query.
func escapePath(s string) string {
	return percentEncode(s, func(c byte) bool { return pathByte[c] || c == '?' })
}

func percentEncode(s string, keep func(byte) bool) string {
	n := 0
	for i := range len(s) {
		if !keep(s[i]) {
			n++
		}
	}
	if n == 0 {
		return s
	}
	b := make([]byte, 0, len(s)+2*n)
	for i := range len(s) {
		if keep(s[i]) {
			b = append(b, s[i])
		} else {
			b = append(b, '%', "0123456789ABCDEF"[s[i]>>4], "0123456789ABCDEF"[s[i]&15])
		}
	}
	return string(b)
}

// percentDecode decodes every %hh, whatever byte it is.
func percentDecode(s string) string {
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && hexDigit(s[i+1]) && hexDigit(s[i+2]) {
			b = append(b, hexDigitValue(s[i+1])<<4|hexDigitValue(s[i+2]))
			i += 2
			continue
		}
		b = append(b, s[i])
	}
	return string(b)
}

func hexDigit(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func hexDigitValue(c byte) byte {
	switch {
	case c >= 'a':
		return c - 'a' + 10
	case c >= 'A':
		return c - 'A' + 10
	}
	return c - '0'
}

// sanitizeURL returns an URL one leading slash, no double ones and no dots that lead elsewhere.
func sanitizeURL(s string) string {
	s = "/" + s
	if strings.Contains(s, "..") {
		s = strings.ReplaceAll(s, "..", "/")
	}
	if strings.Contains(s, "./") {
		s = strings.ReplaceAll(s, "./", "")
	}
	for strings.Contains(s, "//") {
		s = strings.ReplaceAll(s, "//", "/")
	}
	return s
}

// permalinkExtension is the extension in a permalink of the front matter.
func permalinkExtension(permalink string) string {
	if permalink == "" || strings.HasSuffix(permalink, "/") {
		return ""
	}
	return rubyExtension(path.Base(permalink))
}

// outputFile is where the page of an URL is written.
func outputFile(url, ext string) string {
	file := path.Clean("/" + percentDecode(url))
	if strings.HasSuffix(url, "/") {
		return strings.TrimPrefix(path.Join(file, "index"+ext), "/")
	}
	if !strings.HasSuffix(file, ext) {
		file += ext
	}
	return strings.TrimPrefix(file, "/")
}
