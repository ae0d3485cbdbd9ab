// Package fault holds the error type that crosses package borders.
//
// An Error says what failed, on what, and what to do. Callers branch on its Code;
// people read the rest. Status is the one place that maps a Code to HTTP.
package fault

import (
	"errors"
	"net/http"
	"strings"
	"time"
)

// Code classifies an Error. Its text is the `error` member of a Micropub or OAuth error response.
type Code string

const (
	InvalidRequest    Code = "invalid_request"    // malformed or contradictory request: 400
	Unauthorized      Code = "unauthorized"       // no access token: 401
	InvalidToken      Code = "invalid_token"      // unknown, revoked or expired token: 401
	InsufficientScope Code = "insufficient_scope" // valid token without the scope for this: 403
	Forbidden         Code = "forbidden"          // not allowed for anyone: 403
	NotFound          Code = "not_found"          // nothing at that URL: 404
	MethodNotAllowed  Code = "method_not_allowed" // the URL does not accept this method: 405
	Conflict          Code = "conflict"           // the post changed in the meantime: 409
	TooLarge          Code = "too_large"          // over a limit: 413
	UnsupportedMedia  Code = "unsupported_media"  // body or file of an unsupported type: 415
	TooManyRequests   Code = "too_many_requests"  // rate limited: 429
	Unavailable       Code = "unavailable"        // try again later: 503
	Internal          Code = "server_error"       // bug or broken machine: 500

	// The token endpoint adds these (RFC 6749, section 5.2).
	InvalidGrant     Code = "invalid_grant"          // bad code or refresh token, or another client's: 400
	InvalidScope     Code = "invalid_scope"          // malformed scope, or more than was granted: 400
	UnsupportedGrant Code = "unsupported_grant_type" // unknown grant type: 400
)

// Status returns the HTTP status of a code.
func (c Code) Status() int {
	switch c {
	case InvalidRequest, InvalidGrant, InvalidScope, UnsupportedGrant:
		return http.StatusBadRequest
	case Unauthorized, InvalidToken:
		return http.StatusUnauthorized
	case InsufficientScope, Forbidden:
		return http.StatusForbidden
	case NotFound:
		return http.StatusNotFound
	case MethodNotAllowed:
		return http.StatusMethodNotAllowed
	case Conflict:
		return http.StatusConflict
	case TooLarge:
		return http.StatusRequestEntityTooLarge
	case UnsupportedMedia:
		return http.StatusUnsupportedMediaType
	case TooManyRequests:
		return http.StatusTooManyRequests
	case Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// Error is a failure that is reported to a person or a client.
type Error struct {
	Code    Code
	Op      string // what was being done: "update post"
	Message string // what is wrong, on what: `property "category" must be an array`
	Hint    string // what to do: `send {"replace": {"category": ["a"]}}`
	Scope   string // with InsufficientScope: a scope that would be enough
	Err     error  // the cause, for logs; never shown to clients

	RetryAfter time.Duration // with TooManyRequests and Unavailable: when to try again
}

// Error returns the operation, the message, the hint and the cause in one line.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Op != "" {
		b.WriteString(e.Op)
		b.WriteString(": ")
	}
	b.WriteString(e.Message)
	if e.Hint != "" {
		b.WriteString("; ")
		b.WriteString(e.Hint)
	}
	if e.Err != nil {
		b.WriteString(": ")
		b.WriteString(e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Description returns the text for a client: the message and the hint, without the cause.
func (e *Error) Description() string {
	if e.Hint == "" {
		return e.Message
	}
	return e.Message + "; " + e.Hint
}

// CodeOf returns the Code of the first Error in err's chain, or Internal if there is none.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}
