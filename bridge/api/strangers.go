package api

import (
	"io"
	"net/http"
	"sync"
	"time"

	"gitpost/bridge/fault"
)

// Limits of requests that have not shown a valid token or signature.
const (
	strangerFree = 16 << 10 // bytes of a body that are not counted
	strangerMost = 1 << 20  // of one body
	strangersAll = 16 << 20 // of all bodies together
	strangerStep = 16 << 10
	strangerTime = time.Minute // for one body
)

// strangers is what the bodies of all such requests together may use.
type strangers struct {
	mu   sync.Mutex
	left int // guarded by mu
}

func newStrangers() *strangers { return &strangers{left: strangersAll} }

// acquire reports whether n more bytes may be used; release gives them back.
func (s *strangers) acquire(n int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n > s.left {
		return false
	}
	s.left -= n
	return true
}

func (s *strangers) release(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left += n
}

// strangerBody is the body of a request until its sender is known. It is used by one goroutine.
type strangerBody struct {
	io.ReadCloser
	all      *strangers
	until    time.Time
	read     int
	held     int // bytes acquired of all
	admitted bool
}

// watch limits the body of a request until admit is called. finish must be called at the end.
func (s *strangers) watch(r *http.Request) *strangerBody {
	b := &strangerBody{ReadCloser: r.Body, all: s, until: time.Now().Add(strangerTime)}
	if r.Body == nil {
		b.ReadCloser = http.NoBody
	}
	r.Body = b
	return b
}

// admit lifts the limits.
func (b *strangerBody) admit() {
	b.admitted = true
	b.finish()
}

// finish gives back what the body used.
func (b *strangerBody) finish() {
	b.all.release(b.held)
	b.held = 0
}

func (b *strangerBody) Read(p []byte) (int, error) {
	if b.admitted {
		return b.ReadCloser.Read(p)
	}
	if time.Now().After(b.until) {
		return 0, &fault.Error{
			Code: fault.InvalidRequest, Op: "read request", Message: "the request arrived too slowly",
			Hint: `send the access token first, as "Authorization: Bearer …"`,
		}
	}
	p = p[:min(len(p), strangerStep)]
	for b.read+len(p) > strangerFree+b.held {
		if !b.all.acquire(strangerStep) {
			return 0, errStrangersBusy
		}
		b.held += strangerStep
	}
	n, err := b.ReadCloser.Read(p)
	if b.read += n; b.read > strangerMost {
		return 0, &fault.Error{
			Code: fault.TooLarge, Op: "read request",
			Message: "the request is larger than 1 MB and its access token has not come yet",
			Hint:    `send the token first, as "Authorization: Bearer …" or as the first field of the form`,
		}
	}
	return n, err
}

var errStrangersBusy = &fault.Error{
	Code: fault.Unavailable, Op: "read request", Message: "too many requests without a valid access token are being read",
	Hint: `send the token first, as "Authorization: Bearer …", or try again`, RetryAfter: 10 * time.Second,
}
