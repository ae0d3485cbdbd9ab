package listen

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/acme"

	"gitpost/bridge/config"
)

const pubHost = "pub.example.org"

// authority is a certificate authority that speaks as much of ACME as a server needs to get
// one certificate. It proves who asks by tls-alpn-01, at the address in target.
type authority struct {
	*httptest.Server
	root   *x509.Certificate
	key    *ecdsa.PrivateKey
	target atomic.Value // string
	issued atomic.Int32

	mu     sync.Mutex // guards what follows
	status string     // of the one order
	chain  []byte
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	root := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "The Authority"},
		NotBefore: time.Now(), NotAfter: time.Now().Add(time.Hour * 10_000),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, root, root, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	ca := &authority{key: key}
	if ca.root, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	ca.Server = httptest.NewServer(ca)
	t.Cleanup(ca.Close)
	return ca
}

func (ca *authority) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ca.mu.Lock()
	defer ca.mu.Unlock()
	w.Header().Set("Replay-Nonce", "nonce")
	reply := func(status int, v any) {
		w.WriteHeader(status)
		json.NewEncoder(w).Encode(v)
	}
	var signed struct{ Payload string }
	json.NewDecoder(r.Body).Decode(&signed)
	payload, _ := base64.RawURLEncoding.DecodeString(signed.Payload)
	switch r.URL.Path {
	case "/directory":
		reply(200, map[string]string{"newNonce": ca.URL + "/nonce", "newAccount": ca.URL + "/account",
			"newOrder": ca.URL + "/order"})
	case "/nonce":
	case "/account":
		w.Header().Set("Location", ca.URL+"/account/1")
		reply(201, map[string]string{"status": "valid"})
	case "/order":
		ca.status = "pending"
		w.Header().Set("Location", ca.URL+"/order/1")
		reply(201, ca.order())
	case "/order/1":
		w.Header().Set("Location", ca.URL+"/order/1")
		reply(200, ca.order())
	case "/proof":
		if len(payload) > 0 { // the server gives it up
			ca.status = "invalid"
		}
		status := map[string]string{"ready": "valid"}[ca.status]
		if status == "" {
			status = ca.status
		}
		reply(200, map[string]any{"status": status, "identifier": map[string]string{"type": "dns", "value": pubHost},
			"challenges": []map[string]string{{"type": "tls-alpn-01", "url": ca.URL + "/challenge", "token": "token",
				"status": "pending"}}})
	case "/challenge":
		ca.status = "ready"
		if err := ca.prove(); err != nil {
			ca.status = "invalid"
		}
		reply(200, map[string]string{"type": "tls-alpn-01", "url": ca.URL + "/challenge", "token": "token",
			"status": "processing"})
	case "/finalize":
		var request struct{ CSR string }
		json.Unmarshal(payload, &request)
		csr, _ := base64.RawURLEncoding.DecodeString(request.CSR)
		if err := ca.issue(csr); err != nil {
			reply(400, map[string]string{"type": "urn:ietf:params:acme:error:badCSR", "detail": err.Error()})
			return
		}
		ca.status = "valid"
		w.Header().Set("Location", ca.URL+"/order/1")
		reply(200, ca.order())
	case "/certificate":
		w.Header().Set("Content-Type", "application/pem-certificate-chain")
		w.Write(ca.chain)
	default:
		reply(404, map[string]string{"type": "urn:ietf:params:acme:error:malformed"})
	}
}

func (ca *authority) order() map[string]any {
	return map[string]any{"status": ca.status, "identifiers": []map[string]string{{"type": "dns", "value": pubHost}},
		"authorizations": []string{ca.URL + "/proof"}, "finalize": ca.URL + "/finalize", "certificate": ca.URL +
			"/certificate"}
}

// prove connects as RFC 8737 says.
func (ca *authority) prove() error {
	conn, err := tls.Dial("tcp", ca.target.Load().(string),
		&tls.Config{ServerName: pubHost, NextProtos: []string{acme.ALPNProto}, InsecureSkipVerify: true})
	if err != nil {
		return err
	}
	defer conn.Close()
	shown := conn.ConnectionState()
	if leaf := shown.PeerCertificates[0]; shown.NegotiatedProtocol != acme.ALPNProto ||
		leaf.VerifyHostname(pubHost) != nil {
		return fmt.Errorf("the proof is for %v by %q", leaf.DNSNames, shown.NegotiatedProtocol)
	}
	return nil
}

