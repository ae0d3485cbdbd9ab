// Package bridge assembles and runs the server.
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
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/api"
	"gitpost/bridge/blog"
	"gitpost/bridge/config"
	"gitpost/bridge/delivery"
	"gitpost/bridge/discovery"
	"gitpost/bridge/indieauth"
	"gitpost/bridge/listen"
	"gitpost/bridge/metrics"
	"gitpost/bridge/notify"
	"gitpost/bridge/pages"
	"gitpost/bridge/state"
)

// Server serves one site or several. Its methods are safe for concurrent use, except that Listen
// must come before Serve.
type Server struct {
	settings   atomic.Pointer[config.Config]
	log        *slog.Logger
	state      *state.DB
	blogs      *blog.Blogs
	api        *api.API
	pages      *pages.Pages
	deliveries *delivery.Deliverer
	metrics    *metrics.Metrics
	guard      *guard
	life       lifetime
}

// lifetime is what Open started and how it ends.
type lifetime struct {
	background  sync.WaitGroup
	stop        context.CancelFunc
	stopMetrics func()              // nil when nothing is listened to
	certificate *listen.Certificate // with tls: auto, after Listen

	reloading sync.Mutex // held by Reload, and by Close; guards ended
	ended     bool
	closing   sync.Once
	closed    error
}

// Open prepares everything that serving needs: the data folder, the clones (progress of first ones
// goes to progress, which may be nil), the state database and the indexes of posts. Close releases
// it.
func Open(ctx context.Context, c config.Config, log *slog.Logger, progress io.Writer) (*Server, error) {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w; let gitpost's user write there, or set the key data to another folder",
			err)
	}
	if err := narrow(c.Data, log); err != nil {
		return nil, err
	}
	s := &Server{log: log, metrics: metrics.New()}
	s.guard = newGuard(s.config, log)
	s.settings.Store(&c)
	run, stop := context.WithCancel(context.Background())
	s.life.stop = stop
	if err := s.open(ctx, run, progress); err != nil {
		return nil, errors.Join(err, s.Close(ctx))
	}
	return s, nil
}

func (s *Server) open(ctx, run context.Context, progress io.Writer) error {
	var err error
	if s.state, err = state.Open(ctx, s.config().State()); err != nil {
		return err
	}
	// Tokens from before a site was added are for the sites that there were.
	if err := s.state.BindSites(ctx, addresses(s.config())); err != nil {
		return err
	}
	o := blog.Options{Config: s.config, State: s.state, Log: s.log, Progress: progress}
	if o.Staging, err = stagingOf(ctx, s.config()); err != nil {
		return err
	}
	if s.blogs, err = blog.New(ctx, o); err != nil {
		return err
	}
	s.deliveries = delivery.New(delivery.Options{State: s.state, Sites: deliverySites(s.blogs)})
	o.Moved = func(b *blog.Blog) { s.deliveries.Moved(b.Me()) }
	auth := indieauth.New(s.indieauthConfig, s.state)
	s.api = api.New(api.Options{
		Config: s.config, Blogs: s.blogs, State: s.state, Auth: auth,
		External: indieauth.NewExternal(s.externalConfig), Log: s.log,
		Admit: s.guard.connections.admit, Deliveries: s.deliveries,
		Trusted: func(c echo.Context) bool { return isLocal(c.Request()) || s.pages.SignedIn(c) },
	})
	s.pages, err = pages.New(pages.Options{
		Config: s.config, Blogs: s.blogs, State: s.state, Auth: auth, OwnSignIn: s.api.OwnSignIn, Log: s.log,
		Deliveries: s.deliveries, Homes: discovery.NewHomes(),
	})
	if err != nil {
		return err
	}
	if err := s.blogs.Open(ctx, run, o); err != nil {
		return err
	}
	if err := s.state.BindSites(ctx, s.blogs.Addresses()); err != nil {
		return err
	}
	s.deliveries.Begin(ctx)
	return s.watch(run)
}

// watch starts what looks after the sites in the background.
func (s *Server) watch(run context.Context) (err error) {
	var counted []metrics.Site
	var watched []notify.Site
	for _, b := range s.blogs.All() {
		site := deliveredSite{b, s.deliveries}
		counted, watched = append(counted, site), append(watched, site)
	}
	s.metrics.Watch(counted)
	if address := s.config().MetricsListen; address != "" {
		if s.life.stopMetrics, err = s.metrics.Listen(address, s.log); err != nil {
			return err
		}
	}
	s.life.background.Go(func() {
		s.blogs.Uploads.KeepExpiring(run,
			func() time.Duration { return s.config().MediaUnused })
	})
	s.life.background.Go(func() { s.deliveries.Run(run) })
	s.life.background.Go(func() { notify.Watch(run, s.config, watched) })
	s.life.background.Go(func() { notify.WatchEvents(run, s.config, s.log, s.events) })
	return nil
}

