package outbound

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// open lets the test's clients reach servers of this machine, until the test ends.
func open(t *testing.T, hosts map[string]string) {
	t.Helper()
	Pretend(hosts)
	t.Cleanup(func() { testHosts = hostMap{} })
}

func TestGuardRefusesWhatIsNotThePublicInternet(t *testing.T) {
	for name, address := range map[string]string{
		"loopback": "127.0.0.1", "all of 127/8": "127.255.255.254", "this network": "0.0.0.0", "IPv6 loopback": "::1",
		"unspecified": "::",
		"private 10":  "10.1.2.3", "private 172": "172.16.0.1", "private 192": "192.168.1.1", "link-local": "169.254.1.1",
		"cloud metadata": "169.254.169.254", "Alibaba's metadata": "100.100.100.200", "AWS metadata, IPv6": "fd00:ec2::254",
		"Oracle's metadata": "192.0.0.192", "Azure's host": "168.63.129.16",
		"carrier-grade NAT": "100.64.0.1", "unique local": "fd12:3456::1", "IPv6 link-local": "fe80::1",
		"site-local":           "fec0::1",
		"IPv4-mapped loopback": "::ffff:127.0.0.1", "IPv4-mapped private": "::ffff:10.0.0.1",
		"IPv4-compatible":   "::127.0.0.1",
		"NAT64 of loopback": "64:ff9b::7f00:1", "NAT64 of metadata": "64:ff9b::a9fe:a9fe", "local NAT64": "64:ff9b:1::7f00:1",
		"6to4 of loopback": "2002:7f00:1::", "Teredo": "2001:0:7f00:1::", "multicast": "224.0.0.1",
		"IPv6 multicast": "ff02::1",
		"broadcast":      "255.255.255.255", "documentation": "192.0.2.1", "benchmarks": "198.18.0.1",
		"reserved": "240.0.0.1",
	} {
		a := netip.MustParseAddr(address)
		network := "tcp4"
		if a.Is6() {
			network = "tcp6"
		}
		if err := guard(network, netip.AddrPortFrom(a, 443).String(), nil); !errors.Is(err, ErrAddress) {
			t.Errorf("%s, %s: got %v, want ErrAddress", name, address, err)
		}
	}
	for _, address := range []string{"93.184.216.34:443", "93.184.216.34:80", "[2606:4700::6810:84e5]:443"} {
		network := "tcp4"
		if strings.HasPrefix(address, "[") {
			network = "tcp6"
		}
		if err := guard(network, address, nil); err != nil {
			t.Errorf("%s is refused: %v", address, err)
		}
	}
	for _, address := range []string{"93.184.216.34:22", "93.184.216.34:8080", "93.184.216.34:25"} {
		if err := guard("tcp4", address, nil); !errors.Is(err, ErrAddress) {
			t.Errorf("%s: got %v, want ErrAddress", address, err)
		}
	}
}

// Everything above is checked where a connection is made, so a server of this machine is not
// reached by any spelling of its address.
func TestClientReachesNoServerOfThisMachine(t *testing.T) {
	var reached atomic.Int32
	web := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	defer web.Close()
	_, port, _ := net.SplitHostPort(web.Listener.Addr().String())
	c := New(Options{Timeout: 2 * time.Second})
	for _, host := range []string{"127.0.0.1", "localhost", "0.0.0.0", "[::ffff:127.0.0.1]", "[::1]", "127.1",
		"2130706433", "0x7f.1", "0177.0.0.1"} {
		if _, err := c.Get(t.Context(), "http://"+host+":"+port+"/", ""); err == nil {
			t.Errorf("%s was reached", host)
		}
	}
	if n := reached.Load(); n > 0 {
		t.Errorf("the server was reached %d times", n)
	}
}

func TestClientRefusesOtherSchemesAndNames(t *testing.T) {
	c := New(Options{})
	for _, address := range []string{"file:///etc/passwd", "ftp://example.org/", "gopher://example.org/",
		"https://ada:secret@example.org/", "https:///path", "unix:/run/x.sock", "example.org"} {
		_, err := c.Get(t.Context(), address, "")
		if !errors.Is(err, ErrURL) {
			t.Errorf("%s: got %v, want ErrURL", address, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("the error repeats the password: %v", err)
		}
	}
}

// A name that is good when it is looked at first and points elsewhere when it is connected
// to gains nothing: each connection is checked, after the name was resolved for it.
func TestClientIsNotFooledByDNSRebinding(t *testing.T) {
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "close") // the next request resolves the name again
		io.WriteString(w, "good")
	}))
	defer web.Close()
	_, port, _ := net.SplitHostPort(web.Listener.Addr().String())
	open(t, nil)
	names := &fakeDNS{answers: [][]string{{"127.0.0.1"}, {"10.0.0.1"}, {"169.254.169.254"}, {"10.0.0.1", "192.168.0.1"}}}
	c := New(Options{Resolver: names.resolver(), Timeout: time.Minute})
	address := "http://rebind.example:" + port + "/"
	if page, err := c.Get(t.Context(), address, ""); err != nil || string(page.Body) != "good" {
		t.Fatalf("the first request fails: %v", err)
	}
	for range 3 {
		names.turn.Add(1)
		if _, err := c.Get(t.Context(), address, ""); !errors.Is(err, ErrAddress) {
			t.Errorf("turn %d: got %v, want ErrAddress", names.turn.Load(), err)
		}
	}
}

// fakeDNS answers every question with the addresses of the turn.
type fakeDNS struct {
	answers [][]string
	turn    atomic.Int32
}

func (f *fakeDNS) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe()
		go f.serve(there) // ends when the resolver closes its side
		return here, nil
	}}
}

