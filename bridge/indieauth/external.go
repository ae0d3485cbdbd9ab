package indieauth

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
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

// External verifies tokens that another authorization server issued: the one that the site
// names in its configuration, in HTTP headers or in the head of its page. Responses are cached
// for at most a minute, so a token that is revoked there stops working here.
//
// A token is sent to the server of the site for which it is used and to no other.
type External struct {
	config func() ExternalConfig
	client sender
	now    func() time.Time

	mu        sync.Mutex                // guards all below
	endpoints map[string]knownEndpoints // by site
	good      map[tokenKey]verdict
	bad       map[tokenKey]verdict // separate, so that guesses do not evict valid tokens
}

// ExternalConfig configures an External.
type ExternalConfig struct {
	Me       []string          // the sites; the first is the default
	Metadata map[string]string // by site: the URL of its server's metadata, instead of discovery

	// Secret authenticates gitpost at one introspection endpoint: SecretEndpoint, or "" for the
	// one of the first site. Others are asked with the token itself.
	Secret         string
	SecretEndpoint string
}

// Grant is what a token of another server allows.
type Grant struct {
	Me       string // one of the configured sites
	ClientID string
	Scope    []string
}

// ErrNotActive means that the site's server does not accept the token for this site.
var ErrNotActive = errors.New("the site's sign-in server does not accept it")

// sender is what an External needs of outbound.Client.
type sender interface {
	Do(r *http.Request) (*outbound.Response, error)
}

// endpoints are those of a site's server; empty ones do not exist.
type endpoints struct {
	authorization string // the page where the owner signs in
	introspection string
	token         string
}

// sameServer reports whether tokens are verified at the same endpoints.
func (e endpoints) sameServer(other endpoints) bool {
	return e.introspection == other.introspection && e.token == other.token
}

type knownEndpoints struct {
	endpoints
	read, until time.Time
}

type verdict struct {
	grant Grant
	until time.Time
}

// tokenKey is the hash of a site and a token that is used for it.
type tokenKey [sha256.Size]byte

func keyOf(site, token string) tokenKey { return sha256.Sum256([]byte(site + "\x00" + token)) }

// Limits of the caches.
const (
	verdictLifetime   = time.Minute
	endpointsLifetime = 10 * time.Minute
	maxVerdicts       = 1000
	retryAfterFail    = 30 * time.Second
)

// NewExternal returns an External. config is called for each request.
func NewExternal(config func() ExternalConfig) *External {
	return &External{
		config: config, now: time.Now, client: outbound.New(outbound.Options{}),
		endpoints: map[string]knownEndpoints{}, good: map[tokenKey]verdict{}, bad: map[tokenKey]verdict{},
	}
}

