package config_test

import (
	"slices"
	"strings"
	"testing"

	"gitpost/bridge/config"
)

func TestDiscoveryShowsEachRelationForEachKindOfHost(t *testing.T) {
	c := config.Server{URL: "https://pub.example.org"}
	want := config.Discovery{
		Links: []config.Link{
			{"indieauth-metadata", "https://pub.example.org/.well-known/oauth-authorization-server"},
			{"authorization_endpoint", "https://pub.example.org/auth"},
			{"token_endpoint", "https://pub.example.org/token"},
			{"micropub", "https://pub.example.org/micropub"},
			{"micropub_media", "https://pub.example.org/media"},
			{"media", "https://pub.example.org/media"},
		},
		HTML: `<link rel="indieauth-metadata" href="https://pub.example.org/.well-known/oauth-authorization-server">
<link rel="authorization_endpoint" href="https://pub.example.org/auth">
<link rel="token_endpoint" href="https://pub.example.org/token">
<link rel="micropub" href="https://pub.example.org/micropub">
<link rel="micropub_media" href="https://pub.example.org/media">
<link rel="media" href="https://pub.example.org/media">
`,
		Headers: `/
  Link: <https://pub.example.org/.well-known/oauth-authorization-server>; rel="indieauth-metadata"
  Link: <https://pub.example.org/auth>; rel="authorization_endpoint"
  Link: <https://pub.example.org/token>; rel="token_endpoint"
  Link: <https://pub.example.org/micropub>; rel="micropub"
  Link: <https://pub.example.org/media>; rel="micropub_media"
  Link: <https://pub.example.org/media>; rel="media"
`,
		Nginx: `location = / {
	try_files /index.html =404;
	add_header Link '<https://pub.example.org/.well-known/oauth-authorization-server>; rel="indieauth-metadata"';
	add_header Link '<https://pub.example.org/auth>; rel="authorization_endpoint"';
	add_header Link '<https://pub.example.org/token>; rel="token_endpoint"';
	add_header Link '<https://pub.example.org/micropub>; rel="micropub"';
	add_header Link '<https://pub.example.org/media>; rel="micropub_media"';
	add_header Link '<https://pub.example.org/media>; rel="media"';
}
`,
		Caddy: "@home path /\nheader @home {\n" +
			"\t+Link `<https://pub.example.org/.well-known/oauth-authorization-server>; rel=\"indieauth-metadata\"`\n" +
			"\t+Link `<https://pub.example.org/auth>; rel=\"authorization_endpoint\"`\n" +
			"\t+Link `<https://pub.example.org/token>; rel=\"token_endpoint\"`\n" +
			"\t+Link `<https://pub.example.org/micropub>; rel=\"micropub\"`\n" +
			"\t+Link `<https://pub.example.org/media>; rel=\"micropub_media\"`\n" +
			"\t+Link `<https://pub.example.org/media>; rel=\"media\"`\n}\n",
	}
	got := c.Discovery("https://example.org/")
	if !slices.Equal(got.Links, want.Links) {
		t.Errorf("links are %v", got.Links)
	}
	for _, c := range []struct{ kind, got, want string }{
		{"html", got.HTML, want.HTML}, {"_headers", got.Headers, want.Headers}, {"nginx", got.Nginx, want.Nginx},
		{"caddy", got.Caddy, want.Caddy},
	} {
		if c.got != c.want {
			t.Errorf("%s is\n%s\nwant\n%s", c.kind, c.got, c.want)
		}
	}
}

func TestDiscoveryOfASiteInAFolder(t *testing.T) {
	d := config.Server{URL: "https://pub.example.org"}.Discovery("https://example.org/ada/")
	for text, want := range map[string]string{
		d.Headers: "/ada/\n  Link: ",
		d.Nginx:   "location = /ada/ {\n\ttry_files /ada/index.html =404;",
		d.Caddy:   "@home path /ada/\n",
	} {
		if !strings.HasPrefix(text, want) {
			t.Errorf("got\n%s\nwant it to start with\n%s", text, want)
		}
	}
}

func TestDiscoveryLeavesAnExternalSignInServerToTheSite(t *testing.T) {
	d := config.Server{URL: "https://pub.example.org", Auth: "external"}.Discovery("https://example.org/")
	if len(d.Links) != 3 || strings.Contains(d.HTML, "auth") || strings.Contains(d.HTML, "token") {
		t.Errorf("got\n%s", d.HTML)
	}
}
