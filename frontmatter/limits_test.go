package frontmatter

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestLim(t *testing.T) {
	rep := func(n int, f string) string {
		var b strings.Builder
		for i := range n {
			if strings.Contains(f, "%") {
				fmt.Fprintf(&b, f, i)
			} else {
				b.WriteString(f)
			}
		}
		return b.String()
	}
	for name, front := range map[string]string{
		"keys":       rep(999, "key%d: value\n"),
		"manykeys":   rep(40000, "key%d: v\n"),
		"flowkeys":   "a: {" + rep(40000, "k%d: v, ") + "}\n",
		"flowlist":   "a: [" + rep(60000, "k%d, ") + "]\n",
		"blocklist":  "a:\n" + rep(60000, "- k%d\n"),
		"nest":       "a: " + strings.Repeat("[", 500000),
		"nest2":      "a: " + strings.Repeat("{a: ", 100000),
		"nest3":      strings.Repeat("- ", 200000),
		"nest4":      rep(700, "%[1]*[1]sa:\n"),
		"qm":         strings.Repeat("? ", 200000),
		"comments":   "a: b\n" + strings.Repeat("# c\n", 120000),
		"comments2":  "a:\n" + strings.Repeat("# c\n- b\n", 60000),
		"comments3":  strings.Repeat("      # c\n", 50000) + "a: b\n",
		"anchors":    rep(900, "k%d: &a%[1]d x\n") + rep(90, "z%d: *a%[1]d\n"),
		"bomb":       "a: &a [x,x,x,x,x,x,x,x,x]\n" + rep(12, "b%d: &b [*a,*a,*a]\n"),
		"quoted":     "a: \"" + strings.Repeat("a: b ", 100000) + "\"\n",
		"literal":    "a: |\n" + strings.Repeat("  text: x\n", 50000),
		"plainlong":  "a: " + strings.Repeat("word ", 100000) + "\n",
		"plainlines": "a: x\n" + strings.Repeat("  word\n", 70000) + "\n",
		"tags":       "a: [" + strings.Repeat("!a x, ", 80000) + "]\n",
		"unicode":    "a: [" + strings.Repeat("ü, ", 120000) + "]\n",
		"colons":     strings.Repeat(":", 500000),
		"quotes":     "a: [" + strings.Repeat("\"\",", 170000) + "]\n",
		"stars":      strings.Repeat("*", 500000),
		"bang":       "a: [" + strings.Repeat("a\n", 200000) + "]\n",
		"blank":      "a: b\n" + strings.Repeat("\n", 500000),
		"keycommas":  "a: [" + strings.Repeat("a: ,", 900) + "]\n",
	} {
		if name != "quotes" && front[len(front)-1] == '\n' {
			continue
		}
		front += "\n"
		for _, m := range []string{"---", "+++"} {
			f := front
			if m == "+++" {
				f = strings.ReplaceAll(front, ": ", " = ")
			}
			t0 := time.Now()
			d, err := Parse([]byte(m+"\n"+f+m+"\nx"), Dialect{})
			t1 := time.Since(t0)
			var e2 error
			if err == nil {
				t0 = time.Now()
				e2 = d.Set([]any{"x", "y"}, "a")
				if e2 == nil {
					e2 = d.Set("x", "new")
				}
			}
			s := fmt.Sprint(err)
			fmt.Printf("%-12s %s %7d parse %v edit %v %.90s %.80v\n", name, m, len(f), t1.Round(time.Millisecond), time.Since(t0).Round(time.Millisecond), s, e2)
		}
	}
}
