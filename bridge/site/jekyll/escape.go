package jekyll

import (
	"regexp"
	"strings"

	"gitpost/bridge/site/generator"
)

// Liquid looks for {{ and {% everywhere in a body, even in code, and fails the whole build on one
// that is unclosed or unknown. Only the opening mark is escaped, so that it does not matter what
// follows.
func liquidEscape(part string) string { return "{% raw %}" + part + "{% endraw %}" }

// Escape makes Liquid safe, which Jekyll reads only in a body.
func (j *site) Escape(text string, in generator.Place) (safe string, parts []string) {
	if in == generator.InSummary {
		return text, nil
	}
	safe, parts = j.escapeLiquid(text)
	return safe, generator.Distinct(parts)
}

// Escaped returns the escaped form of an opening mark of Liquid.
func (j *site) Escaped(part string) string { return liquidEscape(part) }

func (j *site) escapeLiquid(text string) (string, []string) {
	var b strings.Builder
	var escaped []string
	at, scan := 0, j.scan(text)
	for at < len(text) {
		i := liquidMark(text[at:])
		if i < 0 {
			break
		}
		b.WriteString(text[at : at+i])
		at += i
		if n := scan.known(at); n > 0 {
			b.WriteString(text[at : at+n])
			at += n
			continue
		}
		end := at + 2
		if text[at+1] == '{' {
			for end < len(text) && text[end] == '}' {
				end++ // Liquid would read the first of them as the end of an output that starts at {{
			}
		}
		b.WriteString(liquidEscape(text[at:end]))
		escaped = append(escaped, text[at:end])
		at = end
	}
	b.WriteString(text[at:])
	return b.String(), escaped
}

func liquidMark(text string) int {
	for i := 0; i+1 < len(text); i++ {
		if text[i] == '{' && (text[i+1] == '{' || text[i+1] == '%') {
			return i
		}
	}
	return -1
}

const liquidString = `(?:"[^"{}%]*"|'[^'{}%]*')`

var (
	// liquidOutput is {{ site.title | upcase }}: a value that every Jekyll site has, or a
	// text, through filters that cannot fail. Lists of whole pages are not among them.
	liquidOutput = regexp.MustCompile(`^\{\{-?\s*(?:` + liquidString +
		`|site\.(?:title|name|description|tagline|url|baseurl|time|author|email|data|lang)(?:\.\w+)*` +
		`|page\.(?:title|url|date|id|path|author|lang|layout|tags|categories|slug)` +
		`|jekyll\.(?:version|environment))\s*(?:\|\s*(?:` + liquidFilters + `)\s*(?::\s*` + liquidArgument + `(?:\s*,\s*` +
		liquidArgument + `)*\s*)?)*-?\}\}`)
	liquidRaw       = regexp.MustCompile(`^\{%-?\s*raw\s*-?%\}`)
	liquidEndRaw    = regexp.MustCompile(`\{%-?\s*endraw\s*-?%\}`)
	liquidComment   = regexp.MustCompile(`^\{%-?\s*comment\s*-?%\}[^{}]*\{%-?\s*endcomment\s*-?%\}`)
	liquidHighlight = regexp.MustCompile(
		`^\{%-?\s*highlight\s+[a-zA-Z0-9.+#_-]+(?:\s+linenos)?\s*-?%\}[^{}]*\{%-?\s*endhighlight\s*-?%\}`,
	)
	liquidInclude = regexp.MustCompile(
		`^\{%-?\s*include\s+([\w./-]+)((?:\s+[\w-]+\s*=\s*(?:"[^"\\{}%]*"|'[^'\\{}%]*'))*)\s*-?%\}`,
	)
	liquidTag = regexp.MustCompile(`^\{%-?\s*([a-z_]\w*)(\s[^{}%]*)?-?%\}`)
)

const (
	liquidFilters = `escape|escape_once|upcase|downcase|capitalize|strip|lstrip|rstrip|strip_html|strip_newlines|` +
		`newline_to_br|url_encode|cgi_escape|uri_escape|xml_escape|slugify|smartify|markdownify|` +
		`relative_url|absolute_url|date|date_to_string|date_to_long_string|date_to_xmlschema|` +
		`date_to_rfc822|append|prepend|remove|remove_first|replace|replace_first|truncate|truncatewords|` +
		`default|size|first|last|join|jsonify|number_of_words`
	liquidArgument = `(?:` + liquidString + `|-?\d+(?:\.\d+)?)`
)
