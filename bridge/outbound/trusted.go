package outbound

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// NewTrusted returns a client for addresses that the configuration names. The owner chose them,
// so they may be on a private network or this machine.
func NewTrusted(timeout time.Duration) *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.ResponseHeaderTimeout = min(timeout, 20*time.Second)
	return &http.Client{Transport: t, Timeout: timeout,
		CheckRedirect: func(_ *http.Request, via []*http.Request) error {
			if len(via) > 5 {
				return errors.New("it redirects more than five times")
			}
			return nil
		}}
}

// CallTimeout is how long Call waits for an answer.
const CallTimeout = 30 * time.Second

var caller = &http.Client{Timeout: CallTimeout}

// Call posts JSON to an address of the configuration. The address may have a secret in it, so no
// error repeats it.
func Call(ctx context.Context, address string, body io.Reader) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, body)
	if err != nil {
		return errors.New("not a URL that can be called")
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "gitpost")
	answer, err := caller.Do(r)
	if err != nil {
		var e *url.Error
		if errors.As(err, &e) {
			return e.Err
		}
		return err
	}
	defer answer.Body.Close()
	io.Copy(io.Discard, io.LimitReader(answer.Body, 64<<10))
	if answer.StatusCode >= 400 {
		return fmt.Errorf("it answered %s", answer.Status)
	}
	return nil
}
