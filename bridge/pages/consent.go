package pages

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/fault"
	"gitpost/bridge/indieauth"
	"gitpost/bridge/language"
)

// consentView is for consent.html.
type consentView struct {
	Request string // the authorization request's query, for the form's way back

	Name, Letter, ClientID, ClientWarning   string
	Logo                                    bool // the app has one
	Redirect, RedirectHost, RedirectWarning string

	Identities  []identityView
	Scopes      []scopeView
	Sites       []string
	WithoutPKCE bool // and the owner did not allow it earlier

	Usual   language.Sentence // the lifetime of its access
	Limited bool              // that is not for ever

	Former     bool      // the app has access already
	FormerUsed time.Time // when it was last used
}

type identityView struct {
	Me     string
	Chosen bool
}

// consentPages ask the owner whether an app may do what it asks for.
type consentPages struct{ *Pages }

// page answers GET /auth: an app asks, by way of the owner's browser. Only now, when
// it is the owner's, is anything fetched for the request.
func (p consentPages) page(c echo.Context, v visitor) error {
	r, err := p.Auth.Authorize(c.Request().Context(), c.QueryParams())
	if err != nil {
		return refusedRequest(c, err)
	}
	if !p.owner.Fresh(v.session) { // what is allowed outlives the session
		return p.signInAgain(c)
	}
	return p.showConsent(c, http.StatusOK, r, c.Request().URL.RawQuery, nil)
}

// refusedRequest reports an invalid request to the app, if the owner has allowed it before, else to
// the owner: anyone can be an app.
func refusedRequest(c echo.Context, err error) error {
	var atApp *indieauth.RedirectError
	switch {
	case !errors.As(err, &atApp):
		return err
	case atApp.Known:
		return c.Redirect(http.StatusSeeOther, atApp.URL)
	}
	return &fault.Error{
		Code: fault.InvalidRequest, Op: "authorize",
		Message: fmt.Sprintf("the request of the app %s is invalid: %s", atApp.ClientID, atApp.Description),
		Hint:    "this is a bug of the app; report it to its developer", Err: err,
	}
}

func (p consentPages) showConsent(c echo.Context, status int, r *indieauth.Request, query string, failed error) error {
	// Chromium and Safari apply form-action also to every redirect after a form was sent: here to the
	// app, and wherever it redirects from there, which cannot be known. Some end in their own scheme.
	// So this page has no form-action; everything on it is our own.
	c.Response().Header().Set("Content-Security-Policy", policy)
	main := consentView{
		Request: query, Name: r.Client.Name, ClientID: r.ClientID, ClientWarning: r.Client.Warning,
		Logo: r.Client.Logo != "", Redirect: r.RedirectURI, RedirectHost: hostOf(r.RedirectURI),
		RedirectWarning: r.RedirectWarning, WithoutPKCE: r.WithoutPKCE && !r.ClientApproved,
	}
	main.Usual = language.Say("until you revoke it")
	if lifetime := p.Config().TokensLifetime; lifetime > 0 {
		main.Usual, main.Limited = lifetimeInWords(lifetime), true
	}
	if main.Name == "" {
		main.Name = hostOf(r.ClientID)
	}
	main.Letter = firstLetter(main.Name)
	main.Sites = p.Blogs.Addresses()
	for i, me := range main.Sites {
		main.Identities = append(main.Identities, identityView{me, me == r.Me || r.Me == "" && i == 0})
	}
	for _, word := range r.Scope {
		scope, known := describeScope(word)
		switch {
		case !known:
			continue // nothing here knows what it would allow
		case word == "draft" && newPosts(r.Scope) != "":
			continue // one choice for new posts
		case word == newPosts(r.Scope):
			scope.Create = true
		}
		main.Scopes = append(main.Scopes, scope)
	}
	if len(main.Scopes) > 0 {
		var err error
		if main.FormerUsed, main.Former, err = p.former(c.Request().Context(), r.ClientID); err != nil {
			return err
		}
	}
	v := view{Title: language.Text("Allow an app"), SignedIn: true, Main: main}
	if failed != nil {
		v.Problem = asProblem(failed)
	}
	return p.show(c, status, "consent", v)
}

// former reports whether an app has access already, and when that was last used.
func (p consentPages) former(ctx context.Context, clientID string) (used time.Time, has bool, err error) {
	tokens, err := p.State.Tokens(ctx)
	for _, t := range tokens {
		if t.ClientID == clientID && t.Revoked.IsZero() {
			has = true
			if t.LastUsed.After(used) {
				used = t.LastUsed
			}
		}
	}
	return used, has, err
}

