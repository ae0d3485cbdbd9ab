package api

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestManualHasTheLimitsOfStrangers that the code has.
func TestManualHasTheLimitsOfStrangers(t *testing.T) {
	text, err := os.ReadFile("../../templates/manual/security.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []string{
		fmt.Sprintf("body of a request without a valid token or signature | %d MB, within %d minute", strangerMost>>20,
			int(strangerTime.Minutes())),
		fmt.Sprintf("all such bodies together | %d MB, and %d KB free for each", strangersAll>>20, strangerFree>>10),
	} {
		if !strings.Contains(string(text), "\n| "+row+" |\n") {
			t.Errorf("the manual lacks %s", row)
		}
	}
}
