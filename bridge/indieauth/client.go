package indieauth

import (
	"context"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/net/html"
	"willnorris.com/go/microformats"

	"gitpost/bridge/fault"
	"gitpost/bridge/outbound"
)

// Client is what an app says of itself. All of it may be untrue but that it stands at the
// app's own address.
type Client struct {
	Name    string // "" when it gives none
	URL     string // its home page; the client_id when it gives none
	Logo    string // https, at the client_id's host; "" when there is none like that
	Warning string // "" or a sentence for the owner: what could not be learned, or does not fit
}

// client is a Client with the addresses that it may send its users to.
type client struct {
	Client
	id        *url.URL
	redirects []string // absolute
	complete  bool     // redirects are all there are: an address at the app's host needs to be among them too
	unread    string   // why nothing could be learned; "" when it was
}

type cachedClient struct {
	client  *client
	expires time.Time
}

// How long an app's own words are believed, and of how many apps.
const (
	leastCached = time.Minute
	usualCached = 10 * time.Minute
	mostCached  = 24 * time.Hour
	mostClients = 200
)

// client reads the app's page, or remembers it. Only an app that contradicts itself is an
// error: one whose page cannot be read is unknown, which its Warning says.
func (s *Server) client(ctx context.Context, id string) (*client, error) {
	now := s.now()
	s.mu.Lock()
	cached, ok := s.clients[id]
	s.mu.Unlock()
	if ok && now.Before(cached.expires) {
		return cached.client, nil
	}
	c, keep, err := s.readClient(ctx, id)
	if err != nil || keep == 0 {
		return c, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for other, cached := range s.clients {
		if len(s.clients) >= mostClients || !now.Before(cached.expires) {
			delete(s.clients, other)
		}
	}
	s.clients[id] = cachedClient{c, now.Add(keep)}
	return c, nil
}

// readClient fetches the app's page. keep is how long it may be remembered.
func (s *Server) readClient(ctx context.Context, id string) (c *client, keep time.Duration, err error) {
	u, err := url.Parse(id)
	if err != nil {
		return nil, 0, refuse("the app's identifier is not a web address", "")
	}
	c = &client{id: u, Client: Client{URL: id}}
	if isLoopback(u.Hostname()) { // never fetched: it would be this machine, not the owner's
		c.Warning = "The app runs on your own computer, so nothing about it could be checked."
		return c, 0, nil
	}
	page, err := s.fetch.Get(ctx, id, "application/json, text/html;q=0.9, */*;q=0.1")
	if ctx.Err() != nil {
		return nil, 0, ctx.Err()
	}
	if err == nil && page.Status != http.StatusOK {
		err = errors.New("it answers " + strconv.Itoa(page.Status) + " " + http.StatusText(page.Status))
	}
	if err != nil {
		c.unread = err.Error()
		c.Warning = "The app's page at " + id + " could not be read, so its name is not known."
		return c, 0, nil
	}
	kind, _, _ := mime.ParseMediaType(page.Header.Get("Content-Type"))
	if kind == "application/json" || strings.HasSuffix(kind, "+json") {
		err = c.readJSON(page)
	} else {
		c.readHTML(page)
	}
	return c, freshness(page.Header), err
}

// freshness is how long an answer may be remembered.
func freshness(h http.Header) time.Duration {
	for directive := range strings.SplitSeq(strings.ToLower(h.Get("Cache-Control")), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		switch name {
		case "no-store", "no-cache":
			return leastCached // the consent page asks again when it is sent
		case "max-age":
			if n, err := strconv.ParseUint(strings.Trim(value, `"`), 10, 31); err == nil {
				return min(max(time.Duration(n)*time.Second, leastCached), mostCached)
			}
		}
	}
	return usualCached
}

// readJSON reads an OAuth Client ID Metadata Document (section 4.2.1).
func (c *client) readJSON(page *outbound.Response) error {
	var d struct {
		ClientID     string   `json:"client_id"`
		ClientName   string   `json:"client_name"`
		ClientURI    string   `json:"client_uri"`
		LogoURI      string   `json:"logo_uri"`
		RedirectURIs []string `json:"redirect_uris"`
	}
	const mistake = "this is a mistake of the app; tell its maker"
	if err := json.Unmarshal(page.Body, &d); err != nil {
		return &fault.Error{Code: fault.InvalidRequest, Op: "authorize", Message: "the app's description at " + c.id.String() + " is not the JSON it should be", Hint: mistake, Err: err}
	}
	if said, err := ClientID(d.ClientID); err != nil || said != c.id.String() {
		return refuse("the app's description at "+c.id.String()+" is about another app (its client_id differs)", mistake)
	}
	c.Name, c.Logo = cleanName(d.ClientName), c.logo(d.LogoURI)
	if home, err := url.Parse(d.ClientURI); d.ClientURI != "" {
		switch {
		case err != nil || !strings.EqualFold(home.Hostname(), c.id.Hostname()):
			c.Warning = "The app says that its home page is at another host, which does not fit."
		case strings.HasPrefix(c.id.String(), d.ClientURI):
			c.URL = d.ClientURI
		}
	}
	c.listRedirects(page.URL, d.RedirectURIs)
	c.complete = len(c.redirects) > 0
	return nil
}

// readHTML reads a page with an h-app and links, as apps had it before 2024 (sections 4.2.1
// and 4.2.2).
func (c *client) readHTML(page *outbound.Response) {
	l := readLinks(page)
	c.listRedirects(page.URL, l.all("redirect_uri"))
	if l.doc == nil {
		return
	}
	for _, item := range items(l.doc, page.URL) {
		if hasWord(strings.Join(item.Type, " "), "h-app") || hasWord(strings.Join(item.Type, " "), "h-x-app") {
			c.Name = cleanName(firstText(item.Properties["name"]))
			c.Logo = c.logo(firstText(item.Properties["logo"]))
			return
		}
	}
}

// listRedirects adds addresses: as they are written, since the match is letter by letter, and
// relative ones made absolute.
func (c *client) listRedirects(base *url.URL, list []string) {
	const most = 100
	for _, s := range list {
		s = strings.TrimSpace(s)
		u, err := url.Parse(s)
		if err != nil || s == "" || len(c.redirects) == most {
			continue
		}
		if !u.IsAbs() {
			s = base.ResolveReference(u).String()
		}
		c.redirects = append(c.redirects, s)
	}
}

// logo is a picture that may be shown: fetching it tells nobody of the owner but the app.
func (c *client) logo(s string) string {
	if s == "" {
		return ""
	}
	u, err := c.id.Parse(s)
	if err != nil || u.Scheme != "https" || u.User != nil || !strings.EqualFold(u.Host, c.id.Host) {
		return ""
	}
	return u.String()
}

// cleanName is a name in one line, without letters that are not seen or turn others around.
func cleanName(s string) string {
	const most = 100
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar
	}), " ")
	if letters := []rune(s); len(letters) > most {
		s = string(letters[:most]) + "…"
	}
	return s
}

// items reads microformats. Its parser was not made for pages that want to break it.
func items(doc *html.Node, base *url.URL) (list []*microformats.Microformat) {
	defer func() {
		if recover() != nil {
			list = nil
		}
	}()
	return microformats.ParseNode(doc, base).Items
}

// firstText is the first value that is a text, or a picture's address.
func firstText(values []any) string {
	for _, v := range values {
		switch v := v.(type) {
		case string:
			return v
		case map[string]string:
			return v["value"]
		case *microformats.Microformat:
			return v.Value
		}
	}
	return ""
}
