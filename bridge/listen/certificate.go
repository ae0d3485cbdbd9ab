package listen

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"net/url"
	"path/filepath"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"

	"gitpost/bridge/config"
)

// Certificate is the certificate for the host of url. It is obtained by ACME (RFC 8555), kept in
// the data folder and renewed. The authority validates the host by a TLS connection to port 443
// (RFC 8737).
//
// It is obtained when the server starts, not when the first app connects: the log then shows at
// once what is wrong, and strangers cannot use up the authority's rate limit.
type Certificate struct {
	host    string
	manager *autocert.Manager
	there   chan struct{} // closed by Keep as soon as there is one
	log     *slog.Logger
}

func newCertificate(c config.Server, log *slog.Logger) *Certificate {
	host := ""
	if u, err := url.Parse(c.URL); err == nil {
		host = u.Hostname()
	}
	m := &autocert.Manager{
		Prompt:     autocert.AcceptTOS,
		Cache:      autocert.DirCache(filepath.Join(c.Data, "certificates")),
		HostPolicy: autocert.HostWhitelist(host),
		Email:      c.TLSEmail,
	}
	if c.TLSDirectory != "" {
		m.Client = &acme.Client{DirectoryURL: c.TLSDirectory}
	}
	return &Certificate{host: host, manager: m, there: make(chan struct{}), log: log}
}

var errNoCertificate = errors.New("no certificate yet")

// tlsConfig lets connections wait a little for the certificate before they fail.
func (c *Certificate) tlsConfig() *tls.Config {
	t := c.manager.TLSConfig()
	get := t.GetCertificate
	t.GetCertificate = func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		if len(hello.SupportedProtos) == 1 && hello.SupportedProtos[0] == acme.ALPNProto {
			return get(hello) // it is the authority
		}
		enough := time.NewTimer(handshakePatience)
		defer enough.Stop()
		select {
		case <-c.there:
			return get(hello)
		case <-hello.Context().Done():
			return nil, hello.Context().Err()
		case <-enough.C:
			return nil, errNoCertificate
		}
	}
	return t
}

// Times of the certificate. Let's Encrypt allows five failures an hour.
const (
	handshakePatience       = 5 * time.Second
	firstCertificatePause   = 2 * time.Minute // after a failure; each is twice the one before
	longestCertificatePause = 2 * time.Hour
	betweenLooks            = 12 * time.Hour
)

// Keep obtains the certificate, retrying with growing pauses, and checks twice a day that it was
// renewed, until ctx ends.
func (c *Certificate) Keep(ctx context.Context) {
	remedy := "let port 443 of " + c.host + " lead to gitpost, from everywhere, and this machine reach the " +
		"certificate authority"
	known := false
	for pause := firstCertificatePause; ; {
		wait := betweenLooks
		got, err := c.get(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			wait, pause = pause, min(2*pause, longestCertificatePause)
			c.log.Error("there is no certificate for "+c.host+", so no app can connect", "error", err, "remedy",
				remedy, "again_in", wait.String())
		default:
			if RenewalIsLate(got.Leaf, time.Now()) {
				c.log.Error("the certificate for "+c.host+" was not renewed", "ends",
					got.Leaf.NotAfter.Format(time.RFC3339), "remedy", remedy)
			}
			if !known {
				c.log.Info("the certificate for "+c.host+" was issued", "issuer", got.Leaf.Issuer.CommonName, "ends",
					got.Leaf.NotAfter.Format(time.RFC3339))
				known = true
				close(c.there)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// RenewalIsLate reports whether a certificate should have been replaced by now: renewal is due when
// a third of its lifetime is left.
func RenewalIsLate(c *x509.Certificate, now time.Time) bool {
	return c.NotAfter.Sub(now) < c.NotAfter.Sub(c.NotBefore)/6
}

// get returns the certificate from memory, the data folder or the authority. When ctx ends it
// does not wait for autocert, which ends by itself within minutes.
func (c *Certificate) get(ctx context.Context) (*tls.Certificate, error) {
	type result struct {
		got *tls.Certificate
		err error
	}
	done := make(chan result, 1)
	go func() {
		got, err := c.manager.GetCertificate(&tls.ClientHelloInfo{
			ServerName: c.host, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256},
			SignatureSchemes: []tls.SignatureScheme{tls.ECDSAWithP256AndSHA256},
		})
		done <- result{got, err}
	}()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case r := <-done:
		return r.got, r.err
	}
}
