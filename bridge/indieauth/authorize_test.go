package indieauth

import (
	"net/url"
	"testing"
)

const appPage = `<!doctype html><title>x</title><link rel="redirect_uri" href="app.example:/signed-in">
<div class="h-app"><a class="u-url p-name" href="/">An App</a><img class="u-logo" src="/logo.png"></div>`

func TestAuthorizeReadsARequestAndTheAppsPage(t *testing.T) {
	s := newServer(t)
	app(t, s, "text/html", appPage)
	r, err := s.Authorize(t.Context(), request())
	if err != nil {
		t.Fatal(err)
	}
	if r.Client.Name != "An App" || r.Client.Logo != "https://app.example/logo.png" || r.Client.Warning != "" ||
		r.RedirectWarning != "" {
		t.Errorf("got %+v", r)
	}
	redirect, err := s.Grant(t.Context(), r, Decision{Scope: r.Scope})
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(redirect)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if q.Get("code") == "" || q.Get("state") != "1234567890" || q.Get("iss") != "https://pub.example.org/" ||
		q.Get("me") != me {
		t.Errorf("the app is sent to %s", redirect)
	}
}
