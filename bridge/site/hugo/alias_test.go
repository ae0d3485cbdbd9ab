package hugo

import (
	"strings"
	"testing"
)

// TestAliasesWhereDisabledLanguagesLeaveOneHost: where a disabled language leaves one host too
// few, pages have no hosts and aliases still do (seed 1200633 of the differential fuzz).
func TestAliasesWhereDisabledLanguagesLeaveOneHost(t *testing.T) {
	const config = "baseURL = 'https://e.org/'\ndisableLanguages = ['fr']\n[languages.en]\nweight = 1\nbaseURL = 'https://en.e.org/'\n" +
		"[languages.fr]\nweight = 2\nbaseURL = 'https://fr.e.org/'\n[languages.de]\nweight = 3\n"
	files := map[string]string{"content/a.de.md": "---\naliases: [/old, below]\n---\n"}
	c, err := openHugo("0.147.9", map[string]string{"hugo.toml": config}, files)
	if err != nil {
		t.Fatal(err)
	}
	p := c.Page("content/a.de.md")
	if got, want := p.URL+" "+strings.Join(p.Aliases, " "),
		"https://e.org/de/a/ https://e.org/de/old/ https://e.org/de/below/"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// A page whose name is cleaned away (½ is no digit) has an alias beside it, which at the root
// leads out of the site: Hugo 0.147.9 and 0.165.0 fail there, 0.111.3 does not, and below a
// section none does (seed 60001339 of the differential fuzz).
func TestAliasesOfAPageWithoutAName(t *testing.T) {
	const page = "---\nslug: \"½\"\naliases: [old4]\n---\n"
	for _, c := range []struct{ version, file, alias, reason string }{
		{"0.111.3", "content/a.md", "https://e.org/old4.html", ""},
		{"0.147.9", "content/a.md", "", `the alias "old4" leads out of the site or to its root`},
		{"0.165.0", "content/a.md", "", `the alias "old4" leads out of the site or to its root`},
		{"0.111.3", "content/p/a.md", "https://e.org/old4.html", ""},
		{"0.147.9", "content/p/a.md", "https://e.org/old4.html", ""},
		{"0.165.0", "content/p/a.md", "https://e.org/old4.html", ""},
	} {
		s, err := openHugo(c.version, map[string]string{"hugo.toml": "baseURL = 'https://e.org/'\nuglyURLs = true\n"},
			map[string]string{c.file: page})
		if err != nil {
			t.Fatal(err)
		}
		p := s.Page(c.file)
		if got := strings.Join(p.Aliases, " "); got != c.alias || !strings.Contains(p.Reason, c.reason) ||
			p.Published != (c.reason == "") {
			t.Errorf("%s of %s: alias %q, reason %q; want %q, %q", c.file, c.version, got, p.Reason, c.alias, c.reason)
		}
	}
}