// logo answers GET /auth/logo?client_id=…. Only apps that have just asked for access are known.
func (p consentPages) logo(c echo.Context, _ visitor) error {
	image, mediaType, ok := p.Auth.Logo(c.Request().Context(), c.QueryParam("client_id"))
	if !ok {
		return echo.ErrNotFound
	}
	c.Response().Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	return c.Blob(http.StatusOK, mediaType, image)
}

// newPosts is the scope that lets an app publish new posts; "" when none was asked for.
func newPosts(scope []string) string {
	for _, word := range []string{"create", "post"} {
		if slices.Contains(scope, word) {
			return word
		}
	}
	return ""
}

// answer answers POST /auth/consent, the owner's answer. The request is read anew from the
// form: what is granted is what the app's address says at this moment.
func (p consentPages) answer(c echo.Context, v visitor) error {
	query := c.FormValue("request")
	values, err := url.ParseQuery(query)
	if err != nil {
		return &fault.Error{Code: fault.InvalidRequest, Op: "allow an app",
			Message: "the form does not say which request it answers", Hint: "start again from the app", Err: err}
	}
	r, err := p.Auth.Authorize(c.Request().Context(), values)
	if err != nil {
		return refusedRequest(c, err)
	}
	form := c.Request().PostForm
	switch form.Get("answer") {
	case "deny":
		return c.Redirect(http.StatusSeeOther, p.Auth.Deny(r))
	case "allow":
		if !p.owner.Fresh(v.session) { // what is granted outlives the session
			return p.signInAgain(c)
		}
	default:
		return &fault.Error{Code: fault.InvalidRequest, Op: "allow an app", Message: "the form has no answer",
			Hint: "press Allow or Deny"}
	}
	d, err := p.decision(r, form)
	if err != nil {
		return p.showConsent(c, http.StatusBadRequest, r, query, err)
	}
	redirect, err := p.Auth.Grant(c.Request().Context(), r, d)
	if code := fault.CodeOf(err); err != nil && (code == fault.Forbidden || code == fault.InvalidRequest) {
		return p.showConsent(c, http.StatusForbidden, r, query, err)
	}
	if err != nil {
		return err
	}
	if form.Get("replace") != "" && len(d.Scope) > 0 {
		if err := p.State.RevokeClient(c.Request().Context(), r.ClientID); err != nil {
			return err
		}
	}
	p.Log.Info("an app was allowed", "client", r.ClientID, "scope", strings.Join(d.Scope, " "), "from", c.RealIP())
	return c.Redirect(http.StatusSeeOther, redirect)
}

// decision is what the owner's form says. Nothing is granted that was not asked for, but
// drafts in place of posts.
func (p consentPages) decision(r *indieauth.Request, form url.Values) (indieauth.Decision, error) {
	d := indieauth.Decision{Me: form.Get("me"), AllowWithoutPKCE: r.WithoutPKCE &&
		form.Get("without_pkce") == r.ClientID}
	switch text := form.Get("lifetime"); text {
	case "":
	case "forever":
		d.Lifetime = -1
	default:
		days, err := strconv.Atoi(text)
		if err != nil || days < 1 || days > 3650 {
			return d, &fault.Error{Code: fault.InvalidRequest, Op: "allow an app",
				Message: "the time is not a number of days", Hint: "choose one from the list"}
		}
		d.Lifetime = time.Duration(days) * 24 * time.Hour
	}
	create := newPosts(r.Scope)
	for _, word := range r.Scope {
		switch {
		case create != "" && word == create:
			switch form.Get("create") {
			case create:
				d.Scope = append(d.Scope, create)
			case "draft":
				d.Scope = append(d.Scope, "draft")
			}
		case create != "" && word == "draft": // decided with create
		case slices.Contains(form["scope"], word) && isKnown(word):
			d.Scope = append(d.Scope, word)
		}
	}
	if p.Blogs.Several() && len(d.Scope) > 0 {
		if d.Sites = p.chosen(form["site"]); len(d.Sites) == 0 { // none would mean all
			return d, &fault.Error{Code: fault.InvalidRequest, Op: "allow an app", Message: "no site is chosen",
				Hint: "choose at least one, or press Deny"}
		}
		d.AllSites = form.Get("all_sites") != ""
	}
	return d, nil
}

func lifetimeInWords(d time.Duration) language.Sentence {
	if d >= 48*time.Hour {
		return language.Say("%d days", int(d/(24*time.Hour)))
	}
	return language.Say("%d hours", max(int(d/time.Hour), 1))
}

// firstLetter stands in for an app's picture, which would tell its host that the owner looks.
func firstLetter(name string) string {
	for _, r := range name {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return string(unicode.ToUpper(r))
		}
	}
	return "?"
}

// chosen are those of the sites that a form names.
func (p *Pages) chosen(named []string) []string {
	return slices.DeleteFunc(p.Blogs.Addresses(), func(me string) bool { return !slices.Contains(named, me) })
}
