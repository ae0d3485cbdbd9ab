package config_test

import (
	"errors"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"

	"gitpost/bridge/config"
	"gitpost/bridge/site"
)

func TestWrongPatternsAreConfigurationErrors(t *testing.T) {
	for _, c := range []struct{ text, key, message, remedy string }{
		{`site: {path: "{year}/{title}.md"}`, "site.path", "unknown placeholder {title}", "{slug}"},
		{`site: {path: ":year/:month.md"}`, "site.path", "no {slug}", ":year/:month-{slug}.md"},
		{`types: {note: {path: "notes"}}`, "types.note.path", "no {slug}", "notes/{slug}.md"},
		{`types: {like: {path: "likes/{day}-{weekday}-{slug}.md"}}`, "types.like.path", "unknown placeholder {weekday}",
			"{year}"},
		{`types: {like: {path: "../{slug}.md"}}`, "types.like.path", "inside the repository", ""},
	} {
		_, _, err := load(t, sixKeys+c.text+"\n")
		var wrong *config.Error
		if !errors.As(err, &wrong) || len(wrong.Problems) != 1 {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		p := wrong.Problems[0]
		if p.Key != c.key || !strings.Contains(p.Message, c.message) || !strings.Contains(p.Remedy, c.remedy) {
			t.Errorf("%s: %s", c.text, p)
		}
	}
}

// Every placeholder is in the manual, and no other.
func TestManualListsThePlaceholders(t *testing.T) {
	b, err := fs.ReadFile(os.DirFS("../../templates/manual"), "posts.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(b), "\n## Where new posts go\n")
	section, _, _ = strings.Cut(section, "\n##")
	if !ok {
		t.Fatal(`the manual has no section "Where new posts go"`)
	}
	listed := map[string]bool{}
	for _, p := range regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(section, -1) {
		listed[p[1]] = true
	}
	for _, name := range site.Placeholders {
		if !listed[name] {
			t.Errorf("the manual does not name {%s}", name)
		}
		delete(listed, name)
	}
	if len(listed) > 0 {
		t.Errorf("the manual names unknown placeholders: %v", listed)
	}
}
