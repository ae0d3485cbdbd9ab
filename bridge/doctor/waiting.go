package doctor

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"gitpost/bridge/address"
	"gitpost/bridge/config"
	"gitpost/bridge/history"
	"gitpost/gitstore"
)

// Waiting is what the remote does not have yet.
type Waiting struct {
	Commits int       `json:"commits"`
	Since   time.Time `json:"since"`
	Reason  string    `json:"reason,omitempty"`  // the host's, in words
	Refused []string  `json:"refused,omitempty"` // addresses, or files, of changes that the host refuses
}

// readiness is what the running server says of itself, or of one of its sites, at /readyz.
type readiness struct {
	Ready  bool        `json:"ready"`
	Reason string      `json:"reason"`
	Site   string      `json:"site"`
	Sites  []readiness `json:"sites"`
}

// askReadiness asks the server where it listens, since it tells details on this machine alone; nil when
// it does not answer there.
func (d Diagnosis) askReadiness(ctx context.Context) *readiness {
	network, at := "tcp", d.Config.Listen
	if path, isUnix := strings.CutPrefix(at, "unix:"); isUnix {
		network, at = "unix", path
	} else if host, port, err := net.SplitHostPort(at); err == nil {
		if a, err := netip.ParseAddr(host); host == "" || err == nil && a.IsUnspecified() {
			at = net.JoinHostPort("localhost", port)
		}
	}
	own, err := url.Parse(d.Config.URL)
	if err != nil {
		return nil
	}
	ask := url.URL{Scheme: "http", Host: own.Host, Path: "/readyz"}
	if d.Config.TLS == "auto" {
		ask.Scheme = "https"
	}
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, at)
	}
	client := http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DialContext: dial}}
	defer client.CloseIdleConnections()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, ask.String(), nil)
	if err != nil {
		return nil
	}
	answer, err := client.Do(r)
	if err != nil {
		return nil
	}
	defer answer.Body.Close()
	body, err := readMost(answer.Body, 1<<20)
	said := &readiness{}
	if err != nil || json.Unmarshal(body, said) != nil || !strings.Contains(string(body), `"ready"`) {
		return nil // something else answers; the check server says so
	}
	return said
}

// of is what is said of one site; nil when nothing is.
func (r *readiness) of(c config.Site) *readiness {
	if r == nil || len(r.Sites) == 0 {
		return r
	}
	for i := range r.Sites {
		if address.Same(r.Sites[i].Site, c.Me) {
			return &r.Sites[i]
		}
	}
	return nil
}

// waiting checks that everything is pushed and that the running server is ready.
func (d Diagnosis) waiting(c config.Site, server *readiness) Check {
	k := Check{Name: "waiting", Result: Passed, Found: "nothing waits to be pushed"}
	w, err := gitstore.ReadWaiting(c.CloneDir())
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return Check{Name: k.Name, Result: Skipped, Found: err.Error(), Remedy: "see the check clone"}
	case w.Commits > 0:
		return d.describeWaiting(c, w, server)
	}
	if server != nil && !server.Ready {
		k.Result, k.Found = Failed, "the running server is not ready: "+
			cmp.Or(server.Reason, "its log says why")
		k.Remedy = "fix that; /readyz answers 200 again then"
	}
	return k
}

// onTheWay is how long a push may take before it is said to be late.
const onTheWay = time.Minute

func (d Diagnosis) describeWaiting(c config.Site, w gitstore.Waiting, server *readiness) Check {
	k := Check{Name: "waiting", Result: Failed, Waiting: &Waiting{Commits: w.Commits, Since: w.Oldest.UTC()}}
	verb := "wait"
	if w.Commits == 1 {
		verb = "waits"
	}
	k.Found = fmt.Sprintf("%s %s to be pushed since %s", counted(w.Commits, "commit"), verb,
		w.Oldest.UTC().Format(time.RFC3339))
	if w.Reason == "" && server != nil && !server.Ready {
		w.Reason = server.Reason
	}
	if w.Reason == "" && server != nil && d.Now().Sub(w.Oldest) < onTheWay+c.PushDelay {
		k.Result = Passed // the push is under way, or waits for more
		return k
	}
	k.Waiting.Reason = w.Reason
	for _, r := range w.Refused {
		k.Waiting.Refused = append(k.Waiting.Refused, cmp.Or(history.Trailers(r.Message)[history.URL],
			strings.Join(r.Paths, ", ")))
	}
	if len(w.Refused) > 0 {
		k.Found += "; the host refuses " + strings.Join(k.Waiting.Refused, ", ")
	}
	k.Found += ": " + cmp.Or(w.Reason, "no push was tried yet")
	switch {
	case w.Down:
		k.Remedy = "nothing is to be done here: the posts are safe on this machine and are pushed when the host is well again"
	case w.Hint != "":
		k.Remedy = w.Hint
	case w.Reason != "":
		k.Remedy = "change the rule or hook at the host, or what it objects to; the posts are safe here " +
			"and the push is tried again"
	}
	if server == nil {
		k.Remedy = strings.TrimPrefix(k.Remedy+"; start gitpost serve, which pushes what waits", "; ")
	}
	return k
}
