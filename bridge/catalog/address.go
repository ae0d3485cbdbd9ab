package catalog

import (
	"net/url"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// address is the form under which a URL is filed: host in lower case and unescaped path in
// NFC; scheme, query, fragment and user are left out. A URL that cannot be read is its own
// address.
func address(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	p := u.Path
	if p == "" {
		p = "/"
	}
	return strings.ToLower(u.Host) + norm.NFC.String(p)
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
