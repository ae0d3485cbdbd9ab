package dom

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"gitpost/bridge/fuzztest"
)

// FuzzParse checks the bounds of what the parser makes: HTML that is not refused has few elements for each
// of its tags, but for those that formatting counts. Each case is repeated, so that a small one shows it.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"<p><b>x</p><p>y", "<b><div><table></div></b></table>", "<a><svg><title>t</title><desc>d</desc></svg></a>",
		"<table><tr><td><b>a<td>b</table>", "<select><b><option></select>", "<b><i></b>x</i>", "<body a=1><body b=2>",
		"<math><mi><b></mi></b></math>", "<template><td></b></template>", "<nobr><nobr>x", "<b><object></b></object>",
		"<svg><![CDATA[<b>]]></svg>", "<svg><style><b></style></svg>", "<b><caption></b><hr>", "<button><b></button>x",
	} {
		f.Add(seed, uint8(40))
	}
	f.Fuzz(func(t *testing.T, part string, times uint8) {
		fuzztest.Limit(t)
		source := strings.Repeat(part, 1+int(times))
		if len(source) > 64<<10 {
			return
		}
		for name, parse := range map[string]func(string) (*html.Node, error){"Fragment": Fragment, "Parse": Parse} {
			root, err := parse(source)
			if err != nil {
				if errors.Is(err, ErrTooCostly) || strings.Contains(err.Error(), "512") {
					continue
				}
				t.Fatalf("%s: %v", name, err)
			}
			elements := 0
			for n := range root.Descendants() {
				if n.Type == html.ElementNode {
					elements++
				}
			}
			made := costOf(source).formatting.remade
			if most := 10*(strings.Count(source, "<")+1) + made; elements > most {
				t.Errorf("%s: %q %d times has %d elements, more than %d", name, part, 1+int(times), elements, most)
			}
		}
	})
}
