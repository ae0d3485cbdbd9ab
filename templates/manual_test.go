package templates_test

import (
	"io/fs"
	"os"
	"strings"
	"testing"

	"gitpost/templates"
)

// Each file of the manual is a chapter with a title, and can be read.
func TestEachFileOfTheManualIsAChapter(t *testing.T) {
	files, err := fs.Glob(os.DirFS("manual"), "*.md")
	if err != nil {
		t.Fatal(err)
	}
	chapters := templates.Manual()
	if len(chapters) != len(files)+1 { // and the body templates
		t.Errorf("the manual has %d chapters and %d files", len(chapters), len(files))
	}
	for _, c := range chapters {
		if !strings.HasPrefix(c.Text, "# "+c.Title+"\n") || c.Title == "" {
			t.Errorf("%s has the title %q and begins with %.40q", c.Name, c.Title, c.Text)
		}
	}
}

// No sentence of the manual has to be read twice for its length.
func TestSentencesOfTheManualAreShort(t *testing.T) {
	for _, c := range templates.Manual() {
		if c.Name == "templates" {
			continue
		}
		inCode := false
		var text strings.Builder
		for line := range strings.Lines(c.Text) {
			if strings.HasPrefix(line, "```") {
				inCode = !inCode
			}
			if inCode || strings.HasPrefix(line, "|") || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "```") {
				text.WriteString(". ")
				continue
			}
			if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "- ") {
				text.WriteString(". ")
			}
			text.WriteString(line)
		}
		for _, sentence := range strings.FieldsFunc(strings.ReplaceAll(text.String(), "\n", " "), func(r rune) bool {
			return strings.ContainsRune(".:?!;", r)
		}) {
			if n := len(strings.Fields(sentence)); n > 40 {
				t.Errorf("%s: a sentence of %d words: %s", c.Name, n, sentence)
			}
		}
	}
}
