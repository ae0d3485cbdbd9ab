// Package fault has the one error type that crosses package borders.
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

// Code classifies an Error. Its text is the `error` member of a Micropub or OAuth error answer.
type Code string

const (
	InvalidRequest    Code = "invalid_request"    // the request cannot be meant as sent: 400
	Unauthorized      Code = "unauthorized"       // no access token: 401
	InvalidToken      Code = "invalid_token"      // unknown, revoked or expired token: 401
	InsufficientScope Code = "insufficient_scope" // a good token that may not do this: 403
	Forbidden         Code = "forbidden"          // nobody may do this here: 403
	NotFound          Code = "not_found"          // nothing at that address: 404
	MethodNotAllowed  Code = "method_not_allowed" // an address that does not take this method: 405
	Conflict          Code = "conflict"           // the post changed in a way that forbids this: 409
	TooLarge          Code = "too_large"          // over a limit: 413
	UnsupportedMedia  Code = "unsupported_media"  // a body or file of a kind not accepted: 415
	TooManyRequests   Code = "too_many_requests"  // slow down: 429
	Unavailable       Code = "unavailable"        // try again later: 503
	Internal          Code = "server_error"       // a defect or a broken machine: 500

	// What a token endpoint says beside these (RFC 6749, section 5.2).
	InvalidGrant     Code = "invalid_grant"          // a bad code or refresh token, or somebody else's: 400
	InvalidScope     Code = "invalid_scope"          // a scope that is none, or more than was granted: 400
	UnsupportedGrant Code = "unsupported_grant_type" // another way to a token than those offered: 400
)

// Status is the HTTP status for a code.
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

// Error is a failure that a person or a client is told about.
type Error struct {
	Code    Code
	Op      string // what was being done: "update post"
	Message string // what is wrong, on what: `property "category" must be an array`
	Hint    string // what to do: `send {"replace": {"category": ["a"]}}`
	Scope   string // with InsufficientScope: the scope that would suffice
	Err     error  // the cause, for logs; never shown to clients

	RetryAfter time.Duration // with TooManyRequests and Unavailable: when to come back
}

// Error joins the operation, the message, the hint and the cause.
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

// Description is the text for a client: the message and the hint, without the cause.
func (e *Error) Description() string {
	if e.Hint == "" {
		return e.Message
	}
	return e.Message + "; " + e.Hint
}

// CodeOf is the Code of the first Error in err's chain, and Internal for any other error.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}
