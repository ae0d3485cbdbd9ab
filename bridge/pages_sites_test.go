package bridge_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gitpost/bridge/config"
	"gitpost/bridge/state"
)

// TestOwnerChoosesTheSitesOfAppsAndTokens does so on the consent page and when a token is made.
func TestOwnerChoosesTheSitesOfAppsAndTokens(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	f.stop()
	dir := t.TempDir()
	second := filepath.Join(dir, "two.git")
	git(t, dir, "clone", "-q", "--bare", f.remote, second)
	file := filepath.Join(dir, "gitpost.yaml")
	text := fmt.Sprintf("url: http://localhost:1\ndata: data\nsites:\n  - {me: https://one.example/, repo: %s}\n  - {me: https://two.example/, repo: %s}\n", f.remote, second)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var err error
	if f.config, err = config.Load(file, nil); err != nil {
		t.Fatal(err)
	}
	f.start()
	p := f.person().signIn()
	p.want(p.get("/"), http.StatusOK, "one.example", "two.example")
	p.want(p.get("/status"), http.StatusOK, "one.example", "two.example")
	p.want(p.get("/connect"), http.StatusOK, "https://one.example/", "https://two.example/")

	p.want(p.post("/apps/token", "name", "phone", "scope", "create"), http.StatusBadRequest, "No site is chosen")
	p.want(p.madeToken("name", "phone", "scope", "create", "site", "https://two.example/", "site",
		"https://evil.example/"), http.StatusOK, "on two.example")

	const app = "http://localhost:4711/"
	request := url.Values{"client_id": {app}, "redirect_uri": {app + "back"}, "response_type": {"code"}, "state": {"s"},
		"scope": {"create"}}.Encode()
	page := p.want(p.get("/auth?"+request), http.StatusOK, `name="site" value="https://one.example/"`,
		`name="site" value="https://two.example/"`, `<option value="https://one.example/" selected>`)
	if strings.Contains(page.Header.Get("Content-Security-Policy"), "form-action") {
		t.Error("the consent page keeps forms from leading to the app")
	}
	allow := []string{"request", request, "answer", "allow", "create", "create", "without_pkce", app, "me",
		"https://two.example/"}
	p.want(p.post("/auth/consent", allow...), http.StatusBadRequest, "No site is chosen")
	p.want(p.post("/auth/consent", append(allow, "site", "https://evil.example/")...), http.StatusBadRequest,
		"No site is chosen")
	p.want(p.post("/auth/consent", "request", request, "answer", "allow", "create", "create", "without_pkce", app, "me",
		"https://evil.example/", "site", "https://two.example/"), http.StatusForbidden, "is not a site of this server")
	back := p.post("/auth/consent", append(allow, "site", "https://two.example/")...)
	code := regexp.MustCompile(`[?&]code=([^&]+)`).FindStringSubmatch(back.Header.Get("Location"))
	if back.Status != http.StatusSeeOther || code == nil {
		t.Fatalf("allowed: %d %s\n%s", back.Status, back.Header.Get("Location"), back.Body)
	}
	tokens := p.ask("POST", "/token", url.Values{"grant_type": {"authorization_code"}, "code": {code[1]},
		"client_id": {app}, "redirect_uri": {app + "back"}}, "Accept", "application/json")
	if got := tokens.json(t); got["me"] != "https://two.example/" || got["scope"] != "create" {
		t.Errorf("the app got %s", tokens.Body)
	}
	f.withState(func(db *state.DB) error {
		list, err := db.Tokens(t.Context())
		for _, token := range list {
			if fmt.Sprint(token.Sites) != "[https://two.example/]" || token.Me != "https://two.example/" {
				t.Errorf("token %q is good for %v, of %s", token.Name+token.ClientID, token.Sites, token.Me)
			}
		}
		if len(list) != 2 {
			t.Errorf("there are %d tokens, want 2", len(list))
		}
		return err
	})
}
