package bridge_test

import (
	"slices"
	"strings"
	"testing"
)

func TestConfigAnswerAndWelcomeNameTheEndpoints(t *testing.T) {
	f := serve(t, "hugo", nil)
	answer := f.send("GET", "/micropub?q=config", "", "").json(t)
	html, _ := answer["discovery"].(map[string]any)["html"].(string)
	if !strings.Contains(html, `<link rel="micropub" href="`+f.base+`/micropub">`) {
		t.Errorf("q=config shows %q", html)
	}
	links := f.send("GET", "/", "", "").Header.Values("Link")
	if want := `<` + f.base + `/token>; rel="token_endpoint"`; !slices.Contains(links, want) {
		t.Errorf("the server's own page has the links %q, and not %s", links, want)
	}
}
