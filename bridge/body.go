package bridge

import (
	"errors"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/labstack/echo/v4"
)

// A body must not stall for bodyTimeout. After that time it must arrive at least at leastRate on
// average, and within mostTime in all.
const (
	bodyTimeout  = 30 * time.Second
	leastRate    = 1 << 10 // bytes a second
	mostBodyTime = time.Hour
	drainTime    = 2 * time.Second // for the rest of a body that nobody reads
)

// limitBodies ends requests whose bodies arrive too slowly.
func (g *guard) limitBodies(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if r.Body == nil || r.Body == http.NoBody {
			return next(c)
		}
		b := &timedBody{
			ReadCloser: r.Body, timeout: g.bodyTimeout, start: time.Now(),
			control: http.NewResponseController(c.Response().Writer),
		}
		r.Body = b
		// net/http reads the rest of a body that a handler leaves unread, before it answers.
		defer b.leave()
		if err := b.deadline(b.start.Add(b.timeout)); err != nil {
			return err
		}
		return next(c)
	}
}

// timedBody is a request's body that must arrive in time.
type timedBody struct {
	io.ReadCloser
	timeout time.Duration
	start   time.Time
	read    int64
	ended   bool
	control *http.ResponseController
}

func (b *timedBody) Read(p []byte) (int, error) {
	now := time.Now()
	due := b.start.Add(b.timeout + time.Duration(b.read)*time.Second/leastRate)
	for _, other := range []time.Time{now.Add(b.timeout), b.start.Add(mostBodyTime)} {
		if other.Before(due) {
			due = other
		}
	}
	if !now.Before(due) {
		return 0, os.ErrDeadlineExceeded
	}
	if err := b.deadline(due); err != nil {
		return 0, err
	}
	n, err := b.ReadCloser.Read(p)
	b.read += int64(n)
	if errors.Is(err, io.EOF) {
		b.ended = true
		if err := b.deadline(time.Time{}); err != nil { // one that passes later would end the request
			return n, err
		}
	}
	return n, err
}

func (b *timedBody) deadline(t time.Time) error {
	if err := b.control.SetReadDeadline(t); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}

// leave ends the limits when the request was handled. An error means that the connection is gone.
func (b *timedBody) leave() {
	if !b.ended {
		_ = b.deadline(time.Now().Add(drainTime))
	}
}
