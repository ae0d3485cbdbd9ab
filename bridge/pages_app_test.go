package bridge_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// webApp is a Micropub app with a web site of its own, at app.example. It finds a site's
// endpoints as apps do, sends the owner there, and takes the answer.
type webApp struct {
	t    *testing.T
	home string

	old      bool   // from before PKCE and metadata: legacy relations, me in the redirect, form-encoded answers
	foreign  string // a redirect elsewhere, of its own, that it lists
	onward   bool   // its redirect address redirects on, to another host
	scope    string // what it asks for
	clientID string // "": its home page, or id.json
	verifier string // of PKCE
	mu       sync.Mutex
	answer   url.Values // of the redirect; guarded by mu, as are the following
	tokens   map[string]any
	refused  string // what the token endpoint said instead
	found    map[string]string
}

func newApp(t *testing.T, change func(*webApp)) *webApp {
	a := &webApp{t: t, scope: "create update delete media profile",
		verifier: "a6128783714cfda1d388e2e98b6ae8221ac31aca31959e59512c59f5"}
	if change != nil {
		change(a)
	}
	a.home = named(t, "app.example", a)
	return a
}

func (a *webApp) id() string {
	switch {
	case a.clientID != "":
		return a.clientID
	case a.old:
		return a.home + "/"
	}
	return a.home + "/id.json"
}

func (a *webApp) redirect() string {
	if a.foreign != "" {
		return a.foreign
	}
	return a.home + "/redirect"
}

// ServeHTTP is its web site: the page or document about itself, the button, and the redirect.
func (a *webApp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!doctype html><link rel="redirect_uri" href="%s"><div class="h-app"><a class="u-url p-name" href="/">An Old App</a></div>`, a.redirect())
	case "/id.json":
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(map[string]any{
			"client_id": a.home + "/id.json", "client_name": "A Modern App", "client_uri": a.home + "/",
			"redirect_uris": []string{a.redirect()},
		})
	case "/signin":
		to, err := a.authorization(r.URL.Query().Get("me"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		http.Redirect(w, r, to, http.StatusFound)
	case "/redirect":
		if a.onward && r.Host == strings.TrimPrefix(a.home, "http://") {
			http.Redirect(w, r, strings.Replace(a.home, "app.example", "elsewhere.example", 1)+"/redirect?"+r.URL.RawQuery,
				http.StatusFound)
			return
		}
		a.take(w, r)
	default:
		http.NotFound(w, r)
	}
}

var linkElement = regexp.MustCompile(`<link rel="([^"]+)" href="([^"]+)">`)

// authorization finds the endpoints of a site, and gives the address to send its owner to.
func (a *webApp) authorization(me string) (string, error) {
	page, err := fetchText(me)
	if err != nil {
		return "", err
	}
	found := map[string]string{}
	for _, link := range linkElement.FindAllStringSubmatch(page, -1) {
		found[link[1]] = link[2]
	}
	q := url.Values{"response_type": {"code"}, "client_id": {a.id()}, "redirect_uri": {a.redirect()},
		"state": {"a state & more"}, "scope": {a.scope}, "me": {me}}
	if !a.old {
		text, err := fetchText(found["indieauth-metadata"])
		if err != nil {
			return "", err
		}
		var metadata map[string]any
		if err := json.Unmarshal([]byte(text), &metadata); err != nil {
			return "", err
		}
		for _, name := range []string{"issuer", "authorization_endpoint", "token_endpoint", "revocation_endpoint",
			"userinfo_endpoint"} {
			found[name], _ = metadata[name].(string)
		}
		sum := sha256.Sum256([]byte(a.verifier))
		q.Set("code_challenge", base64.RawURLEncoding.EncodeToString(sum[:]))
		q.Set("code_challenge_method", "S256")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.found = found
	return found["authorization_endpoint"] + "?" + q.Encode(), nil
}

// take is the redirect address: the code becomes a token.
func (a *webApp) take(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.answer, a.tokens, a.refused = r.URL.Query(), nil, ""
	fail := func(what string) {
		a.refused = what
		fmt.Fprintf(w, "<!doctype html><p>The app says: %s</p>", what)
	}
	switch {
	case r.Referer() != "":
		fail("the browser tells where it comes from: " + r.Referer())
		return
	case a.answer.Get("state") != "a state & more":
		fail("wrong state")
		return
	case a.answer.Get("error") != "":
		fail("refused: " + a.answer.Get("error"))
		return
	case !a.old && a.answer.Get("iss") != a.found["issuer"]:
		fail("another server answers")
		return
	case a.old && a.answer.Get("me") == "":
		fail("no me in the redirect")
		return
	}
	form := url.Values{"grant_type": {"authorization_code"}, "code": {a.answer.Get("code")}, "client_id": {a.id()},
		"redirect_uri": {a.redirect()}}
	accept := "application/json"
	if a.old {
		form.Set("me", a.answer.Get("me"))
		accept = "application/x-www-form-urlencoded"
	} else {
		form.Set("code_verifier", a.verifier)
	}
	q, _ := http.NewRequest("POST", a.found["token_endpoint"], strings.NewReader(form.Encode()))
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	q.Header.Set("Accept", accept)
	res, err := namedClient.Do(q)
	if err != nil {
		fail(err.Error())
		return
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	if res.StatusCode != http.StatusOK {
		fail(string(body))
		return
	}
	a.tokens = map[string]any{}
	if a.old {
		values, _ := url.ParseQuery(string(body))
		for name := range values {
			a.tokens[name] = values.Get(name)
		}
	} else if err := json.Unmarshal(body, &a.tokens); err != nil {
		fail(err.Error())
		return
	}
	fmt.Fprintf(w, "<!doctype html><p>Welcome back, %s</p>", a.tokens["me"])
}

func (a *webApp) token() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	token, _ := a.tokens["access_token"].(string)
	return token
}

func (a *webApp) granted() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	scope, _ := a.tokens["scope"].(string)
	return scope
}

func fetchText(address string) (string, error) {
	res, err := namedClient.Get(address)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answers %s", address, res.Status)
	}
	return string(body), err
}
