package bridge

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"gitpost/bridge/fault"
	"gitpost/bridge/micropub"
)

// handler is every route of the server.
func (s *Server) handler() http.Handler {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = s.clientAddress()
	e.HTTPErrorHandler = s.answerError
	e.Use(plainRequestID, middleware.RequestID(), s.metrics.count(e), s.logRequests(), middleware.RecoverWithConfig(middleware.RecoverConfig{
		LogErrorFunc: func(c echo.Context, err error, stack []byte) error {
			s.log.Error("a request met a defect", "path", c.Path(), "error", err, "stack", string(stack))
			return err
		},
	}), openToBrowsers, s.slowBodies)

	get(e, "/healthz", func(c echo.Context) error { return c.JSON(http.StatusOK, map[string]string{"status": "ok"}) })
	get(e, "/readyz", s.ready)
	e.POST("/hooks/push", s.hook)

	get(e, "/micropub", s.query)
	e.POST("/micropub", s.command)
	get(e, "/media", s.mediaQuery)
	e.POST("/media", s.upload)
	get(e, "/media/:name", s.preview)
	s.indieauthRoutes(e)
	get(e, "/micropub/contacts/:name", s.showContact)
	s.pageRoutes(e)
	return e
}

// get adds a route for GET, and for HEAD with the same answer: net/http leaves its body out.
func get(e *echo.Echo, path string, h echo.HandlerFunc, m ...echo.MiddlewareFunc) {
	e.GET(path, h, m...)
	e.HEAD(path, h, m...)
}

// openToBrowsers lets apps in a browser use every route of the API and see every answer
// (CORS), and answers their preflight requests. No such route trusts a cookie, so any origin
// may ask. The pages do, and are nobody else's.
func openToBrowsers(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if isPage(c.Request()) {
			return next(c)
		}
		h := c.Response().Header()
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Access-Control-Expose-Headers", "Location, Link, WWW-Authenticate, Retry-After")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		if c.Request().Method != http.MethodOptions {
			return next(c)
		}
		h.Set("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
		h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Accept")
		h.Set("Access-Control-Max-Age", "86400")
		return c.NoContent(http.StatusNoContent)
	}
}

// bodyPatience is how long a request's body may stand still: Server's own unless a test is in a hurry.
const bodyPatience = 30 * time.Second

// slowBodies ends a request whose body stops arriving, and only that: a large upload over a
// slow network takes as long as it takes.
func (s *Server) slowBodies(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if r := c.Request(); r.Body != nil && r.Body != http.NoBody {
			r.Body = &patientBody{ReadCloser: r.Body, patience: s.bodyPatience, control: http.NewResponseController(c.Response().Writer)}
		}
		return next(c)
	}
}

// patientBody is a request body that may be slow but not stand still.
type patientBody struct {
	io.ReadCloser
	patience time.Duration
	control  *http.ResponseController
}

func (b *patientBody) Read(p []byte) (int, error) {
	if err := b.control.SetReadDeadline(time.Now().Add(b.patience)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, err
	}
	return b.ReadCloser.Read(p)
}

// Close takes the deadline away: the connection may wait for the next request.
func (b *patientBody) Close() error {
	b.control.SetReadDeadline(time.Time{})
	return b.ReadCloser.Close()
}

func (s *Server) logRequests() echo.MiddlewareFunc {
	return middleware.RequestLoggerWithConfig(middleware.RequestLoggerConfig{
		LogMethod: true, LogURIPath: true, LogStatus: true, LogLatency: true, LogRequestID: true, LogRemoteIP: true, LogError: true,
		HandleError: true,
		LogValuesFunc: func(c echo.Context, v middleware.RequestLoggerValues) error {
			level := slog.LevelInfo
			attrs := []slog.Attr{
				slog.String("method", v.Method), slog.String("path", v.URIPath), slog.Int("status", v.Status),
				slog.String("took", v.Latency.Round(time.Microsecond).String()), slog.String("from", v.RemoteIP), slog.String("request", v.RequestID),
			}
			switch {
			case v.URIPath == "/healthz" || v.URIPath == "/readyz":
				level = slog.LevelDebug // asked all day; what is wrong has lines of its own
			case v.Status >= 500:
				level = slog.LevelError
			}
			if v.Error != nil {
				attrs = append(attrs, slog.String("error", v.Error.Error()))
			}
			s.log.LogAttrs(c.Request().Context(), level, "request", attrs...)
			return nil
		},
	})
}

// plainRequestID passes over what a client calls its request unless that is short and plain, as
// the names that proxies give are.
func plainRequestID(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Request().Header
		if !requestName.MatchString(h.Get(echo.HeaderXRequestID)) {
			h.Del(echo.HeaderXRequestID)
		}
		return next(c)
	}
}

var requestName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// answerError is the one place where an error becomes an answer.
func (s *Server) answerError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	var nothing *echo.HTTPError
	astray := errors.As(err, &nothing) && nothing.Code == http.StatusNotFound && asksPage(c.Request())
	err = asFault(err, c.Request())
	s.metrics.failed(err)
	if astray || isPage(c.Request()) {
		err = s.showError(c, err)
	} else {
		err = micropub.WriteError(c.Response(), err)
	}
	if err != nil {
		s.log.Debug("an error could not be told", "error", err)
	}
}

// asFault gives Echo's own refusals the form of all others.
func asFault(err error, r *http.Request) error {
	var known *fault.Error
	if errors.As(err, &known) {
		return known
	}
	var refused *echo.HTTPError
	if errors.As(err, &refused) {
		switch refused.Code {
		case http.StatusNotFound:
			return &fault.Error{Code: fault.NotFound, Message: fmt.Sprintf("there is nothing at %s", r.URL.Path),
				Hint: "the Micropub endpoint is /micropub, the media endpoint is /media"}
		case http.StatusMethodNotAllowed:
			return &fault.Error{Code: fault.MethodNotAllowed, Message: fmt.Sprintf("%s does not answer %s", r.URL.Path, r.Method),
				Hint: "use GET or POST as the Micropub specification says"}
		case http.StatusRequestEntityTooLarge:
			return &fault.Error{Code: fault.TooLarge, Message: "the request is too large"}
		}
	}
	return &fault.Error{Code: fault.Internal, Message: "the server met a defect; nothing was changed", Hint: "its log has the cause", Err: err}
}
