package hugo

import (
	"net/url"
	"path"
	"strconv"
	"strings"
)

// target is where a page is written and the path of its URL, both with a leading slash and
// the language's prefix, the link escaped.
type target struct {
	file, link string
	dir        string // its folder in the output, without a closing slash
	linkDir    string
}

// target builds the path of a page's URL. broken is the reason why Hugo would fail to.
func (h *site) target(f *sourceFile, facts *pageFacts) (t target, broken string) {
	if strings.IndexByte(facts.url, ':') >= 0 && h.rules.urlTokens {
		pattern, err := h.parsePermalink(facts.url)
		if err != nil {
			broken = "url has an unknown token"
		} else if s := pattern.expand(h, f, facts); s != "" {
			facts.url = unescaped(s)
		}
	}
	if _, err := url.Parse("/" + strings.Trim(facts.url, "/")); err != nil && facts.url != "" {
		broken = "url cannot be escaped"
	}
	expanded := ""
	if rule := f.lang.permalinks.find(h, f); rule != nil {
		expanded = h.permalink(f, unescaped(rule.expand(h, f, facts)))
	}
	return h.targetOf(f, facts, expanded), broken
}

// aliases are the URLs of the redirects that Hugo writes for a page.
func (h *site) aliases(f *sourceFile, m *matter, t target) (urls []string, broken string) {
	v, ok := m.value("aliases")
	if !ok || f.lang.noAliases {
		return nil, ""
	}
	for _, alias := range wordsOf(v) {
		file := h.aliasFile(f, alias, t)
		if file == "" {
			return nil, "the alias " + strconv.Quote(alias) + " leads out of the site or to its root"
		}
		below, inLang := strings.CutPrefix(file, f.lang.filePath+"/")
		if !h.multihost || !inLang {
			below = file
		}
		below = strings.TrimSuffix(below, "index.html")
		urls = append(urls, f.lang.base+strings.TrimPrefix((&url.URL{Path: "/" + below}).EscapedPath(), "/"))
	}
	return urls, ""
}

// aliasFile is the file that an alias is written to; "" for one that Hugo refuses.
func (h *site) aliasFile(f *sourceFile, alias string, t target) string {
	if alias == "" {
		return ""
	}
	switch {
	case !strings.HasPrefix(alias, "/") && h.rules.localizedAlias:
		alias = path.Join(t.dir, "..", alias)
	case !strings.HasPrefix(alias, "/"):
		alias = path.Join(t.linkDir, "..", alias)
	case h.rules.localizedAlias:
		alias = path.Join("/", f.lang.filePath, alias)
	default:
		alias = path.Join(alias)
	}
	if h.uglyAliases(f) && !h.isHTMLName(alias) {
		alias += ".html"
	}
	if h.hostNames && !h.rules.localizedAlias && !strings.HasPrefix(alias, "/"+f.lang.name) {
		alias = path.Join(f.lang.name, alias)
	}
	alias = path.Clean(alias)
	if alias == "/" || alias == "." || strings.HasPrefix(alias, "..") {
		return ""
	}
	alias = strings.TrimPrefix(alias, "/")
	if !h.isHTMLName(alias) {
		alias += "/index.html"
	}
	return alias
}

// isHTMLName reports whether an alias is a file, not a folder.
func (h *site) isHTMLName(alias string) bool {
	return strings.HasSuffix(alias, ".html") || h.rules.localizedAlias && strings.HasSuffix(alias, ".htm")
}
