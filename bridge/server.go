// Package bridge joins the rooms to a server: configuration, routes, who may do what, and
// the posts service that carries out Micropub's commands on the repository.
package bridge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/indieauth"
	"gitpost/bridge/media"
	"gitpost/bridge/site"
	"gitpost/bridge/state"
	"gitpost/frontmatter"
)

// Server serves one site or several: what they have in common is here, what each has for
// itself in its destination. Its methods are safe for concurrent use.
type Server struct {
	settings     atomic.Pointer[Config]
	log          *slog.Logger
	destinations []*destination // the first is the default; fixed by Open
	state        *state.DB
	media        *media.Store                     // the folder of uploads
	taking       atomic.Pointer[media.Store]      // the same with the rules in force, for new ones
	client       atomic.Pointer[echo.IPExtractor] // by the proxies that are trusted now
	guests       *refusals
	metrics      *metrics
	auth         *indieauth.Server   // the owner's sign-in server
	elsewhere    *indieauth.External // the site's own one, with auth: external
	pages        *pages
	certificate  *certificate // with tls: auto, after Listen

	stopMetrics func() // nil when nothing is listened to

	reloading sync.Mutex // held by Reload, and by Close; guards ended
	ended     bool

	bodyPatience time.Duration // how long a request's body may stand still

	background sync.WaitGroup // what Open started; stop ends it
	stop       context.CancelFunc
	closing    sync.Once
	closed     error
}

// Open prepares everything that serving needs: the data folder, the clone (progress of the
// first one goes to progress, which may be nil), the state database and the index of posts.
// Close releases it.
func Open(ctx context.Context, c Config, log *slog.Logger, progress io.Writer) (*Server, error) {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	s := &Server{log: log, guests: newRefusals(c.RateBadTokens), metrics: newMetrics(), bodyPatience: bodyPatience}
	s.settings.Store(&c)
	s.trust(c.TrustedProxies)
	sites := c.sites()
	for _, site := range sites {
		siteLog := log
		if len(sites) > 1 {
			siteLog = log.With("site", site.Me)
		}
		d := newDestination(site, siteLog)
		d.holds = func(url string) bool { return s.holder(url) == d }
		s.destinations = append(s.destinations, d)
	}
	run, stop := context.WithCancel(context.Background())
	s.stop = stop
	if err := s.open(ctx, run, progress); err != nil {
		return nil, errors.Join(err, s.Close(ctx))
	}
	return s, nil
}

func (s *Server) open(ctx, run context.Context, progress io.Writer) error {
	c := s.config()
	var err error
	if s.state, err = state.Open(ctx, c.StateFile()); err != nil {
		return err
	}
	s.auth = indieauth.New(s.indieauthConfig, s.state)
	s.elsewhere = indieauth.NewExternal(s.externalConfig)
	if s.pages, err = newPages(c, s.state); err != nil {
		return err
	}
	if s.media, err = media.Open(mediaConfig(c)); err != nil {
		return err
	}
	s.taking.Store(s.media)
	if err := s.openSites(ctx, run, progress); err != nil {
		return err
	}
	s.metrics.watch(s.destinations)
	if c.MetricsListen != "" {
		if s.stopMetrics, err = s.metrics.listen(c.MetricsListen, s.log); err != nil {
			return err
		}
	}
	s.background.Go(func() { s.expireUploads(run) })
	s.background.Go(func() { s.watchDelivery(run) })
	return nil
}

// Sites lists the addresses of the sites, the default one first.
func (s *Server) Sites() []string {
	var sites []string
	for _, d := range s.destinations {
		sites = append(sites, d.me())
	}
	return sites
}

// config is the configuration in force. It is not to be changed.
func (s *Server) config() *Config { return s.settings.Load() }

// expireUploads removes, once an hour, uploads that no post has referred to for media.unused,
// and staged copies of those that have been in the repository for as long.
func (s *Server) expireUploads(ctx context.Context) {
	hourly := time.NewTicker(time.Hour)
	defer hourly.Stop()
	for {
		if unused := s.config().MediaUnused; unused > 0 {
			if err := s.dropUnused(ctx, time.Now().Add(-unused)); err != nil && ctx.Err() == nil {
				s.log.Error("old uploads could not be removed", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-hourly.C:
		}
	}
}

func (s *Server) dropUnused(ctx context.Context, before time.Time) error {
	old, err := s.state.ExpiredUploads(ctx, before)
	if err != nil {
		return err
	}
	for _, u := range old {
		if err := s.dropUpload(ctx, u); err != nil {
			return err
		}
		s.log.Info("an upload that no post refers to has expired", "name", u.Name)
	}
	return s.media.Sweep(before)
}

// mergePosts brings two changed versions of one file together, by the structure of documents
// where both can be read.
func mergePosts(path string, base, ours, theirs []byte) ([]byte, bool, error) {
	if merged, conflicts, ok := site.MergeContact(path, base, ours, theirs); ok {
		return merged, conflicts, nil
	}
	merged, conflicts, err := frontmatter.Merge(base, ours, theirs, frontmatter.Dialect{LeadingBlank: true, DotsClose: true, LastWins: true})
	return merged, len(conflicts) > 0, err
}

func (c Config) siteOptions() site.Options {
	o := c.Site
	o.Me = c.Me
	return o
}

// Serve answers requests on l until ctx ends, then lets those under way finish and closes
// the server. It returns nil after an orderly end.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler:           s.handler(),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          log.New(complaints{s.log}, "", 0),
	}
	if s.certificate != nil {
		keeping, stop := context.WithCancel(ctx)
		var keeper sync.WaitGroup
		keeper.Go(func() { s.certificate.keep(keeping) })
		defer keeper.Wait()
		defer stop()
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }() // ends with Shutdown or Close below
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
		s.log.Info("finishing what is under way")
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
		defer cancel()
		if err = server.Shutdown(grace); err != nil {
			err = errors.Join(err, server.Close())
		}
		if e := <-failed; !errors.Is(e, http.ErrServerClosed) {
			err = errors.Join(err, e)
		}
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	return errors.Join(err, s.Close(grace))
}

// Close ends what Open started. It tries one last push until ctx ends. It may be called again.
func (s *Server) Close(ctx context.Context) error {
	s.closing.Do(func() {
		s.reloading.Lock()
		defer s.reloading.Unlock()
		s.ended = true
		s.stop()
		if s.stopMetrics != nil {
			s.stopMetrics()
		}
		s.background.Wait()
		errs := []error{s.closeSites(ctx)}
		if s.state != nil {
			errs = append(errs, s.state.Close())
		}
		s.closed = errors.Join(errs...)
	})
	return s.closed
}
