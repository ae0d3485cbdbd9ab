package remote

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var updateManual = flag.Bool("update-manual", false, "write the table of advice into the manual")

// The manual's chapter When something fails has the advice that errors and doctor give.
func TestManualHasTheAdvice(t *testing.T) {
	const file, begin, end = "../../templates/manual/trouble.md", "<!-- advice: begin -->\n", "<!-- advice: end -->\n"
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(b), begin)
	got, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no lines %q and %q", file, begin, end)
	}
	want := "| the host says something like | what to do |\n|---|---|\n"
	for _, a := range AdviceTable {
		if _, found := AdviceFor(a.Says); !found && a.Says != "" {
			t.Errorf("nothing is known of the words %q", a.Says)
		}
		want += fmt.Sprintf("| %s | %s |\n", a.Says, strings.ReplaceAll(a.Hint, "|", `\|`))
	}
	switch {
	case got == want:
	case *updateManual:
		if err := os.WriteFile(file, []byte(before+begin+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("the table of advice in %s is\n%s\nwant\n%s\n-update-manual writes it", file, got, want)
	}
}
