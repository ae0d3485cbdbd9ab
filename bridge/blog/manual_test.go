package blog

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestManualHasTheLimitsOfUploads that the code has.
func TestManualHasTheLimitsOfUploads(t *testing.T) {
	text, err := os.ReadFile("../../templates/manual/security.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []string{
		fmt.Sprintf("unused uploads of a token | %d MB", stagedQuota>>20),
		fmt.Sprintf("disk that uploads leave to posts | %d MB", uploadReserve>>20),
	} {
		if !strings.Contains(string(text), "\n| "+row+" |\n") {
			t.Errorf("the manual lacks %s", row)
		}
	}
}
