// Package api serves Micropub, the media endpoint, IndieAuth, webhooks and health over HTTP. A
// handler parses a request, makes one call and renders the result.
package api

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/blog"
	"gitpost/bridge/config"
	"gitpost/bridge/delivery"
	"gitpost/bridge/fault"
	"gitpost/bridge/indieauth"
	"gitpost/bridge/micropub"
	"gitpost/bridge/state"
)

// Options is what the API needs of the server.
type Options struct {
	Config   func() *config.Config // the one in force
	Blogs    *blog.Blogs
	State    *state.DB
	Auth     *indieauth.Server   // the owner's sign-in server
	External *indieauth.External // the site's own one, with auth: external
	Log      *slog.Logger

	Deliveries *delivery.Deliverer // is told of builds

	// Admit is told that the request of a context has a valid token; it may be nil.
	Admit func(context.Context)

	// Trusted reports whether a request comes from this machine or from the signed-in owner.
	Trusted func(echo.Context) bool
}

// API is the routes for apps.
type API struct {
	Options
	refusals  *refusals
	strangers *strangers
	unsigned  *allowance // of webhooks
}

// New returns the API of a server.
func New(o Options) *API {
	return &API{
		Options: o, refusals: newRefusals(func() int { return o.Config().RateBadTokens }), strangers: newStrangers(),
		unsigned: &allowance{most: 30, interval: 2 * time.Second},
	}
}

// Routes adds the routes to e.
func (a *API) Routes(e *echo.Echo) {
	get := func(path string, h echo.HandlerFunc, m ...echo.MiddlewareFunc) {
		e.Match([]string{http.MethodGet, http.MethodHead}, path, h, m...)
	}
	get("/healthz", func(c echo.Context) error { return c.JSON(http.StatusOK, map[string]string{"status": "ok"}) })
	get("/readyz", a.ready)
	e.POST("/hooks/push", hookRoutes{a}.push)
	e.POST("/hooks/deploy", hookRoutes{a}.deployed)

	get("/micropub", queryRoutes{a}.query)
	e.POST("/micropub", micropubRoutes{a}.command)
	get("/micropub/contacts/:name", contactRoutes{a}.show)

	media := mediaRoutes{a}
	get("/media", media.query)
	e.POST("/media", media.upload)
	get("/media/:name", media.preview)

	// No Group: with middleware of its own it would answer 404 for everything that has no route,
	// PUT /micropub included.
	auth := indieauthRoutes{a}
	get(config.MetadataPath, auth.metadata, a.OwnSignIn)
	e.POST("/auth", auth.identify, a.OwnSignIn)
	get("/token", auth.verifyToken, a.OwnSignIn)
	e.POST("/token", auth.token, a.OwnSignIn)
	e.POST("/introspect", auth.introspect, a.OwnSignIn)
	e.POST("/revoke", auth.revoke, a.OwnSignIn)
	get("/userinfo", auth.userinfo, a.OwnSignIn)
}

// OwnSignIn is middleware that refuses a request when the sign-in server is another one.
func (a *API) OwnSignIn(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if !a.Config().ExternalAuth() {
			return next(c)
		}
		at := a.External.SignIn(c.Request().Context())
		if at == "" {
			at = "the one that the site's own page names"
		}
		return &fault.Error{
			Code: fault.NotFound, Op: "sign in", Message: "this server does not do sign-ins: " + a.Config().Me() +
				" uses another one, " + at,
			Hint: "apps find it on the site's own page; this server was told so by auth: external",
		}
	}
}

// admit notes that the request of ctx has a valid token.
func (a *API) admit(ctx context.Context) {
	if a.Admit != nil {
		a.Admit(ctx)
	}
}

func (a *API) limits() micropub.Limits {
	return micropub.Limits{Upload: a.Config().MediaMaxSize}
}
