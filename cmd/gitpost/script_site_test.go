package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// site FOLDER serves a built site at $SITE, as its host does. Each other argument is NAME: VALUE, a
// header that all answers have; -clock DURATION, what the host's clock is ahead; or -tls DURATION,
// how much is left of the 90 days of its certificate, which ca.pem vouches for. $SITE and
// $URL in its files are replaced. The address is the same for the whole scenario, also when
// the folder is given again.
func (s *scene) site(args []string) {
	s.usage(args, 1, "site FOLDER [-clock DURATION] [-tls DURATION] [NAME: VALUE]...")
	folder, header, times := filepath.FromSlash(s.ts.MkAbs(args[0])), http.Header{}, map[string]time.Duration{}
	for rest := args[1:]; len(rest) > 0; rest = rest[1:] {
		if strings.HasPrefix(rest[0], "-") && len(rest) > 1 {
			d, err := time.ParseDuration(rest[1])
			s.check(err)
			times[rest[0]] = d
			rest = rest[1:]
			continue
		}
		name, val, _ := strings.Cut(rest[0], ":")
		header.Add(name, strings.TrimSpace(val))
	}
	if s.siteHost != nil {
		s.siteHost()
	}
	_, address, known := strings.Cut(s.ts.Getenv("SITE"), "://")
	if !known {
		address = freeAddress()
	}
	l, err := listen(address)
	s.check(err)
	scheme := "http"
	if left, encrypted := times["-tls"]; encrypted {
		l, scheme = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{s.certificate(left)}}), "https"
	}
	s.ts.Setenv("SITE", scheme+"://"+l.Addr().String())
	variables := strings.NewReplacer("$SITE", s.ts.Getenv("SITE"), "$URL", s.ts.Getenv("URL"))
	files := http.FileServer(http.Dir(folder))
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, values := range header {
			w.Header()[name] = values
		}
		w.Header().Set("Date", time.Now().Add(times["-clock"]).UTC().Format(http.TimeFormat))
		name := path.Clean(r.URL.Path)
		if strings.HasSuffix(r.URL.Path, "/") {
			name = path.Join(name, "index.html")
		}
		text, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(name)))
		if err != nil || !bytes.Contains(text, []byte("$")) {
			files.ServeHTTP(w, r)
			return
		}
		http.ServeContent(w, r, name, time.Time{}, strings.NewReader(variables.Replace(string(text))))
	})}
	done := make(chan struct{})
	go func() {
		server.Serve(l)
		close(done)
	}()
	s.siteHost = func() {
		server.Close()
		<-done
	}
}

// certificate is one for this machine's own address, valid for 90 days, of which some are left.
func (s *scene) certificate(left time.Duration) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	s.check(err)
	own := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "The host"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotAfter:    time.Now().Add(left), NotBefore: time.Now().Add(left - 90*24*time.Hour), IsCA: true,
		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, own, own, &key.PublicKey, key)
	s.check(err)
	s.check(os.WriteFile(s.ts.MkAbs("ca.pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
