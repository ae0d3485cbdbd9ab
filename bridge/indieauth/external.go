package indieauth

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"gitpost/bridge/fault"
	"gitpost/bridge/outbound"
)

// External verifies tokens that an authorization server elsewhere issued: the one that the
// site's own page names. What it learns it believes for a minute at most, so a token that is
// revoked there stops working here.
type External struct {
	config func() ExternalConfig
	client sender
	now    func() time.Time

	mu        sync.Mutex
	endpoints map[string]knownEndpoints     // by site; guarded by mu, as are
	good      map[[sha256.Size]byte]verdict // tokens by their hash
	bad       map[[sha256.Size]byte]verdict // apart, so that guesses push no good one out
}

// ExternalConfig is what an External needs to know.
type ExternalConfig struct {
	Me     []string // the sites; a token must be of one of them
	Secret string   // for the introspection endpoint; "": the token itself has to do
}

// Grant is what a token of another server is good for.
type Grant struct {
	Me       string // one of the configured sites
	ClientID string
	Scope    []string
}

// ErrNotActive means that the other server does not know the token as a good one of this site.
var ErrNotActive = errors.New("the site's sign-in server does not say that it is good")

// sender is what an External needs of outbound.Client.
type sender interface {
	Do(r *http.Request) (*outbound.Response, error)
}

// endpoints are what a site's page names.
type endpoints struct {
	authorization string // for people: where to sign in
	introspection string // "" when there is none
	token         string // "" when there is none
}

type knownEndpoints struct {
	endpoints
	read, until time.Time
}

type verdict struct {
	grant Grant
	until time.Time
}

// How long answers are believed, and how many.
const (
	believed       = time.Minute
	believedPages  = 10 * time.Minute
	mostVerdicts   = 1000
	retryAfterFail = 30 * time.Second
)

// NewExternal makes an External. config is asked for each request.
func NewExternal(config func() ExternalConfig) *External {
	return &External{
		config: config, now: time.Now, client: outbound.New(outbound.Options{}),
		endpoints: map[string]knownEndpoints{}, good: map[[sha256.Size]byte]verdict{}, bad: map[[sha256.Size]byte]verdict{},
	}
}

// Known is the answer of Verify for a token that was asked about less than a minute ago.
// known is false for others.
func (e *External) Known(token string) (g Grant, known bool, err error) {
	key := sha256.Sum256([]byte(token))
	now := e.now()
	e.mu.Lock()
	defer e.mu.Unlock()
	if v, ok := e.good[key]; ok && now.Before(v.until) {
		return v.grant, true, nil
	}
	if v, ok := e.bad[key]; ok && now.Before(v.until) {
		return Grant{}, true, ErrNotActive
	}
	return Grant{}, false, nil
}

// Verify asks what the token is good for: ErrNotActive for nothing, and a *fault.Error of
// Unavailable when the other server cannot be asked.
func (e *External) Verify(ctx context.Context, token string) (Grant, error) {
	if g, known, err := e.Known(token); known {
		return g, err
	}
	config := e.config()
	asked := map[string]bool{}
	var failed error
	for _, site := range config.Me {
		at, err := e.discover(ctx, site)
		if err != nil {
			failed = err
			continue
		}
		key := at.introspection + " " + at.token
		if asked[key] {
			continue // several sites have one server
		}
		asked[key] = true
		answer, err := e.ask(ctx, at, config.Secret, token)
		if err != nil {
			failed = err
			continue
		}
		// The server may speak for the sites that name it, and no others.
		of := siteOf(config.Me, answer.Me)
		if !answer.Active || of == "" {
			continue
		}
		if theirs, err := e.discover(ctx, of); err != nil || theirs.introspection+" "+theirs.token != key {
			continue
		}
		g := Grant{Me: of, ClientID: answer.ClientID, Scope: strings.Fields(answer.Scope)}
		until := e.now().Add(believed)
		if answer.Expires > 0 && time.Unix(answer.Expires, 0).Before(until) {
			until = time.Unix(answer.Expires, 0)
		}
		e.remember(e.good, token, verdict{g, until})
		return g, nil
	}
	if failed != nil {
		return Grant{}, &fault.Error{
			Code: fault.Unavailable, Op: "verify token", RetryAfter: retryAfterFail,
			Message: "the site's sign-in server cannot be asked whether the access token is good: " + failed.Error(),
			Hint:    "nothing was changed; try again in a while", Err: failed,
		}
	}
	e.remember(e.bad, token, verdict{until: e.now().Add(believed)})
	return Grant{}, ErrNotActive
}