// Known returns the cached result of Verify; known is false when there is none.
func (e *External) Known(site, token string) (g Grant, known bool, err error) {
	key := keyOf(e.siteFor(site), token)
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

// siteFor returns the configured site with an address; "" is the first one.
func (e *External) siteFor(site string) string {
	sites := e.config().Me
	if site == "" && len(sites) > 0 {
		return sites[0]
	}
	return siteOf(sites, site)
}

// Verify asks the server of a site what the token allows; "" is the first site. It returns
// ErrNotActive for a bad token, and a *fault.Error with Unavailable when the server fails.
func (e *External) Verify(ctx context.Context, site, token string) (Grant, error) {
	if g, known, err := e.Known(site, token); known {
		return g, err
	}
	if site = e.siteFor(site); site == "" {
		return Grant{}, ErrNotActive
	}
	g, until, err := e.verify(ctx, site, token)
	switch {
	case errors.Is(err, ErrNotActive):
		e.remember(e.bad, keyOf(site, token), verdict{until: e.now().Add(verdictLifetime)})
		return Grant{}, err
	case err != nil:
		return Grant{}, &fault.Error{
			Code: fault.Unavailable, Op: "verify token", RetryAfter: retryAfterFail,
			Message: "the site's sign-in server could not verify the access token: " + err.Error(),
			Hint:    "nothing was changed; try again later", Err: err,
		}
	}
	e.remember(e.good, keyOf(site, token), verdict{g, until})
	return g, nil
}

func (e *External) verify(ctx context.Context, site, token string) (g Grant, until time.Time, err error) {
	config := e.config()
	at, err := e.discover(ctx, site)
	if err != nil {
		return Grant{}, until, err
	}
	secret := token
	if config.Secret != "" && at.introspection != "" && at.introspection == e.secretEndpoint(ctx, config) {
		secret = config.Secret
	}
	answer, err := e.ask(ctx, at, secret, token)
	if err != nil {
		return Grant{}, until, err
	}
	of := siteOf(config.Me, answer.Me)
	if !answer.Active || of == "" {
		return Grant{}, until, ErrNotActive
	}
	if of != site { // a server may speak only for the sites that name it
		if theirs, err := e.discover(ctx, of); err != nil || !theirs.sameServer(at) {
			return Grant{}, until, ErrNotActive
		}
	}
	until = e.now().Add(verdictLifetime)
	if expires := time.Unix(answer.Expires, 0); answer.Expires > 0 && expires.Before(until) {
		until = expires
	}
	return Grant{Me: of, ClientID: answer.ClientID, Scope: strings.Fields(answer.Scope)}, until, nil
}

// secretEndpoint returns the only introspection endpoint that may see the secret; "" for none.
func (e *External) secretEndpoint(ctx context.Context, config ExternalConfig) string {
	if config.SecretEndpoint != "" {
		return config.SecretEndpoint
	}
	first, err := e.discover(ctx, config.Me[0])
	if err != nil {
		return ""
	}
	return first.introspection
}

func (e *External) remember(in map[tokenKey]verdict, key tokenKey, v verdict) {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.now()
	if len(in) >= maxVerdicts {
		maps.DeleteFunc(in, func(_ tokenKey, old verdict) bool { return !now.Before(old.until) })
	}
	for other := range in {
		if len(in) < maxVerdicts {
			break
		}
		delete(in, other)
	}
	in[key] = v
}

// SignIn returns the URL at which the owner signs in; "" when discovery fails.
func (e *External) SignIn(ctx context.Context) string {
	for _, site := range e.config().Me {
		if at, err := e.discover(ctx, site); err == nil {
			return at.authorization
		}
	}
	return ""
}

// discover returns the endpoints of a site's server. While the site cannot be reached, the last
// result is used for up to a day.
func (e *External) discover(ctx context.Context, site string) (endpoints, error) {
	now := e.now()
	e.mu.Lock()
	known, ok := e.endpoints[site]
	e.mu.Unlock()
	if ok && now.Before(known.until) {
		return known.endpoints, nil
	}
	at, err := e.fetchEndpoints(ctx, site)
	if err == nil {
		known = knownEndpoints{endpoints: at, read: now, until: now.Add(endpointsLifetime)}
	} else {
		if !ok || now.Sub(known.read) > 24*time.Hour {
			return endpoints{}, err
		}
		known.until = now.Add(verdictLifetime)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.endpoints[site] = known
	return known.endpoints, nil
}

// fetchEndpoints reads the endpoints from the server's metadata, or as before 2022 from the
// site's own links.
func (e *External) fetchEndpoints(ctx context.Context, site string) (endpoints, error) {
	if address := e.config().Metadata[site]; address != "" {
		at, err := e.metadata(ctx, address)
		if err != nil {
			return endpoints{}, err
		}
		return at, at.check(site)
	}
	page, err := e.get(ctx, site, "text/html")
	if err != nil {
		return endpoints{}, err
	}
	doc := page.HTML()
	first := func(rel string) string {
		for _, target := range page.Links(doc, rel) {
			return page.Resolve(target)
		}
		return ""
	}
	at := endpoints{authorization: first("authorization_endpoint"), token: first("token_endpoint")}
	if address := first("indieauth-metadata"); address != "" {
		if at, err = e.metadata(ctx, address); err != nil {
			return endpoints{}, err
		}
	}
	return at, at.check(site)
}

// metadata reads a server's metadata document.
func (e *External) metadata(ctx context.Context, address string) (endpoints, error) {
	document, err := e.get(ctx, address, "application/json")
	if err != nil {
		return endpoints{}, err
	}
	var m Metadata
	if err := json.Unmarshal(document.Body, &m); err != nil || m.TokenEndpoint == "" && m.IntrospectionEndpoint == "" {
		return endpoints{}, fmt.Errorf("%s is not the metadata of a sign-in server", address)
	}
	return endpoints{
		authorization: m.AuthorizationEndpoint, introspection: m.IntrospectionEndpoint, token: m.TokenEndpoint,
	}, nil
}

// check requires an endpoint for tokens, and encryption, since tokens are sent there.
func (e endpoints) check(site string) error {
	if e.token == "" && e.introspection == "" {
		return fmt.Errorf(`%s names no sign-in server: no rel="indieauth-metadata" or rel="token_endpoint" `+
			"in its HTTP headers or head element", site)
	}
	for _, address := range []string{e.introspection, e.token} {
		if strings.HasPrefix(site, "https:") && address != "" && !strings.HasPrefix(address, "https:") {
			return fmt.Errorf("%s names the sign-in server %s, which is not https", site, address)
		}
	}
	return nil
}

func (e *External) get(ctx context.Context, address, accept string) (*outbound.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("%s is not a URL", address)
	}
	r.Header.Set("Accept", accept)
	page, err := e.client.Do(r)
	if err != nil {
		return nil, err
	}
	if page.Status != http.StatusOK {
		return nil, fmt.Errorf("%s responded %d %s", address, page.Status, http.StatusText(page.Status))
	}
	return page, nil
}

// ask asks the server about a token: by introspection if possible, else by a GET of the token
// endpoint as before 2022.
func (e *External) ask(ctx context.Context, at endpoints, secret, token string) (Introspection, error) {
	if at.introspection != "" {
		answer, status, err := e.introspect(ctx, at.introspection, secret, token)
		if err != nil {
			return Introspection{}, err
		}
		if status == http.StatusOK {
			return answer, nil
		}
		if at.token == "" || status >= 500 {
			return Introspection{}, fmt.Errorf("%s responded %d %s; check introspection.secret",
				at.introspection, status, http.StatusText(status))
		}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, at.token, nil)
	if err != nil {
		return Introspection{}, fmt.Errorf("%s is not a URL", at.token)
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
		return Introspection{}, nil // a bad token
	}
	return Introspection{}, fmt.Errorf("%s responded %d %s", at.token, page.Status, http.StatusText(page.Status))
}

// introspect returns the server's answer if the status is 200.
func (e *External) introspect(
	ctx context.Context, address, secret, token string,
) (answer Introspection, status int, err error) {
	form := strings.NewReader(url.Values{"token": {token}}.Encode())
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, form)
	if err != nil {
		return Introspection{}, 0, fmt.Errorf("%s is not a URL", address)
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
		Active   any         `json:"active"` // a string in the example of the specification
		Me       string      `json:"me"`
		ClientID string      `json:"client_id"`
		Scope    string      `json:"scope"`
		Expires  json.Number `json:"exp"` // a string there too
	}
	if err := json.Unmarshal(page.Body, &said); err != nil {
		return Introspection{}, page.Status, fmt.Errorf("%s did not return an introspection response", address)
	}
	active := said.Active == true || said.Active == "true"
	answer = Introspection{Active: active, Me: said.Me, ClientID: said.ClientID, Scope: said.Scope}
	answer.Expires, _ = said.Expires.Int64() // optional
	return answer, page.Status, nil
}

// legacyAnswer reads the response to a GET of a token endpoint, in JSON or as a form.
func legacyAnswer(page *outbound.Response) (Introspection, error) {
	kind, _, _ := mime.ParseMediaType(page.Header.Get("Content-Type"))
	if kind == "application/x-www-form-urlencoded" {
		form, err := url.ParseQuery(strings.TrimSpace(string(page.Body)))
		if err != nil {
			return Introspection{}, fmt.Errorf("%s did not return a token response", page.URL.Host)
		}
		return Introspection{
			Active: form.Get("me") != "", Me: form.Get("me"), ClientID: form.Get("client_id"), Scope: form.Get("scope"),
		}, nil
	}
	var a struct {
		Active   *bool  `json:"active"`
		Me       string `json:"me"`
		ClientID string `json:"client_id"`
		Scope    string `json:"scope"`
	}
	if err := json.Unmarshal(page.Body, &a); err != nil {
		return Introspection{}, fmt.Errorf("%s did not return a token response", page.URL.Host)
	}
	active := a.Me != "" && (a.Active == nil || *a.Active)
	return Introspection{Active: active, Me: a.Me, ClientID: a.ClientID, Scope: a.Scope}, nil
}
