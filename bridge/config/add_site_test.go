package config_test

import (
	"strings"
	"testing"

	"gitpost/bridge/config"
)

// A further site adds lines at the right place, and changes none.
func TestAddSiteKeepsEveryLine(t *testing.T) {
	set := map[string]string{"me": "https://boats.example/", "repo": "boats", "branch": "main", "site.dir": "web: site"}
	for name, text := range map[string]string{
		"one site at the top":   "# mine\nme: 'https://ada.example/' # me\nrepo: blog\nurl: https://pub.example.org\n",
		"no newline at the end": "me: https://ada.example/\nrepo: blog\nurl: https://pub.example.org",
		"a list in the middle": "url: https://pub.example.org\nsites:\n- me: https://ada.example/\n  repo: blog\n" +
			"  private: draft # yes\n\n# the rest\npoll: 5m\n",
		"an indented list at the end": "url: https://pub.example.org\nsites:\n    - me: https://ada.example/\n      repo: blog\n" +
			"      types: {note: {path: \"n/{slug}.md\"}}\n",
	} {
		got, err := config.AddSite([]byte(text), set)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		cfg, err := loadText(t, t.TempDir(), string(got))
		if err != nil {
			t.Errorf("%s: %v\n%s", name, err, got)
			continue
		}
		if len(cfg.Sites) != 2 || cfg.Me() != "https://ada.example/" || cfg.Sites[1].Me != "https://boats.example/" ||
			cfg.Sites[1].Folder != "web: site" {
			t.Errorf("%s: %+v", name, cfg.Sites)
		}
		rest := string(got)
		for line := range strings.Lines(text) {
			before, after, ok := strings.Cut(rest, strings.TrimSuffix(line, "\n"))
			if rest = after; !ok {
				t.Errorf("%s: the line %q is gone from\n%s", name, line, before)
			}
		}
	}
	if _, err := config.AddSite([]byte("sites: [{me: https://ada.example/, repo: blog}]\n"), set); err == nil {
		t.Error("a list in one line is changed")
	}
}
