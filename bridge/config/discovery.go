package config

import (
	"fmt"
	"html"
	"net/url"
	"strings"
)

// Link is one relation that a site's home page must name, so that apps find gitpost.
type Link struct {
	Rel  string `json:"rel"`
	Href string `json:"href"`
}

// HeaderValue is the link as the value of an HTTP Link header. Some apps read no further than
// the first parameter.
func (l Link) HeaderValue() string { return fmt.Sprintf(`<%s>; rel="%s"`, l.Href, l.Rel) }

// Discovery is the lines by which a site's home page names gitpost, in five forms of which one is
// enough.
type Discovery struct {
	Links   []Link `json:"links"`
	HTML    string `json:"html"`     // lines for the page's <head>
	Headers string `json:"_headers"` // for a file of that name: Netlify, Cloudflare Pages and others
	Nginx   string `json:"nginx"`
	Caddy   string `json:"caddy"`
}

// Links are the relations, in the order in which they are shown. Old apps know only the
// second and third, and each app only one of the last two.
func (c Server) Links() []Link {
	micropub := []Link{
		{"micropub", c.URL + "/micropub"},
		{"micropub_media", c.URL + "/media"},
		{"media", c.URL + "/media"},
	}
	if c.ExternalAuth() { // the site names its own sign-in server already
		return micropub
	}
	return append([]Link{
		{"indieauth-metadata", c.URL + MetadataPath},
		{"authorization_endpoint", c.URL + "/auth"},
		{"token_endpoint", c.URL + "/token"},
	}, micropub...)
}

// Discovery is the text to put on the site whose address is me. Hrefs are absolute, and each
// relation has an element of its own: some apps read nothing else.
func (c Server) Discovery(me string) Discovery {
	home := "/"
	if u, err := url.Parse(me); err == nil && u.Path != "" {
		home = u.EscapedPath()
	}
	d := Discovery{Links: c.Links()}
	var head, file, nginx, caddy strings.Builder
	fmt.Fprintf(&file, "%s\n", home)
	fmt.Fprintf(&nginx, "location = %s {\n\ttry_files %sindex.html =404;\n", home, strings.TrimSuffix(home, "/")+"/")
	fmt.Fprintf(&caddy, "@home path %s\nheader @home {\n", home)
	for _, l := range d.Links {
		fmt.Fprintf(&head, "<link rel=\"%s\" href=\"%s\">\n", l.Rel, html.EscapeString(l.Href))
		fmt.Fprintf(&file, "  Link: %s\n", l.HeaderValue())
		fmt.Fprintf(&nginx, "\tadd_header Link '%s';\n", l.HeaderValue())
		fmt.Fprintf(&caddy, "\t+Link `%s`\n", l.HeaderValue())
	}
	d.HTML, d.Headers = head.String(), file.String()
	d.Nginx, d.Caddy = nginx.String()+"}\n", caddy.String()+"}\n"
	return d
}

// MetadataPath is where the metadata of the IndieAuth server is (RFC 8414).
const MetadataPath = "/.well-known/oauth-authorization-server"

// ExternalAuth reports whether the site's own sign-in server issues the tokens.
func (c Server) ExternalAuth() bool { return c.Auth == "external" }

// SetupLink is the address at which the owner sets up how to sign in.
func (c Server) SetupLink(code string) string { return c.URL + "/setup?code=" + url.QueryEscape(code) }
