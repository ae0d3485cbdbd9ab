// Package metrics exposes counters and the state of the sites to Prometheus.
package metrics

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"gitpost/bridge/fault"
	"gitpost/gitstore"
)

// Metrics is what Prometheus can scrape. It is safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	errors   *prometheus.CounterVec
}

// New returns metrics without sites.
func New() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gitpost_requests_total", Help: "Requests by route, method and status.",
		}, []string{"route", "method", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "gitpost_request_seconds", Help: "How long requests took, the wait for the push included.",
			Buckets: []float64{.001, .005, .02, .1, .5, 2, 10, 60},
		}, []string{"route"}),
		errors: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gitpost_errors_total", Help: "Answers that were errors, by their kind.",
		}, []string{"kind"}),
	}
	m.registry.MustRegister(m.requests, m.seconds, m.errors,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		collectors.NewBuildInfoCollector())
	return m
}

// Count is middleware that counts and times requests by route. Paths without a route count as
// "other", so that no client can create any number of series.
func (m *Metrics) Count(e *echo.Echo) echo.MiddlewareFunc {
	known := sync.OnceValue(func() map[string]bool { // all are there when the first request comes
		routes := map[string]bool{}
		for _, r := range e.Routes() {
			routes[r.Path] = true
		}
		return routes
	})
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			begin := time.Now()
			if err := next(c); err != nil {
				c.Error(err)
			}
			route, method := c.Path(), c.Request().Method
			if !known()[route] {
				route = "other"
			}
			switch method {
			case http.MethodGet, http.MethodPost, http.MethodOptions, http.MethodHead:
			default:
				method = "other"
			}
			m.requests.WithLabelValues(route, method, strconv.Itoa(c.Response().Status)).Inc()
			m.seconds.WithLabelValues(route).Observe(time.Since(begin).Seconds())
			return nil
		}
	}
}

// Failed counts an answer that is an error.
func (m *Metrics) Failed(err error) {
	kind := fault.Internal
	if f := (*fault.Error)(nil); errors.As(err, &f) {
		kind = f.Code
	}
	m.errors.WithLabelValues(string(kind)).Inc()
}

// Site is what metrics show of a site.
type Site interface {
	Me() string
	Delivery() gitstore.Status
	Problem() string // why the site is not served as its author wants it; "" when it is
	Deliveries() Deliveries
}

// Deliveries is what is done about posts after their push.
type Deliveries struct {
	Waiting map[string]int       // by kind
	Ended   map[[2]string]uint64 // since the start, by kind and state
	Late    float64              // for how many seconds the site has failed to show a pushed post; 0: it shows all
}

// Watch adds the repositories of sites, which are asked at each scrape.
func (m *Metrics) Watch(sites []Site) {
	m.registry.MustRegister(repositories{sites, map[string]*prometheus.Desc{
		"commits":          repositoryDesc("commits_total", "Commits made."),
		"pushes":           repositoryDesc("pushes_total", "Pushes, by result.", "result"),
		"fetches":          repositoryDesc("fetches_total", "Fetches from the remote, by result.", "result"),
		"waiting":          repositoryDesc("waiting_commits", "Commits that wait to be pushed."),
		"age":              repositoryDesc("waiting_seconds", "How long the oldest commit has waited to be pushed."),
		"packs":            repositoryDesc("packs", "Packs in the clone."),
		"delivery_waiting": repositoryDesc("delivery_waiting", "Deliveries that wait, by kind.", "kind"),
		"deliveries": repositoryDesc(
			"delivery_ended_total", "Deliveries that ended, by kind and state.", "kind", "state"),
		"delivery_late": repositoryDesc("delivery_late_seconds", "How long the site has failed to show a pushed post."),
		"ready":         repositoryDesc("ready", "1 when posts reach the remote and the site can be read."),
	}})
}

func repositoryDesc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("gitpost_"+name, help, append([]string{"site"}, labels...), nil)
}

// repositories is a prometheus.Collector.
type repositories struct {
	sites []Site
	descs map[string]*prometheus.Desc
}

func (r repositories) Describe(to chan<- *prometheus.Desc) {
	for _, d := range r.descs {
		to <- d
	}
}

func (r repositories) Collect(to chan<- prometheus.Metric) {
	for _, s := range r.sites {
		site, st := s.Me(), s.Delivery()
		send := func(name string, kind prometheus.ValueType, value float64, labels ...string) {
			to <- prometheus.MustNewConstMetric(r.descs[name], kind, value, append([]string{site}, labels...)...)
		}
		send("commits", prometheus.CounterValue, float64(st.Counts.Commits))
		send("pushes", prometheus.CounterValue, float64(st.Counts.Pushes), "good")
		send("pushes", prometheus.CounterValue, float64(st.Counts.FailedPushes), "failed")
		send("fetches", prometheus.CounterValue, float64(st.Counts.Fetches), "good")
		send("fetches", prometheus.CounterValue, float64(st.Counts.FailedFetches), "failed")
		send("waiting", prometheus.GaugeValue, float64(st.Unpushed))
		age := 0.0
		if !st.OldestWait.IsZero() {
			age = time.Since(st.OldestWait).Seconds()
		}
		send("age", prometheus.GaugeValue, age)
		send("packs", prometheus.GaugeValue, float64(st.Packs))
		ready := 0.0
		if s.Problem() == "" {
			ready = 1
		}
		send("ready", prometheus.GaugeValue, ready)
		d := s.Deliveries()
		for kind, n := range d.Waiting {
			send("delivery_waiting", prometheus.GaugeValue, float64(n), kind)
		}
		for key, n := range d.Ended {
			send("deliveries", prometheus.CounterValue, float64(n), key[0], key[1])
		}
		send("delivery_late", prometheus.GaugeValue, d.Late)
	}
}

// Listen serves /metrics at an address of its own until stop is called, which waits for its end.
func (m *Metrics) Listen(address string, log *slog.Logger) (stop func(), err error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s for metrics: %w; free the address or set another one with the key "+
			"metrics.listen", address, err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		server.Serve(l)
	}()
	return func() { server.Close(); <-ended }, nil
}
