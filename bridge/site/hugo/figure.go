package hugo

import (
	"html"
	"strings"
)

// figure is Hugo's own shortcode for an image: its attributes are not read as Markdown.
func figure(address, alt string) string {
	alt = strings.NewReplacer("{{", "{ {", "}}", "} }").Replace(alt) // the ends of a shortcode
	quoted := "`" + alt + "`"
	switch {
	case !strings.Contains(alt, "`"):
	case strings.Contains(alt, `\`): // Hugo has no quotes for both
		quoted = "`" + strings.ReplaceAll(alt, "`", "‘") + "`"
	default:
		quoted = `"` + strings.ReplaceAll(alt, `"`, `\"`) + `"`
	}
	return "{{< figure src=\"" + html.EscapeString(address) + "\" alt=" + quoted + " >}}"
}
