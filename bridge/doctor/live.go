package doctor

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"

	"gitpost/bridge/config"
	"gitpost/bridge/discovery"
)

// answered is an answer that was read to its end.
type answered struct {
	url    *url.URL // where it came from in the end
	status int
	header http.Header
	body   []byte
	shown  *x509.Certificate // nil without HTTPS
}

// get fetches an address, and unpacks what is gzip by its first bytes (sitemap.xml.gz).
func (d Diagnosis) get(ctx context.Context, address string, most int64) (answered, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return answered{}, err
	}
	r.Header.Set("User-Agent", "gitpost")
	answer, err := d.client.Do(r)
	if err != nil {
		return answered{}, plainNetworkError(err)
	}
	defer answer.Body.Close()
	a := answered{url: answer.Request.URL, status: answer.StatusCode, header: answer.Header}
	if answer.TLS != nil && len(answer.TLS.PeerCertificates) > 0 {
		a.shown = answer.TLS.PeerCertificates[0]
	}
	if a.body, err = readMost(answer.Body, most); err == nil && bytes.HasPrefix(a.body, []byte{0x1f, 0x8b}) {
		var unpacked *gzip.Reader
		if unpacked, err = gzip.NewReader(bytes.NewReader(a.body)); err == nil {
			a.body, err = readMost(unpacked, most)
		}
	}
	return a, err
}

// plainNetworkError returns an error that a person can act on.
func plainNetworkError(err error) error {
	var wrapped *url.Error
	var dns *net.DNSError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &certificate):
		return errors.New("its certificate is not accepted: " + certificate.Err.Error())
	case strings.Contains(err.Error(), "remote error: tls: internal error"):
		return errors.New("it has no certificate for that name")
	case errors.As(err, &dns):
		return fmt.Errorf("the name %s cannot be resolved", dns.Name)
	case errors.Is(err, syscall.ECONNREFUSED):
		return errors.New("nothing listens there (connection refused)")
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return errors.New("it does not answer in time")
	case errors.As(err, &wrapped):
		return wrapped.Err
	}
	return err
}

func readMost(r io.Reader, most int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && int64(len(data)) > most {
		err = fmt.Errorf("it is larger than %d MB", most>>20)
	}
	return data, err
}

// fetched is the home page, or why there is none.
type fetched struct {
	url    string
	asked  time.Time // the middle of the request
	answer answered
	err    error
}

func (d Diagnosis) fetchHome(ctx context.Context, c config.Site) fetched {
	before := d.Now()
	a, err := d.get(ctx, c.Me, 10<<20)
	return fetched{url: c.Me, asked: before.Add(d.Now().Sub(before) / 2), answer: a, err: err}
}

// discovery looks for the lines by which apps find gitpost on the live home page. remedy is the way
// to put them there.
func (d Diagnosis) discovery(home fetched, remedy string) Check {
	k := Check{Name: "discovery", Result: Failed}
	switch {
	case home.err != nil:
		k.Found, k.Remedy = home.url+" cannot be fetched: "+home.err.Error(),
			"check that the site is up, or correct the key me"
		return k
	case home.answer.status != http.StatusOK:
		k.Found, k.Remedy = fmt.Sprintf("%s answers with status %d", home.url, home.answer.status),
			"publish the site, or correct the key me"
		return k
	}
	found := discovery.Compare(d.Config.Links(), home.answer.url, home.answer.header, home.answer.body)
	k.Remedy = remedy
	switch {
	case len(found.Elsewhere) > 0:
		var elsewhere []string
		for _, e := range found.Elsewhere {
			is := map[bool]string{false: "is", true: "is first"}[e.First]
			elsewhere = append(elsewhere, fmt.Sprintf("%s %s %s", e.Rel, is, e.Href))
		}
		k.Found = fmt.Sprintf("%s names another server: %s", home.url, strings.Join(elsewhere, ", "))
		k.Remedy = "remove those lines from the site; " + k.Remedy
	case found.None():
		k.Found = home.url + " does not tell apps where to post"
	case len(found.Missing) > 0:
		k.Found = fmt.Sprintf("%s lacks %s", home.url, rels(found.Missing))
		if len(found.Missing) == 1 && found.Missing[0].Rel != "micropub" {
			k.Result = Warning
		}
	case len(found.HeaderOnly) > 0:
		k.Result, k.Found = Warning, fmt.Sprintf("%s has %s in HTTP headers alone, and some apps read only the page",
			home.url, rels(found.HeaderOnly))
	default:
		return Check{Name: k.Name, Result: Passed, Found: home.url + " tells apps where to post"}
	}
	return k
}

// rels are the relations of links, as words.
func rels(links []config.Link) string {
	var list []string
	for _, l := range links {
		list = append(list, l.Rel)
	}
	return strings.Join(list, ", ")
}
