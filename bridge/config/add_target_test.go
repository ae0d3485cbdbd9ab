package config_test

import (
	"strings"
	"testing"

	"gitpost/bridge/config"
)

// A further target adds lines at the right place, and changes none.
func TestAddTargetKeepsEveryLine(t *testing.T) {
	keys := [][2]string{{"uid", "https://bsky.app/profile/ada.example"}, {"name", "Bluesky: \"mine\""},
		{"type", "bluesky"}, {"handle", "ada.example"}, {"password_file", "p"}}
	const six = "me: https://ada.example/\nrepo: blog\nurl: https://pub.example.org\n"
	for name, text := range map[string]string{
		"none":                       six + "# the end",
		"a list in the middle":       "syndicate_to:\n- uid: a # mine\n  name: A\n\n" + six,
		"an indented list":           six + "syndicate_to:\n    - {uid: a, name: A}\n",
		"an entry that is a word":    six + "syndicate_to:\n  - a\n",
		"a list of several entries ": six + "syndicate_to:\n  - uid: a\n  - uid: b\n    types: [note]\npoll: 5m\n",
	} {
		got, err := config.AddTarget([]byte(text), keys)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		cfg, err := loadText(t, t.TempDir(), string(got))
		if err != nil {
			t.Errorf("%s: %v\n%s", name, err, got)
			continue
		}
		list := cfg.Sites[0].SyndicateTo
		if last := list[len(list)-1]; last.Handle != "ada.example" || last.Name != `Bluesky: "mine"` {
			t.Errorf("%s: %+v", name, last)
		}
		for line := range strings.Lines(text) {
			if !strings.Contains(string(got), line) {
				t.Errorf("%s: the line %q is gone:\n%s", name, line, got)
			}
		}
	}
	if _, err := config.AddTarget([]byte(six+"syndicate_to: [{uid: a}]\n"), keys); err == nil ||
		!strings.Contains(err.Error(), "by hand") {
		t.Errorf("a list in one line: %v", err)
	}
}
