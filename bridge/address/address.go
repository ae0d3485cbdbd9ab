// Package address decides when two URLs name the same page: people, apps and trackers write
// one URL in many ways.
package address

import (
	"net/url"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// Of returns the normal form of a URL: the host in lower case without the default port, and
// the unescaped path in NFC. Scheme, fragment, user and the parameters that trackers append are
// left out. A URL that cannot be parsed is its own address.
func Of(raw string) string {
	if plain, ok := plainAddress(raw); ok {
		return plain
	}
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil {
		return raw
	}
	p := u.Path
	if p == "" {
		p = "/"
	}
	a := hostOf(u) + norm.NFC.String(p)
	if q := meaningful(u.Query()); q != "" {
		a += "?" + q
	}
	return a
}

// plainAddress is Of without parsing, for the URLs that nearly all pages have.
func plainAddress(raw string) (string, bool) {
	rest, ok := strings.CutPrefix(raw, "https://")
	if !ok {
		if rest, ok = strings.CutPrefix(raw, "http://"); !ok {
			return "", false
		}
	}
	inPath := false
	for i := range len(rest) {
		switch c := rest[i]; {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-', c == '.':
		case c == '/':
			inPath = true
		case inPath && (c >= 'A' && c <= 'Z' || c == '_' || c == '~'):
		default:
			return "", false
		}
	}
	return rest, inPath && rest[0] != '/'
}

func hostOf(u *url.URL) string {
	host := strings.ToLower(u.Hostname())
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		host = ascii
	}
	switch port := u.Port(); {
	case port == "", port == "80" && u.Scheme == "http", port == "443" && u.Scheme == "https":
		return host
	default:
		return host + ":" + port
	}
}

// meaningful returns a query without the parameters that trackers append.
func meaningful(q url.Values) string {
	for name := range q {
		if tracks(strings.ToLower(name)) {
			delete(q, name)
		}
	}
	return q.Encode()
}

func tracks(parameter string) bool {
	for _, prefix := range [...]string{"utm", "mtm_", "pk_", "matomo_", "piwik_", "hsa_", "_hs", "mc_", "ref_", "at_",
		"oly_", "vero_", "ns_"} {
		if strings.HasPrefix(parameter, prefix) {
			return true
		}
	}
	switch parameter {
	case "fbclid", "gclid", "gbraid", "wbraid", "dclid", "msclkid", "twclid", "yclid", "ttclid", "li_fat_id", "igshid",
		"igsh", "si",
		"_ga", "_gl", "ref", "referrer", "source", "share", "amp", "mkt_tok", "s_cid", "cmpid":
		return true
	}
	return false
}

// Spellings returns the addresses by which people and apps may also name a page: with or without
// the trailing slash, index.html or .html, and in lower case. The first is Of(raw).
func Spellings(raw string) []string {
	a := Of(raw)
	forms := []string{a}
	bare := strings.TrimSuffix(strings.TrimSuffix(a, "index.html"), "/")
	forms = append(forms, bare+"/", bare, bare+".html", bare+"/index.html")
	if short, ok := strings.CutSuffix(a, ".html"); ok {
		forms = append(forms, short, short+"/")
	}
	for _, f := range forms[:len(forms):len(forms)] {
		if low := strings.ToLower(f); low != f {
			forms = append(forms, low)
		}
	}
	return forms
}

// Same reports whether two URLs name the same page, ignoring a trailing slash.
func Same(a, b string) bool {
	return strings.TrimSuffix(Of(a), "/") == strings.TrimSuffix(Of(b), "/")
}

// Within reports whether a URL is that of a site or of something below it.
func Within(site, url string) bool {
	base := strings.TrimSuffix(Of(site), "/")
	rest, below := strings.CutPrefix(Of(url), base)
	return below && (rest == "" || rest[0] == '/' || rest[0] == '?')
}