func (ca *authority) issue(csr []byte) error {
	request, err := x509.ParseCertificateRequest(csr)
	if err != nil {
		return err
	}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), DNSNames: request.DNSNames,
		NotBefore: time.Now().Add(-time.Minute), NotAfter: time.Now().Add(90 * 24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	der, err := x509.CreateCertificate(rand.Reader, leaf, ca.root, request.PublicKey, ca.key)
	if err != nil {
		return err
	}
	ca.chain = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	ca.issued.Add(1)
	return nil
}

// tlsServer is a server of nothing but its certificate. listening is told its address before it
// asks for one.
func tlsServer(t *testing.T, c config.Server, log io.Writer, listening func(address string)) (stop func()) {
	t.Helper()
	l, certificate, err := Open(t.Context(), c, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	listening(l.Addr().String())
	ctx, cancel := context.WithCancel(t.Context())
	h := &http.Server{Handler: http.NotFoundHandler()}
	var running sync.WaitGroup
	running.Go(func() { h.Serve(l) })
	running.Go(func() { certificate.Keep(ctx) })
	var once sync.Once
	stop = func() { once.Do(func() { h.Close(); cancel(); running.Wait() }) }
	t.Cleanup(stop)
	return stop
}

func TestTLSAutoGetsACertificateByItselfAndKeepsIt(t *testing.T) {
	ca := newAuthority(t)
	roots := x509.NewCertPool()
	roots.AddCert(ca.root)
	c := config.Server{URL: "https://" + pubHost, Listen: "127.0.0.1:0", TLS: "auto", TLSDirectory: ca.URL + "/directory",
		Data: t.TempDir()}
	address := ""
	listening := func(at string) {
		address = at
		ca.target.Store(at)
	}
	connect := func(name string) error {
		conn, err := tls.Dial("tcp", address, &tls.Config{ServerName: name, RootCAs: roots, NextProtos: []string{"h2"}})
		if err != nil {
			return err
		}
		if proto := conn.ConnectionState().NegotiatedProtocol; proto != "h2" {
			t.Errorf("the connection speaks %q, want HTTP/2", proto)
		}
		return conn.Close()
	}
	var log bytes.Buffer
	stop := tlsServer(t, c, &log, listening)
	if err := connect(pubHost); err != nil {
		t.Fatalf("%v\n%s", err, &log)
	}
	if err := connect("other.example.org"); err == nil {
		t.Error("there is a certificate for a host that is not ours")
	}
	stop()
	if said := log.String(); !strings.Contains(said, "the certificate for "+pubHost+" was issued") ||
		!strings.Contains(said, "The Authority") {
		t.Errorf("the log says\n%s", said)
	}
	// A new start takes what it has: the authority is not asked again.
	ca.Close()
	log.Reset()
	stop = tlsServer(t, c, &log, listening)
	if err := connect(pubHost); err != nil {
		t.Errorf("after a new start: %v", err)
	}
	stop()
	if n := ca.issued.Load(); n != 1 {
		t.Errorf("%d certificates were issued, want 1", n)
	}
}

func TestTLSAutoSaysWhyThereIsNoCertificate(t *testing.T) {
	for _, c := range []struct {
		name   string
		target string // where the authority looks for the proof
		down   bool
		want   string
	}{
		{"the authority cannot be reached", "", true, "connection refused"},
		{"the authority does not reach gitpost", "127.0.0.1:1", false, "unable to satisfy"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ca := newAuthority(t)
			ca.target.Store(c.target)
			directory := ca.URL + "/directory"
			if c.down { // an address that was closed here could be given to gitpost
				directory = "https://127.0.0.1:1/directory"
			}
			said := make(chan string, 1)
			address := ""
			tlsServer(t, config.Server{URL: "https://" + pubHost, Listen: "127.0.0.1:0", TLS: "auto", TLSDirectory: directory,
				Data: t.TempDir()}, lineWriter(said), func(at string) { address = at })
			line := <-said
			for _, want := range []string{"level=ERROR", "there is no certificate for " + pubHost, c.want,
				"let port 443 of " + pubHost + " lead to gitpost", "again_in=2m0s"} {
				if !strings.Contains(line, want) {
					t.Errorf("the log lacks %q:\n%s", want, line)
				}
			}
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			d := tls.Dialer{Config: &tls.Config{ServerName: pubHost}}
			if conn, err := d.DialContext(ctx, "tcp", address); err == nil {
				conn.Close()
				t.Error("a connection without a certificate")
			}
		})
	}
}

// lineWriter gives the first line that is written.
type lineWriter chan string

func (w lineWriter) Write(p []byte) (int, error) {
	select {
	case w <- string(p):
	default:
	}
	return len(p), nil
}
