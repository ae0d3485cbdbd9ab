package hugo

import (
	"html"
	"strings"
)

// figure is Hugo's own shortcode for an image: its attributes are not read as Markdown. It is "" for a
// text that neither kind of quotes can hold: between double quotes Hugo fails at a backslash before a
// backtick, takes one at the end for the escape of the quote, and drops all where a quote is escaped.
func figure(address, alt string) string {
	quoted := "`" + alt + "`"
	if strings.Contains(alt, "`") {
		escapes := strings.Contains(alt, `"`) && strings.Contains(alt, `\`)
		if escapes || strings.Contains(alt, "\\`") || strings.HasSuffix(alt, `\`) {
			return ""
		}
		quoted = `"` + strings.ReplaceAll(alt, `"`, `\"`) + `"`
	}
	return "{{< figure src=\"" + html.EscapeString(address) + "\" alt=" + quoted + " >}}"
}
