package access_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"gitpost/bridge/access"
)

// TestManualHasTheTableOfScopes: the manual shows what requests are checked by.
func TestManualHasTheTableOfScopes(t *testing.T) {
	text, err := os.ReadFile("../../templates/manual/security.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "<!-- scopes: begin -->\n")
	table, _, _ := strings.Cut(rest, "<!-- scopes: end -->")
	if want := scopeTable(); table != want {
		t.Errorf("the manual has\n%s\nwant\n%s", table, want)
	}
}

// scopeTable is the table of scopes and actions in Markdown.
func scopeTable() string {
	scopes := access.Scopes()
	var b strings.Builder
	b.WriteString("| action |")
	rule := "|---|"
	var actions []access.Action
	for _, s := range scopes {
		b.WriteString(" `" + s.Word + "` |")
		rule += "---|"
		for _, a := range slices.Concat(s.Posts, s.Drafts, s.Actions) {
			if !slices.Contains(actions, a) {
				actions = append(actions, a)
			}
		}
	}
	b.WriteString("\n" + rule + "\n")
	for _, a := range actions {
		b.WriteString("| " + string(a) + " |")
		for _, s := range scopes {
			switch {
			case slices.Contains(slices.Concat(s.Posts, s.Actions), a):
				b.WriteString(" yes |")
			case slices.Contains(s.Drafts, a):
				b.WriteString(" drafts |")
			default:
				b.WriteString("  |")
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}
