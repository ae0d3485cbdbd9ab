package generator

import (
	"strings"
	"testing"
)

func TestTextsThatGoldmarkTakesLongForAreNotParsed(t *testing.T) {
	table := func(columns, rows int) string {
		return strings.Repeat("|a", columns) + "|\n" + strings.Repeat("|-", columns) + "|\n" + strings.Repeat("|\n", rows)
	}
	for name, c := range map[string]struct {
		text string
		want bool
	}{
		"tildes":             {strings.Repeat("~", 1000), true},
		"quotes":             {strings.Repeat(">", 20_000), true},
		"quotes with spaces": {strings.Repeat("> ", 20_000) + "x", true},
		"a wide table":       {table(1000, 3000), true},
		"quoted table":       {"> " + strings.ReplaceAll(table(1000, 3000), "\n", "\n> "), true},
		"emphasis":           {strings.Repeat("*a_ ", 10_000), true},
		"footnotes":          {strings.Repeat("[^a]: x\n", 10_000) + strings.Repeat("[^a] ", 10_000), true},
		"a book of notes":    {strings.Repeat("[^a]: x\n\n", 2000) + strings.Repeat("[^a] ", 3000), false},
		"a long article":     {strings.Repeat("Some *words* in_a line.\n\n", 20_000), false},
		"a table of figures": {table(20, 2000), false},
		"a quote":            {strings.Repeat("> ", 10) + "x\n", false},
	} {
		if got := TooCostly(c.text); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
