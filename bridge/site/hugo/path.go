package hugo

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// normalPath is the form of paths in Hugo since 0.123: lower case rune by rune, each space a
// hyphen.
func normalPath(s string) string {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= utf8.RuneSelf || c == ' ' || 'A' <= c && c <= 'Z' {
			return strings.ReplaceAll(strings.ToLower(s), " ", "-")
		}
	}
	return s
}

// plainPath reports whether a path needs no sanitizing, no lower-casing and no escaping.
func plainPath(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if 'a' <= c && c <= 'z' || '0' <= c && c <= '9' {
			continue
		}
		switch c {
		case '-', '/', '.', '_', '~', '@':
			continue
		}
		return false
	}
	return true
}

// sanitizer makes parts of URLs of names, titles and slugs.
type sanitizer struct {
	keepCase    bool // disablePathToLower
	noAccents   bool // removePathAccents
	accentFirst bool // before 0.123 accents went before anything else
}

// clean drops what Hugo does not allow in a path. White space between two kept characters
// becomes one hyphen; none at the start, none beside a hyphen.
func (z sanitizer) clean(s string) string {
	if plainPath(s) {
		return s
	}
	if z.noAccents && z.accentFirst {
		s = withoutAccents(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	pending, wasHyphen := false, false
	for i, r := range s {
		if allowedInPath(s, i, r) {
			wasHyphen = r == '-'
			if pending {
				if !wasHyphen {
					b.WriteByte('-')
				}
				pending = false
			}
			b.WriteRune(r)
		} else if b.Len() > 0 && !wasHyphen && unicode.IsSpace(r) {
			pending = true
		}
	}
	s = b.String()
	if z.noAccents && !z.accentFirst {
		s = withoutAccents(s)
	}
	if !z.keepCase {
		s = strings.ToLower(s)
	}
	return s
}

func allowedInPath(s string, i int, r rune) bool {
	switch r {
	case '.', '/', '\\', '_', '#', '+', '~', '-', '@':
		return true
	case ' ':
		return false
	case '%':
		return i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2])
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func withoutAccents(s string) string {
	decomposed := norm.NFD.String(s)
	return norm.NFC.String(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, decomposed))
}

// urlize is the value of a title or a name in a permalinks pattern, unescaped as the pattern's
// result is: %hh is decoded here, + is a space.
func (z sanitizer) urlize(s string) string {
	s = z.clean(s)
	if plainPath(s) && !strings.HasPrefix(s, "//") {
		return s
	}
	u, err := url.Parse(s)
	if err != nil {
		return s
	}
	return u.String()
}

// unescaped undoes the escaping of tokens in an expanded pattern. Like Hugo, it returns "" for
// what cannot be unescaped.
func unescaped(s string) string {
	if strings.IndexByte(s, '%') < 0 && strings.IndexByte(s, '+') < 0 {
		return s
	}
	s, _ = url.QueryUnescape(s)
	return s
}

// escapedLink makes a URL path of a link. verbatim is set for one from front matter, whose
// query stays.
func escapedLink(link string, verbatim, escapeHash bool) string {
	if plainPath(link) && !strings.HasPrefix(link, "//") {
		return link
	}
	if escapeHash {
		link = strings.ReplaceAll(link, "#", "%23")
	}
	u, err := url.Parse(link)
	if err != nil {
		return (&url.URL{Path: link}).EscapedPath()
	}
	if verbatim {
		return u.String()
	}
	return u.EscapedPath()
}
