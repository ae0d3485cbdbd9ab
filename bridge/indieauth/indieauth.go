// Package indieauth is the authorization server of the site's owner, as the IndieAuth
// specification of 11 July 2024 has it (https://indieauth.spec.indieweb.org/20240711/).
//
// A Server knows no HTML and no sessions. Whoever shows the consent page calls Authorize,
// shows the Request to the signed-in owner, and then calls Grant or Deny; both give the
// address to send the browser to. The rest is between apps and endpoints: Identify and Exchange
// redeem a code, Refresh renews a token, Introspect, Revoke and Userinfo do as they are called. Every secret is stored as its SHA-256 alone, a code
// works once, and what one tries twice revokes what was made from it.
//
// An External verifies tokens of an authorization server elsewhere, in its place.
//
// Both are safe for concurrent use.
package indieauth

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"gitpost/bridge/outbound"
	"gitpost/bridge/state"
)

// Config is what a Server needs to know.
type Config struct {
	URL      string        // where gitpost is reached, without a slash at the end
	Me       []string      // the sites that the owner can sign in as; the first is the usual one
	Profile  Profile       // what apps with the scope "profile" are told; URL "": the site
	Lifetime time.Duration // of access tokens, unless the owner chooses; 0: until they are revoked

	// IntrospectionSecret lets a resource server elsewhere ask about tokens. "": only who has
	// a good token may.
	IntrospectionSecret string
}

// Profile is what the owner tells apps of himself.
type Profile struct {
	Name  string `json:"name,omitempty"`
	URL   string `json:"url,omitempty"`
	Photo string `json:"photo,omitempty"`
	Email string `json:"email,omitempty"` // only with the scope "email"
}

// Server is the authorization server.
type Server struct {
	config func() Config
	db     *state.DB
	fetch  fetcher
	now    func() time.Time

	mu      sync.Mutex
	clients map[string]cachedClient // guarded by mu
}

// fetcher is what a Server needs of outbound.Client.
type fetcher interface {
	Get(ctx context.Context, address, accept string) (*outbound.Response, error)
}

// New makes a Server that keeps its codes and tokens in db. config gives the configuration in
// force; it is asked for each request.
func New(config func() Config, db *state.DB) *Server {
	return &Server{
		config: config, db: db, now: time.Now, clients: map[string]cachedClient{},
		// A redirect to another host would let whoever finds an open redirector at an app's host
		// speak for the app.
		fetch: outbound.New(outbound.Options{SameHost: true, Timeout: 5 * time.Second}), // the owner waits,
	}
}

// Issuer identifies the server, against mix-up attacks. It is a prefix of the metadata's address.
func (s *Server) Issuer() string { return s.config().URL + "/" }

// Metadata describes the server to apps (RFC 8414, and section 4.1.1).
type Metadata struct {
	Issuer                   string   `json:"issuer"`
	AuthorizationEndpoint    string   `json:"authorization_endpoint"`
	TokenEndpoint            string   `json:"token_endpoint"`
	IntrospectionEndpoint    string   `json:"introspection_endpoint"`
	IntrospectionAuthMethods []string `json:"introspection_endpoint_auth_methods_supported"`
	RevocationEndpoint       string   `json:"revocation_endpoint"`
	RevocationAuthMethods    []string `json:"revocation_endpoint_auth_methods_supported"`
	UserinfoEndpoint         string   `json:"userinfo_endpoint"`
	Scopes                   []string `json:"scopes_supported"`
	ResponseTypes            []string `json:"response_types_supported"`
	GrantTypes               []string `json:"grant_types_supported"`
	ServiceDocumentation     string   `json:"service_documentation"`
	CodeChallengeMethods     []string `json:"code_challenge_methods_supported"`
	IssParameter             bool     `json:"authorization_response_iss_parameter_supported"`
	TokenEndpointAuthMethods []string `json:"token_endpoint_auth_methods_supported"`
	ClientIDMetadataDocument bool     `json:"client_id_metadata_document_supported"`
}

// scopes are those that mean something to gitpost.
var scopes = []string{"create", "update", "delete", "undelete", "media", "draft", "read", "profile", "email"}

// Metadata is the document at /.well-known/oauth-authorization-server.
func (s *Server) Metadata() Metadata {
	u := s.config().URL
	return Metadata{
		Issuer:                   s.Issuer(),
		AuthorizationEndpoint:    u + "/auth",
		TokenEndpoint:            u + "/token",
		IntrospectionEndpoint:    u + "/introspect",
		IntrospectionAuthMethods: []string{"Bearer", "client_secret_basic"},
		RevocationEndpoint:       u + "/revoke",
		RevocationAuthMethods:    []string{"none"},
		UserinfoEndpoint:         u + "/userinfo",
		Scopes:                   slices.Clone(scopes),
		ResponseTypes:            []string{"code"},
		GrantTypes:               []string{"authorization_code", "refresh_token"},
		ServiceDocumentation:     "https://indieauth.spec.indieweb.org/",
		CodeChallengeMethods:     []string{"S256"},
		IssParameter:             true,
		TokenEndpointAuthMethods: []string{"none"},
		ClientIDMetadataDocument: true,
	}
}

// site is the configured address that the unverified s means, "" when it means none.
func (s *Server) site(me string) string { return siteOf(s.config().Me, me) }

// siteOf compares without regard to http and https: people leave that out.
func siteOf(sites []string, me string) string {
	if slices.Contains(sites, me) {
		return me
	}
	wanted, err := ProfileURL(me)
	if err != nil {
		return ""
	}
	_, wanted, _ = strings.Cut(wanted, ":")
	for _, site := range sites {
		if _, have, _ := strings.Cut(site, ":"); have == wanted {
			return site
		}
	}
	return ""
}
