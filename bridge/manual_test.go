package bridge

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"gitpost/bridge/media"
	"gitpost/frontmatter"
)

// TestManualHasTheLimitsOfConnections that the code has.
func TestManualHasTheLimitsOfConnections(t *testing.T) {
	text, err := os.ReadFile("../templates/manual/security.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []string{
		fmt.Sprintf("open connections | %d; one more closes the oldest of those without a valid token", mostConnections),
		fmt.Sprintf("a pause within a body | %d s", int(bodyTimeout.Seconds())),
		fmt.Sprintf("rate of a body | %d KB/s on average after the first %d s; an hour in all", leastRate>>10,
			int(bodyTimeout.Seconds())),
		fmt.Sprintf("pixels of a picture | %d,000,000", media.MaxPixels/1_000_000),
		fmt.Sprintf("front matter of a post | %d KB, %d keys", frontmatter.MaxFrontMatter>>10, frontmatter.MaxKeys),
	} {
		if !strings.Contains(string(text), "\n| "+row+" |\n") {
			t.Errorf("the manual lacks %s", row)
		}
	}
}
