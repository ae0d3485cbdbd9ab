package micropub

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestManualHasTheLimitsOfRequests that the code has.
func TestManualHasTheLimitsOfRequests(t *testing.T) {
	text, err := os.ReadFile("../../templates/manual/security.md")
	if err != nil {
		t.Fatal(err)
	}
	limits := Limits{}.withDefaults()
	for _, row := range []string{
		fmt.Sprintf("a request without files | %d MB", limits.Body>>20),
		fmt.Sprintf("one text in it | %d MB", limits.Text>>20),
		fmt.Sprintf("files in a request | %d, each up to `media.max_size`", limits.Files),
		fmt.Sprintf("names of properties; nesting | %d; %d", limits.Properties, limits.Depth),
	} {
		if !strings.Contains(string(text), "\n| "+row+" |\n") {
			t.Errorf("the manual lacks %s", row)
		}
	}
}
