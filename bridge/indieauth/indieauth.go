// Package indieauth is the authorization server of the site's owner, as the IndieAuth
// specification of 11 July 2024 has it (https://indieauth.spec.indieweb.org/20240711/).
//
// A Server handles neither HTML nor sessions. The consent page calls Authorize, shows the
// Request to the signed-in owner, and then calls Grant or Deny, which return the URL to redirect
// the browser to. The other methods serve apps: Identify and Exchange redeem a code, Refresh
// renews a token; Introspect, Revoke and Userinfo are the endpoints of those names. Secrets are
// stored as SHA-256 only. A code or refresh token works once; a second use revokes the token.
//
// An External verifies tokens of another authorization server instead.
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

// Config configures a Server.
type Config struct {
	URL      string        // of gitpost, without a trailing slash
	Me       []string      // the sites that the owner can sign in as; the first is the default
	Profile  Profile       // for apps with the scope "profile"; the default URL is the site
	Lifetime time.Duration // default lifetime of access tokens; 0: until they are revoked

	// IntrospectionSecret authenticates resource servers at the introspection endpoint. If it
	// is "", a valid token is needed.
	IntrospectionSecret string
}

// Profile describes the owner to apps.
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

// New returns a Server that stores its codes and tokens in db. config is called for each request.
func New(config func() Config, db *state.DB) *Server {
	return &Server{
		config: config, db: db, now: time.Now, clients: map[string]cachedClient{},
		// SameHost: an open redirect at an app's host must not let others speak for the app.
		fetch: outbound.New(outbound.Options{SameHost: true, Timeout: 5 * time.Second}),
	}
}

// Issuer identifies the server, against mix-up attacks. It is a prefix of the metadata URL.
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

// scopes are those that gitpost supports.
var scopes = []string{"create", "update", "delete", "undelete", "media", "draft", "read", "profile", "email"}

// Metadata returns the document at /.well-known/oauth-authorization-server.
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

// site returns the configured site for an unverified me, or "".
func (s *Server) site(me string) string { return siteOf(s.config().Me, me) }

// siteOf returns the site that me names, ignoring the scheme, or "".
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
