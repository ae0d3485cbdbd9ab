package bridge

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
)

// metrics is what Prometheus may ask for, on a listener of its own (metrics.listen). It is
// safe for concurrent use.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	errors   *prometheus.CounterVec
}

func newMetrics() *metrics {
	m := &metrics{
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
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), collectors.NewBuildInfoCollector())
	return m
}

// count is middleware that counts and times requests. Paths are counted by the route that
// they belong to, and what no route has as "other", so that no client can make the numbers many.
func (m *metrics) count(e *echo.Echo) echo.MiddlewareFunc {
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

// failed counts an answer that is an error.
func (m *metrics) failed(err error) {
	kind := fault.Internal
	if f := (*fault.Error)(nil); errors.As(err, &f) {
		kind = f.Code
	}
	m.errors.WithLabelValues(string(kind)).Inc()
}

// watch adds what is known of the repositories; it is asked for at each scrape.
func (m *metrics) watch(destinations []*destination) {
	m.registry.MustRegister(repositories{destinations, map[string]*prometheus.Desc{
		"commits": repositoryDesc("commits_total", "Commits made."),
		"pushes":  repositoryDesc("pushes_total", "Pushes, by how they went.", "result"),
		"fetches": repositoryDesc("fetches_total", "Looks at the remote, by how they went.", "result"),
		"waiting": repositoryDesc("waiting_commits", "Commits that wait to be pushed."),
		"age":     repositoryDesc("waiting_seconds", "How long the oldest commit has waited to be pushed."),
		"packs":   repositoryDesc("packs", "Packs in the clone."),
		"ready":   repositoryDesc("ready", "1 when posts reach the remote and the site can be read."),
	}})
}

func repositoryDesc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("gitpost_"+name, help, append([]string{"site"}, labels...), nil)
}

// repositories is a prometheus.Collector.
type repositories struct {
	destinations []*destination
	descs        map[string]*prometheus.Desc
}

func (r repositories) Describe(to chan<- *prometheus.Desc) {
	for _, d := range r.descs {
		to <- d
	}
}

func (r repositories) Collect(to chan<- prometheus.Metric) {
	for _, d := range r.destinations {
		site, st := d.me(), d.delivery()
		tell := func(name string, kind prometheus.ValueType, value float64, labels ...string) {
			to <- prometheus.MustNewConstMetric(r.descs[name], kind, value, append([]string{site}, labels...)...)
		}
		tell("commits", prometheus.CounterValue, float64(st.Counts.Commits))
		tell("pushes", prometheus.CounterValue, float64(st.Counts.Pushes), "good")
		tell("pushes", prometheus.CounterValue, float64(st.Counts.FailedPushes), "failed")
		tell("fetches", prometheus.CounterValue, float64(st.Counts.Fetches), "good")
		tell("fetches", prometheus.CounterValue, float64(st.Counts.FailedFetches), "failed")
		tell("waiting", prometheus.GaugeValue, float64(st.Unpushed))
		age := 0.0
		if !st.OldestWait.IsZero() {
			age = time.Since(st.OldestWait).Seconds()
		}
		tell("age", prometheus.GaugeValue, age)
		tell("packs", prometheus.GaugeValue, float64(st.Packs))
		ready := 0.0
		if d.problem() == "" {
			ready = 1
		}
		tell("ready", prometheus.GaugeValue, ready)
	}
}

// listen serves /metrics at the address until stop is called, which waits for its end.
func (m *metrics) listen(address string, log *slog.Logger) (stop func(), err error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s for metrics: %w; free the address or set another one with the key metrics.listen", address, err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		server.Serve(l)
	}()
	return func() { server.Close(); <-ended }, nil
}
