package bridge

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"gitpost/bridge/fault"
	"gitpost/bridge/micropub"
	"gitpost/bridge/pages"
)

// handler returns every route of the server.
func (s *Server) handler() http.Handler {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = s.guard.clientAddress
	e.HTTPErrorHandler = s.answerError
	e.Use(plainRequestID, middleware.RequestID(), s.metrics.Count(e), logRequests(s.log),
		middleware.RecoverWithConfig(middleware.RecoverConfig{
			LogErrorFunc: func(c echo.Context, err error, stack []byte) error {
				s.log.Error("panic while handling a request", "path", c.Path(), "error", err, "stack", string(stack))
				return err
			},
		}), allowOrigins, s.guard.checkHost, s.guard.limitBodies)

	s.api.Routes(e)
	s.pages.Routes(e)
	return e
}

// allowOrigins lets apps in a browser use every route of the API and see every answer (CORS), and
// answers their preflight requests. No such route trusts a cookie, so any origin may use it. The
// pages do, and no other origin may use them.
func allowOrigins(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if pages.Owns(c.Request()) {
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
		h.Set("Access-Control-Allow-Headers", allowedHeaders(c.Request().Header.Get("Access-Control-Request-Headers")))
		h.Add("Vary", "Access-Control-Request-Headers")
		h.Set("Access-Control-Max-Age", "86400")
		return c.NoContent(http.StatusNoContent)
	}
}

// allowedHeaders are those that apps usually send and those that a preflight asks for. None of them
// does harm: no route of the API trusts what a browser adds by itself.
func allowedHeaders(asked string) string {
	const most = 50
	allowed := []string{"Authorization", "Content-Type", "Accept"}
	for name := range strings.SplitSeq(asked, ",") {
		name = strings.TrimSpace(name)
		same := func(other string) bool { return strings.EqualFold(name, other) }
		if headerName.MatchString(name) && !slices.ContainsFunc(allowed, same) && len(allowed) < most {
			allowed = append(allowed, name)
		}
	}
	return strings.Join(allowed, ", ")
}

var headerName = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$")

func logRequests(log *slog.Logger) echo.MiddlewareFunc {
	return middleware.RequestLoggerWithConfig(middleware.RequestLoggerConfig{
		LogMethod: true, LogURIPath: true, LogStatus: true, LogLatency: true, LogRequestID: true, LogRemoteIP: true,
		LogError:    true,
		HandleError: true,
		LogValuesFunc: func(c echo.Context, v middleware.RequestLoggerValues) error {
			level := slog.LevelInfo
			attrs := []slog.Attr{
				slog.String("method", v.Method), slog.String("path", v.URIPath), slog.Int("status", v.Status),
				slog.String("took", v.Latency.Round(time.Microsecond).String()), slog.String("from", v.RemoteIP),
				slog.String("request", v.RequestID),
			}
			switch {
			case v.URIPath == "/healthz" || v.URIPath == "/readyz":
				level = slog.LevelDebug // polled all day; problems have log lines of their own
			case v.Status >= 500:
				level = slog.LevelError
			}
			if v.Error != nil {
				attrs = append(attrs, slog.String("error", v.Error.Error()))
			}
			log.LogAttrs(c.Request().Context(), level, "request", attrs...)
			return nil
		},
	})
}

// plainRequestID drops a client's request ID unless it is short and plain, as those of proxies are.
func plainRequestID(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Request().Header
		if !requestID.MatchString(h.Get(echo.HeaderXRequestID)) {
			h.Del(echo.HeaderXRequestID)
		}
		return next(c)
	}
}

var requestID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// answerError is the one place where an error becomes an answer.
func (s *Server) answerError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	r := c.Request()
	var refused *echo.HTTPError
	lost := errors.As(err, &refused) && refused.Code == http.StatusNotFound
	err = asFault(err, r)
	s.metrics.Failed(err)
	switch {
	case pages.WantsPage(r) && (lost || pages.Owns(r)):
		err = s.pages.ShowError(c, err)
	case pages.WantsPage(r) && openedByHand(r, err):
		err = s.pages.ShowConnect(c)
	default:
		err = micropub.WriteError(c.Response(), err)
	}
	if err != nil {
		s.log.Debug("an error answer could not be written", "error", err)
	}
}

// openedByHand reports whether a browser has opened the address of an endpoint, which people do
// to see whether it is there.
func openedByHand(r *http.Request, err error) bool {
	return r.Method == http.MethodGet && fault.CodeOf(err) == fault.Unauthorized && r.URL.RawQuery == "" &&
		(r.URL.Path == "/micropub" || r.URL.Path == "/media")
}

// asFault turns Echo's own errors into fault.Errors.
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
			return &fault.Error{Code: fault.MethodNotAllowed,
				Message: fmt.Sprintf("%s does not answer %s", r.URL.Path, r.Method),
				Hint:    "use GET or POST as the Micropub specification says"}
		case http.StatusRequestEntityTooLarge:
			return &fault.Error{Code: fault.TooLarge, Message: "the request is too large"}
		}
	}
	return &fault.Error{Code: fault.Internal, Message: "internal error; nothing was changed",
		Hint: "its log has the cause", Err: err}
}