// serve speaks DNS as over TCP: two bytes of length before each message.
func (f *fakeDNS) serve(c net.Conn) {
	defer c.Close()
	for {
		var size [2]byte
		if _, err := io.ReadFull(c, size[:]); err != nil {
			return
		}
		question := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(c, question); err != nil {
			return
		}
		var m dnsmessage.Message
		if err := m.Unpack(question); err != nil {
			return
		}
		m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
		for _, q := range m.Questions {
			if q.Type != dnsmessage.TypeA {
				continue
			}
			for _, a := range f.answers[f.turn.Load()] {
				m.Answers = append(m.Answers, dnsmessage.Resource{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 0},
					Body:   &dnsmessage.AResource{A: netip.MustParseAddr(a).As4()},
				})
			}
		}
		answer, err := m.Pack()
		if err != nil {
			return
		}
		binary.BigEndian.PutUint16(size[:], uint16(len(answer)))
		if _, err := c.Write(append(size[:], answer...)); err != nil {
			return
		}
	}
}

func TestClientRefusesARedirectToAPrivateAddress(t *testing.T) {
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://10.0.0.1/", http.StatusFound)
	}))
	defer web.Close()
	open(t, nil)
	if _, err := New(Options{}).Get(t.Context(), web.URL, ""); !errors.Is(err, ErrAddress) {
		t.Errorf("got %v, want ErrAddress", err)
	}
	web.Config.Handler = http.RedirectHandler("file:///etc/passwd", http.StatusFound)
	if _, err := New(Options{}).Get(t.Context(), web.URL, ""); !errors.Is(err, ErrURL) {
		t.Errorf("got %v, want ErrURL", err)
	}
}

func TestClientFollowsFewRedirects(t *testing.T) {
	var asked atomic.Int32
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if r.Header.Get("Referer") != "" {
			t.Errorf("the address that led here is told: %s", r.Header.Get("Referer"))
		}
		http.Redirect(w, r, "/again?secret=1", http.StatusFound)
	}))
	defer web.Close()
	open(t, nil)
	if _, err := New(Options{}).Get(t.Context(), web.URL, ""); !errors.Is(err, ErrRedirects) || asked.Load() != 6 {
		t.Errorf("got %v after %d requests, want ErrRedirects after 6", err, asked.Load())
	}
}

func TestClientStaysOnTheHostWhenToldSo(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "other")
	}))
	defer other.Close()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/away" {
			http.Redirect(w, r, "http://other.example/", http.StatusFound)
		} else if r.URL.Path == "/near" {
			http.Redirect(w, r, "/", http.StatusFound)
		}
	}))
	defer web.Close()
	open(t, map[string]string{"app.example:80": web.Listener.Addr().String(),
		"other.example:80": other.Listener.Addr().String()})
	near := New(Options{SameHost: true})
	if _, err := near.Get(t.Context(), "http://app.example/away", ""); !errors.Is(err, ErrRedirects) {
		t.Errorf("got %v, want ErrRedirects", err)
	}
	if _, err := near.Get(t.Context(), "http://app.example/near", ""); err != nil {
		t.Error(err)
	}
	if page, err := New(Options{}).Get(t.Context(), "http://app.example/away", ""); err != nil ||
		string(page.Body) != "other" || page.URL.Host != "other.example" {
		t.Errorf("got %+v, %v", page, err)
	}
}

func TestClientTakesCredentialsNowhereElse(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the redirect was followed, with Authorization %q", r.Header.Get("Authorization"))
	}))
	defer other.Close()
	web := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer web.Close()
	open(t, nil)
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		r, _ := http.NewRequestWithContext(t.Context(), method, web.URL, strings.NewReader("token=secret"))
		r.Header.Set("Authorization", "Bearer secret")
		answer, err := New(Options{}).Do(r)
		if err != nil || answer.Status != http.StatusTemporaryRedirect {
			t.Errorf("%s: got %+v, %v", method, answer, err)
		}
	}
}

func TestClientUsesNoProxyOfTheEnvironment(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("the proxy was used")
	}))
	defer proxy.Close()
	web := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer web.Close()
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "ALL_PROXY"} {
		t.Setenv(name, proxy.URL)
	}
	open(t, map[string]string{"app.example:80": web.Listener.Addr().String()})
	if _, err := New(Options{}).Get(t.Context(), "http://app.example/", ""); err != nil {
		t.Error(err)
	}
	if New(Options{}).http.Transport.(*http.Transport).Proxy != nil {
		t.Error("the client has a proxy")
	}
}

func TestClientReadsNoMoreThanItsLimit(t *testing.T) {
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for range 100 {
			if _, err := w.Write(make([]byte, 1<<20)); err != nil {
				return
			}
		}
	}))
	defer web.Close()
	open(t, nil)
	if _, err := New(Options{}).Get(t.Context(), web.URL, ""); !errors.Is(err, ErrTooLarge) {
		t.Errorf("got %v, want ErrTooLarge", err)
	}
}

func TestClientWaitsNoLongerThanItsTime(t *testing.T) {
	release := make(chan struct{})
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte("one drop"))
		w.(http.Flusher).Flush()
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	defer web.Close()
	defer close(release)
	open(t, nil)
	_, err := New(Options{Timeout: 100 * time.Millisecond}).Get(t.Context(), web.URL, "")
	var timeout interface{ Timeout() bool }
	if !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("got %v, want a timeout", err)
	}
}

func TestClientErrorsHaveNoQuery(t *testing.T) {
	_, err := New(Options{Timeout: time.Second}).Get(t.Context(), "http://127.0.0.1:1/?code=secret", "")
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
	_, err = New(Options{}).Get(t.Context(), (&url.URL{Scheme: "http", Host: "\x00"}).String()+"?code=secret", "")
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
}
