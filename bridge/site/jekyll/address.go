package jekyll

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"gitpost/bridge/site/generator"
)

// address makes absolute URLs as Jekyll's absolute_url filter does: the site's url and
// baseurl before the path, and all of it normalised (NFKC, percent-encoding, dots).
type address struct {
	site string // url, as configured
	base string // baseurl with a leading and without a trailing slash
	home string // both, normalised, without the trailing slash
	easy bool   // home can be put before a path of plain characters
}

func newAddress(o generator.Options, config settings) address {
	a := address{site: config.text("url", ""), base: strings.TrimSuffix(config.text("baseurl", ""), "/")}
	switch base := o.Base(a.site); {
	case o.URL != "":
		a.site, a.base = strings.TrimRight(base, "/"), ""
	case o.Me == "" || base == a.site:
	case base == o.Me && !o.SameHost(a.site): // url is not set, or a placeholder
		a.site, a.base = strings.TrimRight(o.Base("/"+strings.Trim(a.base, "/")), "/"), ""
	default:
		a.site = base
	}
	if a.base != "" && a.base[0] != '/' {
		a.base = "/" + a.base
	}
	a.home = strings.TrimSuffix(a.normal("/"), "/")
	a.easy = !strings.ContainsAny(a.site+a.base, "?#")
	return a
}

// of is the absolute URL of a path that begins with a slash. Without a url setting it is
// the path itself (url-missing).
func (a address) of(path string) string {
	if a.easy && isPlainPath(path) {
		return a.home + path
	}
	return a.normal(path)
}

func (a address) normal(path string) string { return a.normalAs(norm.NFKC.String, path) }

// ofFile is the absolute URL that leads to a page's file. The links of the site compose the letters of a name
// (absolute_url), the file that is written keeps them (jekyll-4.3.1.json, "posts-file-name-decomposed").
func (a address) ofFile(path string) string {
	if isPlainPath(path) || norm.NFKC.IsNormalString(percentDecode(path)) {
		return a.of(path)
	}
	return a.normalAs(func(s string) string { return s }, path)
}

// normalAs normalises a URL; form is the Unicode form of its path and query.
func (a address) normalAs(form func(string) string, path string) string {
	relative := normalizeURI(a.base+path, form)
	if a.site == "" {
		return relative
	}
	return normalizeURI(a.site+relative, form)
}

// isPlainPath reports whether normalising would leave a path as it is.
func isPlainPath(path string) bool {
	for i := range len(path) {
		if c := path[i]; !pathByte[c] || c == '.' && path[i-1] == '/' {
			return false
		}
	}
	return path != "" && path[0] == '/'
}

var uriParts = regexp.MustCompile(`^(?:([^:/?#]+):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$`)

var encodedPlus = regexp.MustCompile(`(?i)%2b`)

var defaultPorts = map[string]string{"http": "80", "https": "443", "ftp": "21", "ssh": "22", "sftp": "22"}

func normalizeURI(uri string, form func(string) string) string {
	m := uriParts.FindStringSubmatchIndex(uri)
	if m == nil {
		return uri
	}
	part := func(i int) (string, bool) {
		if m[2*i] < 0 {
			return "", false
		}
		return uri[m[2*i]:m[2*i+1]], true
	}
	scheme, hasScheme := part(1)
	authority, hasAuthority := part(2)
	path, _ := part(3)
	query, _ := part(4)
	fragment, _ := part(5)

	var b strings.Builder
	if hasScheme {
		scheme = strings.ToLower(strings.TrimSpace(scheme))
		b.WriteString(scheme + ":")
	}
	if hasAuthority {
		b.WriteString("//" + normalizeAuthority(authority, scheme))
	}
	path = normalizePath(path, form)
	if path == "" && (scheme == "http" || scheme == "https") {
		path = "/"
	}
	b.WriteString(path)
	if query = normalizeQuery(query, form); query != "" {
		b.WriteString("?" + query)
	}
	fragment = normalizeComponent(fragment, form, func(c byte) bool { return pathByte[c] || c == '?' })
	if fragment != "" {
		b.WriteString("#" + fragment)
	}
	return b.String()
}

func normalizeAuthority(authority, scheme string) string {
	user := ""
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		user, authority = authority[:at+1], authority[at+1:]
	}
	host, port := authority, ""
	if colon := strings.LastIndexByte(authority, ':'); colon > strings.LastIndexByte(authority, ']') {
		host, port = authority[:colon], authority[colon+1:]
	}
	host = rubyDowncase(strings.TrimSpace(percentDecode(host)))
	if ascii, err := idna.Punycode.ToASCII(norm.NFKC.String(host)); err == nil {
		host = ascii
	}
	if len(host) > 1 && strings.HasSuffix(host, ".") && !strings.HasSuffix(host, "..") {
		host = host[:len(host)-1]
	}
	if port != "" && port != defaultPorts[scheme] {
		host += ":" + port
	}
	return user + host
}

func normalizePath(path string, form func(string) string) string {
	path = strings.Trim(path, " \t\n\v\f\r")
	segments := strings.Split(path, "/")
	for i, s := range segments {
		segments[i] = normalizeComponent(s, form, func(c byte) bool { return pathByte[c] && c != '/' })
	}
	return removeDots(strings.Join(segments, "/"))
}

// removeDots resolves the folders . and ..
func removeDots(path string) string {
	if !strings.Contains(path, "/.") {
		return path
	}
	segments := strings.Split(path, "/")
	kept := segments[:1]
	for i, s := range segments[1:] {
		last := i == len(segments)-2
		switch s {
		case ".", "..":
			if s == ".." && len(kept) > 1 {
				kept = kept[:len(kept)-1]
			}
			if last {
				kept = append(kept, "")
			}
		default:
			kept = append(kept, s)
		}
	}
	return strings.Join(kept, "/")
}

func normalizeQuery(query string, form func(string) string) string {
	if query == "" {
		return ""
	}
	pairs := strings.Split(query, "&")
	for i, p := range pairs {
		// An encoded plus stays encoded; a bare one means a space there.
		parts := encodedPlus.Split(p, -1)
		for k, part := range parts {
			parts[k] = normalizeComponent(part, form, func(c byte) bool {
				return c != ';' && c != '&' && (pathByte[c] || c == '?')
			})
		}
		pairs[i] = strings.Join(parts, "%2B")
	}
	return strings.Join(pairs, "&")
}

func normalizeComponent(s string, form func(string) string, keep func(byte) bool) string {
	if s == "" {
		return s
	}
	decoded := percentDecode(s)
	if !utf8.ValidString(decoded) {
		return percentEncode(decoded, func(c byte) bool { return pathByte[c] || strings.IndexByte("?#[]", c) >= 0 })
	}
	return percentEncode(form(decoded), keep)
}
