package catalog

import (
	"net/url"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// address is the form under which a URL is filed: the host in lower case without the port that
// goes without saying, and the unescaped path in NFC. Scheme, fragment, user and the parameters
// that trackers append are left out. A URL that cannot be read is its own address.
func address(raw string) string {
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

// plainAddress is address for the URLs that nearly all pages have, without taking them apart.
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

// meaningful is what a query still says without the parameters that trackers append.
func meaningful(q url.Values) string {
	for name := range q {
		if tracks(strings.ToLower(name)) {
			delete(q, name)
		}
	}
	return q.Encode()
}

func tracks(parameter string) bool {
	for _, prefix := range [...]string{"utm", "mtm_", "pk_", "matomo_", "piwik_", "hsa_", "_hs", "mc_", "ref_", "at_", "oly_", "vero_", "ns_"} {
		if strings.HasPrefix(parameter, prefix) {
			return true
		}
	}
	switch parameter {
	case "fbclid", "gclid", "gbraid", "wbraid", "dclid", "msclkid", "twclid", "yclid", "ttclid", "li_fat_id", "igshid", "igsh", "si",
		"_ga", "_gl", "ref", "referrer", "source", "share", "amp", "mkt_tok", "s_cid", "cmpid":
		return true
	}
	return false
}

// spellings are the addresses under which people and apps also write a page's URL: with or
// without the closing slash, index.html or .html, and in lower case.
func spellings(raw string) []string {
	a := address(raw)
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

// SameAddress tells whether two URLs name the same page, a closing slash aside.
func SameAddress(a, b string) bool {
	return strings.TrimSuffix(address(a), "/") == strings.TrimSuffix(address(b), "/")
}

// Within tells whether a URL is that of a site or of something below it.
func Within(site, url string) bool {
	base := strings.TrimSuffix(address(site), "/")
	rest, below := strings.CutPrefix(address(url), base)
	return below && (rest == "" || rest[0] == '/' || rest[0] == '?')
}
