package site

import (
	"strings"
	"testing"
)

// TestHugoAliasesOfALanguageThatIsLeftAlone: where a disabled language leaves one host too
// few, pages have no hosts and aliases still do (seed 1200633 of the differential fuzz).
func TestHugoAliasesOfALanguageThatIsLeftAlone(t *testing.T) {
	const config = "baseURL = 'https://e.org/'\ndisableLanguages = ['fr']\n[languages.en]\nweight = 1\nbaseURL = 'https://en.e.org/'\n" +
		"[languages.fr]\nweight = 2\nbaseURL = 'https://fr.e.org/'\n[languages.de]\nweight = 3\n"
	files := map[string]string{"content/a.de.md": "---\naliases: [/old, below]\n---\n"}
	c, err := openCase("hugo", "0.147.9", map[string]string{"hugo.toml": config}, files, nil)
	if err != nil {
		t.Fatal(err)
	}
	p := c.locate("content/a.de.md")
	if got, want := p.URL+" "+strings.Join(p.Aliases, " "), "https://e.org/de/a/ https://e.org/de/old/ https://e.org/de/below/"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
