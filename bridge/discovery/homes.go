package discovery

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"gitpost/bridge/config"
	"gitpost/bridge/outbound"
)

const (
	patience    = 3 * time.Second // a person waits for the answer
	fresh       = time.Minute     // for so long a look is not repeated
	largestHome = 4 << 20         // bytes of a home page that are read
)

// Seen is what a look at a home page found.
type Seen struct {
	Found
	Since time.Time // of a complete page: when it was first seen to be that; zero if it is not known
	Err   error     // why the page cannot be read; the rest is empty then
}

// Homes looks at the home pages of sites. It is safe for concurrent use.
type Homes struct {
	client *http.Client

	mu   sync.Mutex
	last map[string]look // by the site's address; guarded by mu
}

type look struct {
	Seen
	at time.Time
}

// NewHomes returns Homes that has looked at none.
func NewHomes() *Homes {
	return &Homes{client: outbound.NewTrusted(patience), last: map[string]look{}}
}

// Look returns what the home page of a site says, as it was at most a minute ago if it was complete then.
func (h *Homes) Look(ctx context.Context, site config.Site, want []config.Link) Seen {
	h.mu.Lock()
	before, known := h.last[site.Me]
	h.mu.Unlock()
	if known && before.Complete() && time.Since(before.at) < fresh {
		return before.Seen
	}
	seen := h.fetch(ctx, site.Me, want)
	if seen.Err == nil {
		seen.Since = since(site.Dir, seen.Complete(), time.Now())
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last[site.Me] = look{seen, time.Now()}
	return seen
}

func (h *Homes) fetch(ctx context.Context, address string, want []config.Link) Seen {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return Seen{Err: err}
	}
	r.Header.Set("User-Agent", "gitpost")
	answer, err := h.client.Do(r)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return Seen{Err: err}
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return Seen{Err: fmt.Errorf("it answers %s", answer.Status)}
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, largestHome))
	if err != nil {
		return Seen{Err: err}
	}
	return Seen{Found: Compare(want, answer.Request.URL, answer.Header, body)}
}

// since returns when the home page was first seen to be complete. A file in the site's folder keeps it as
// its time of change; the file goes when the page is not complete any more.
func since(folder string, complete bool, now time.Time) time.Time {
	name := filepath.Join(folder, "discovered")
	if !complete {
		os.Remove(name) // usually it is not there
		return time.Time{}
	}
	file, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err == nil {
		file.Close()
		return now
	}
	found, err := os.Stat(name)
	if err != nil {
		return time.Time{} // the folder cannot be written, which others report
	}
	return found.ModTime()
}
