package indieauth

import (
	"context"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/net/html"
	"willnorris.com/go/microformats"

	"gitpost/bridge/fault"
	"gitpost/bridge/outbound"
)

// Client is what an app's own page says about it. None of it is verified.
type Client struct {
	Name    string // "" when it has none
	URL     string // its home page, by default the client_id
	Logo    string // an https URL at the client_id's host, or ""
	Warning string // a sentence for the owner about what is missing or inconsistent, or ""
}

// client is a Client with its redirect URIs.
type client struct {
	Client
	id        *url.URL
	redirects []string // absolute
	complete  bool     // only these are allowed, also at the app's own host
	unread    string   // why the app's page could not be read, or ""
}

type cachedClient struct {
	client  *client
	expires time.Time
}

// Limits of the cache of clients.
const (
	minCached     = time.Minute
	defaultCached = 10 * time.Minute
	maxCached     = 24 * time.Hour
	maxClients    = 200
)

// client returns what the app's page says, maybe from the cache. It is an error when the page
// contradicts itself. A page that cannot be read is no error; the Warning says so.
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
		if len(s.clients) >= maxClients || !now.Before(cached.expires) {
			delete(s.clients, other)
		}
	}
	s.clients[id] = cachedClient{c, now.Add(keep)}
	return c, nil
}

// readClient fetches the app's page. keep is how long it may be cached.
func (s *Server) readClient(ctx context.Context, id string) (c *client, keep time.Duration, err error) {
	u, err := url.Parse(id)
	if err != nil {
		return nil, 0, refuse("the app's client_id is not a URL", "")
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
		err = errors.New("it responded " + strconv.Itoa(page.Status) + " " + http.StatusText(page.Status))
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

// freshness returns how long a response may be cached.
func freshness(h http.Header) time.Duration {
	for directive := range strings.SplitSeq(strings.ToLower(h.Get("Cache-Control")), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		switch name {
		case "no-store", "no-cache":
			return minCached // the consent form needs it once more
		case "max-age":
			if n, err := strconv.ParseUint(strings.Trim(value, `"`), 10, 31); err == nil {
				return min(max(time.Duration(n)*time.Second, minCached), maxCached)
			}
		}
	}
	return defaultCached
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
	const bug = "this is a bug of the app; report it to its developer"
	if err := json.Unmarshal(page.Body, &d); err != nil {
		return &fault.Error{
			Code: fault.InvalidRequest, Op: "authorize", Hint: bug, Err: err,
			Message: "the client metadata at " + c.id.String() + " is not valid JSON",
		}
	}
	if said, err := ClientID(d.ClientID); err != nil || said != c.id.String() {
		return refuse("the client metadata at "+c.id.String()+" is about another app (its client_id differs)", bug)
	}
	c.Name, c.Logo = cleanName(d.ClientName), c.logo(d.LogoURI)
	if home, err := url.Parse(d.ClientURI); d.ClientURI != "" {
		switch {
		case err != nil || !strings.EqualFold(home.Hostname(), c.id.Hostname()):
			c.Warning = "The app's home page is at another host."
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
	doc := page.HTML()
	c.listRedirects(page.URL, page.Links(doc, "redirect_uri"))
	if doc == nil {
		return
	}
	for _, item := range items(doc, page.URL) {
		if slices.Contains(item.Type, "h-app") || slices.Contains(item.Type, "h-x-app") {
			c.Name = cleanName(firstText(item.Properties["name"]))
			c.Logo = c.logo(firstText(item.Properties["logo"]))
			return
		}
	}
}

// listRedirects adds redirect URIs. Absolute ones are kept as they are written, since they are
// compared exactly.
func (c *client) listRedirects(base *url.URL, list []string) {
	const maxRedirects = 100
	for _, s := range list {
		s = strings.TrimSpace(s)
		u, err := url.Parse(s)
		if err != nil || s == "" || len(c.redirects) == maxRedirects {
			continue
		}
		if !u.IsAbs() {
			s = base.ResolveReference(u).String()
		}
		c.redirects = append(c.redirects, s)
	}
}

// logo returns the URL of a picture at the app's own host, so that no one else learns of the sign-in.
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

// Logo fetches the logo of an app whose page has been read, for the owner's consent page. ok is
// false when it has none that can be shown.
func (s *Server) Logo(ctx context.Context, clientID string) (image []byte, mediaType string, ok bool) {
	s.mu.Lock()
	known := s.clients[clientID]
	s.mu.Unlock()
	if known.client == nil || known.client.Logo == "" {
		return nil, "", false
	}
	r, err := s.fetch.Get(ctx, known.client.Logo, "image/*")
	if err != nil || r.Status != http.StatusOK || len(r.Body) > maxLogo {
		return nil, "", false
	}
	mediaType, _, _ = mime.ParseMediaType(r.Header.Get("Content-Type"))
	return r.Body, mediaType, slices.Contains(logoTypes, mediaType)
}

// maxLogo is the largest logo that is shown, in bytes.
const maxLogo = 256 << 10

var logoTypes = []string{
	"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/svg+xml", "image/x-icon",
	"image/vnd.microsoft.icon",
}

// cleanName returns a name on one line, without invisible and direction-changing characters.
func cleanName(s string) string {
	const maxLetters = 100
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar
	}), " ")
	if letters := []rune(s); len(letters) > maxLetters {
		s = string(letters[:maxLetters]) + "…"
	}
	return s
}

// items parses microformats. The parser can panic on hostile pages.
func items(doc *html.Node, base *url.URL) (list []*microformats.Microformat) {
	defer func() {
		if recover() != nil {
			list = nil
		}
	}()
	return microformats.ParseNode(doc, base).Items
}

// firstText returns the first value as text; of a picture its URL.
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