// config is the configuration in force. It must not be changed.
func (s *Server) config() *config.Config { return s.settings.Load() }

// indieauthConfig is what the sign-in server needs of the configuration in force.
func (s *Server) indieauthConfig() indieauth.Config {
	c := s.config()
	return indieauth.Config{
		URL: c.URL, Me: s.blogs.Addresses(), Lifetime: c.TokensLifetime, IntrospectionSecret: c.IntrospectionSecret,
		Profile: indieauth.Profile{Name: c.ProfileName, Photo: c.ProfilePhoto, Email: c.ProfileEmail},
	}
}

func (s *Server) externalConfig() indieauth.ExternalConfig {
	c := indieauth.ExternalConfig{
		Me: s.blogs.Addresses(), Secret: s.config().IntrospectionSecret, SecretEndpoint: s.config().IntrospectionEndpoint,
		Metadata: map[string]string{},
	}
	for _, site := range s.config().Sites {
		c.Metadata[site.Me] = site.AuthMetadata
	}
	return c
}

// FirstSetup returns the link by which the owner sets up how to sign in (see pages.FirstSetup).
func (s *Server) FirstSetup(ctx context.Context) (link string, owned bool, err error) {
	return s.pages.FirstSetup(ctx)
}

// Listen opens what the configuration says to listen on (see listen.Open). Serve keeps the
// certificate.
func (s *Server) Listen(ctx context.Context) (l net.Listener, err error) {
	l, s.life.certificate, err = listen.Open(ctx, s.config().Server, s.log)
	return l, err
}

// Serve answers requests on l until ctx ends, then lets those under way finish and closes the
// server. It returns nil after an orderly end.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler:           s.handler(),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          log.New(connectionLog{s.log}, "", 0),
		ConnState:         s.guard.connections.state,
		ConnContext:       s.guard.connections.context,
	}
	if s.life.certificate != nil {
		keeping, stop := context.WithCancel(ctx)
		var keeper sync.WaitGroup
		keeper.Go(func() { s.life.certificate.Keep(keeping) })
		defer keeper.Wait()
		defer stop()
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }() // ends with Shutdown or Close below
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
		s.log.Info("finishing the requests under way")
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

// connectionLog is where net/http writes about connections.
type connectionLog struct{ log *slog.Logger }

func (c connectionLog) Write(line []byte) (int, error) {
	text := strings.TrimSpace(string(line))
	if strings.HasPrefix(text, "http: TLS handshake error") { // expected: strangers scan every host
		c.log.Debug(text)
	} else {
		c.log.Warn(text)
	}
	return len(line), nil
}

// Reload puts another configuration in force while requests are under way. It is all or nothing:
// after an error everything is as it was. What only a restart can change stays as it is, and the
// log says so.
func (s *Server) Reload(ctx context.Context, next config.Config) error {
	s.life.reloading.Lock()
	defer s.life.reloading.Unlock()
	if s.life.ended {
		return errors.New("the server is closed")
	}
	next, restart := s.config().Reloaded(next)
	if err := s.state.BindSites(ctx, s.blogs.Addresses()); err != nil { // before there are others
		return err
	}
	if err := s.blogs.Reload(ctx, &next); err != nil {
		return err
	}
	s.settings.Store(&next)
	for _, key := range restart {
		s.log.Warn("a changed key takes effect when gitpost is restarted", "key", key)
	}
	s.log.Info("the configuration is reloaded")
	return nil
}

// Close ends what Open started. It tries one last push until ctx ends. It can be called again.
func (s *Server) Close(ctx context.Context) error {
	s.life.closing.Do(func() {
		s.life.reloading.Lock()
		defer s.life.reloading.Unlock()
		s.life.ended = true
		s.life.stop()
		if s.life.stopMetrics != nil {
			s.life.stopMetrics()
		}
		s.life.background.Wait()
		var errs []error
		if s.blogs != nil {
			errs = append(errs, s.blogs.Close(ctx))
		}
		if s.state != nil {
			errs = append(errs, s.state.BindSites(context.WithoutCancel(ctx), addresses(s.config())), s.state.Close())
		}
		s.life.closed = errors.Join(errs...)
	})
	return s.life.closed
}