func (e *External) remember(in map[[sha256.Size]byte]verdict, token string, v verdict) {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.now()
	if len(in) >= mostVerdicts {
		for key, old := range in {
			if !now.Before(old.until) {
				delete(in, key)
			}
		}
	}
	for key := range in {
		if len(in) < mostVerdicts {
			break
		}
		delete(in, key)
	}
	in[sha256.Sum256([]byte(token))] = v
}

// SignIn is where the owner signs in, for people who look for it here; "" when that cannot be
// found out.
func (e *External) SignIn(ctx context.Context) string {
	for _, site := range e.config().Me {
		if at, err := e.discover(ctx, site); err == nil {
			return at.authorization
		}
	}
	return ""
}

// discover finds the endpoints that the site's page names: by its metadata, or each by itself
// as before 2022. While the page cannot be read, what it said last holds for a day.
func (e *External) discover(ctx context.Context, site string) (endpoints, error) {
	now := e.now()
	e.mu.Lock()
	known, ok := e.endpoints[site]
	e.mu.Unlock()
	if ok && now.Before(known.until) {
		return known.endpoints, nil
	}
	at, err := e.lookFor(ctx, site)
	if err == nil {
		known = knownEndpoints{endpoints: at, read: now, until: now.Add(believedPages)}
	} else {
		if !ok || now.Sub(known.read) > 24*time.Hour {
			return endpoints{}, err
		}
		known.until = now.Add(believed)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.endpoints[site] = known
	return known.endpoints, nil
}

func (e *External) lookFor(ctx context.Context, site string) (endpoints, error) {
	page, err := e.get(ctx, site, "text/html")
	if err != nil {
		return endpoints{}, err
	}
	l := readLinks(page)
	at := endpoints{authorization: l.first("authorization_endpoint"), token: l.first("token_endpoint")}
	if address := l.first("indieauth-metadata"); address != "" {
		document, err := e.get(ctx, address, "application/json")
		if err != nil {
			return endpoints{}, err
		}
		var m Metadata
		if err := json.Unmarshal(document.Body, &m); err != nil || m.TokenEndpoint == "" && m.IntrospectionEndpoint == "" {
			return endpoints{}, fmt.Errorf("%s is not the metadata of a sign-in server", address)
		}
		at = endpoints{authorization: m.AuthorizationEndpoint, introspection: m.IntrospectionEndpoint, token: m.TokenEndpoint}
	}
	if at.token == "" && at.introspection == "" {
		return endpoints{}, fmt.Errorf(`%s names no sign-in server (no link with rel="indieauth-metadata" or rel="token_endpoint")`, site)
	}
	for _, address := range []string{at.introspection, at.token} {
		// A token goes there: it must not be readable on the way.
		if strings.HasPrefix(site, "https:") && address != "" && !strings.HasPrefix(address, "https:") {
			return endpoints{}, fmt.Errorf("%s names the sign-in server %s, which is not https", site, address)
		}
	}
	return at, nil
}

func (e *External) get(ctx context.Context, address, accept string) (*outbound.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("%s is not a web address", address)
	}
	r.Header.Set("Accept", accept)
	page, err := e.client.Do(r)
	if err != nil {
		return nil, err
	}
	if page.Status != http.StatusOK {
		return nil, fmt.Errorf("%s answers %d %s", address, page.Status, http.StatusText(page.Status))
	}
	return page, nil
}

