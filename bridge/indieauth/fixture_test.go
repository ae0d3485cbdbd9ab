package indieauth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gitpost/bridge/fault"
	"gitpost/bridge/outbound"
	"gitpost/bridge/state"
)

func TestMain(m *testing.M) {
	outbound.AllowLoopback() // the apps of these tests are servers of this machine
	os.Exit(m.Run())
}

const me = "https://example.org/"

const verifier = "a6128783714cfda1d388e2e98b6ae8221ac31aca31959e59512c59f5"

func challengeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// newServer is a server with a fresh database and a clock of its own.
func newServer(t *testing.T) *Server {
	t.Helper()
	db, err := state.Open(t.Context(), filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	config := Config{
		URL: "https://pub.example.org", Me: []string{me, "https://notes.example/"}, Lifetime: time.Hour,
		Profile:             Profile{Name: "Ada Example", Photo: "https://example.org/ada.jpg", Email: "ada@example.org"},
		IntrospectionSecret: "a-configured-secret",
	}
	return New(func() Config { return config }, db)
}

// elsewhere sends what is asked of any host to one web server, which sees the name in Host:
// apps of these tests have names of their own, and run here.
type elsewhere struct {
	address string
	client  *outbound.Client
}

func (e elsewhere) Get(ctx context.Context, address, accept string) (*outbound.Response, error) {
	asked, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	to := *asked
	to.Scheme, to.Host = "http", strings.TrimPrefix(e.address, "http://")
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, to.String(), nil)
	if err != nil {
		return nil, err
	}
	r.Host = asked.Host
	r.Header.Set("Accept", accept)
	answer, err := e.client.Do(r)
	if err == nil {
		answer.URL = asked
	}
	return answer, err
}

// app runs the web site of https://app.example: every page is body, with HERE for its address.
func app(t *testing.T, s *Server, kind, body string, headers ...string) {
	t.Helper()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", kind)
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Add(headers[i], headers[i+1])
		}
		w.Write([]byte(strings.ReplaceAll(body, "HERE", "https://"+r.Host)))
	}))
	t.Cleanup(web.Close)
	s.fetch = elsewhere{web.URL, outbound.New(outbound.Options{})}
}

// request is the query of a modern app, changed by pairs ("-" removes one).
func request(pairs ...string) url.Values {
	q := url.Values{
		"response_type": {"code"}, "client_id": {"https://app.example/"}, "redirect_uri": {"https://app.example/redirect"},
		"state": {"1234567890"}, "code_challenge": {challengeOf(verifier)}, "code_challenge_method": {"S256"},
		"scope": {"profile create update"}, "me": {me},
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "-" {
			q.Del(pairs[i])
		} else {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	return q
}

func codeOf(t *testing.T, err error) fault.Code {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) {
		t.Fatalf("got %v, want a *fault.Error", err)
	}
	return f.Code
}
