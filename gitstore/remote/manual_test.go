package remote

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var updateReadme = flag.Bool("update-readme", false, "write the table of advice into README.md")

const adviceBegin, adviceEnd = "<!-- advice: begin -->\n", "<!-- advice: end -->\n"

// The manual shows the table that init, doctor and errors use.
func TestReadmeShowsTheAdvice(t *testing.T) {
	const file = "../../README.md"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), adviceBegin)
	got, after, ok2 := strings.Cut(rest, adviceEnd)
	if !ok || !ok2 {
		t.Fatalf("%s has no lines %q and %q", file, adviceBegin, adviceEnd)
	}
	var want strings.Builder
	want.WriteString("| the host refuses because | what to do |\n|---|---|\n")
	for _, a := range AdviceTable {
		if a.Case == "" || a.Hint == "" {
			t.Errorf("%s lacks its case or its hint", a.Sign)
		}
		fmt.Fprintf(&want, "| %s | %s |\n", a.Case, a.Hint)
	}
	if got == want.String() {
		return
	}
	if *updateReadme {
		if err := os.WriteFile(file, []byte(before+adviceBegin+want.String()+adviceEnd+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("the table in %s is\n%s\nwant\n%s\n-update-readme writes it", file, got, want.String())
}