// ask asks the server: by introspection where it has that and lets us, else by the token
// endpoint's GET of before 2022.
func (e *External) ask(ctx context.Context, at endpoints, secret, token string) (Introspection, error) {
	if at.introspection != "" {
		if secret == "" {
			secret = token
		}
		answer, status, err := e.introspect(ctx, at.introspection, secret, token)
		if err != nil {
			return Introspection{}, err
		}
		if status == http.StatusOK {
			return answer, nil
		}
		if at.token == "" || status >= 500 {
			return Introspection{}, fmt.Errorf("%s answers %d %s (introspection.secret is what it is asked with)", at.introspection, status, http.StatusText(status))
		}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, at.token, nil)
	if err != nil {
		return Introspection{}, fmt.Errorf("%s is not a web address", at.token)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Accept", "application/json, application/x-www-form-urlencoded;q=0.8")
	page, err := e.client.Do(r)
	if err != nil {
		return Introspection{}, err
	}
	switch {
	case page.Status == http.StatusOK:
		return legacyAnswer(page)
	case slices.Contains([]int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden}, page.Status):
		return Introspection{}, nil // not a good token
	}
	return Introspection{}, fmt.Errorf("%s answers %d %s", at.token, page.Status, http.StatusText(page.Status))
}

// introspect gives the answer, when the status is 200.
func (e *External) introspect(ctx context.Context, address, secret, token string) (answer Introspection, status int, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(url.Values{"token": {token}}.Encode()))
	if err != nil {
		return Introspection{}, 0, fmt.Errorf("%s is not a web address", address)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Authorization", "Bearer "+secret)
	page, err := e.client.Do(r)
	if err != nil {
		return Introspection{}, 0, err
	}
	if page.Status != http.StatusOK {
		return Introspection{}, page.Status, nil
	}
	var said struct {
		Active   any         `json:"active"` // the specification's own example has a text
		Me       string      `json:"me"`
		ClientID string      `json:"client_id"`
		Scope    string      `json:"scope"`
		Expires  json.Number `json:"exp"` // a text there too
	}
	if err := json.Unmarshal(page.Body, &said); err != nil {
		return Introspection{}, page.Status, fmt.Errorf("%s does not answer as an introspection endpoint does", address)
	}
	answer = Introspection{Active: said.Active == true || said.Active == "true", Me: said.Me, ClientID: said.ClientID, Scope: said.Scope}
	answer.Expires, _ = said.Expires.Int64() // optional
	return answer, page.Status, nil
}

// legacyAnswer reads what a token endpoint's GET answers, in JSON or as a form.
func legacyAnswer(page *outbound.Response) (Introspection, error) {
	kind, _, _ := mime.ParseMediaType(page.Header.Get("Content-Type"))
	if kind == "application/x-www-form-urlencoded" {
		form, err := url.ParseQuery(strings.TrimSpace(string(page.Body)))
		if err != nil {
			return Introspection{}, fmt.Errorf("%s does not answer as a token endpoint does", page.URL.Host)
		}
		return Introspection{Active: form.Get("me") != "", Me: form.Get("me"), ClientID: form.Get("client_id"), Scope: form.Get("scope")}, nil
	}
	var a struct {
		Active   *bool  `json:"active"`
		Me       string `json:"me"`
		ClientID string `json:"client_id"`
		Scope    string `json:"scope"`
	}
	if err := json.Unmarshal(page.Body, &a); err != nil {
		return Introspection{}, fmt.Errorf("%s does not answer as a token endpoint does", page.URL.Host)
	}
	return Introspection{Active: a.Me != "" && (a.Active == nil || *a.Active), Me: a.Me, ClientID: a.ClientID, Scope: a.Scope}, nil
}
