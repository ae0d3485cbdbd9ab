package pages

import (
	"net/http"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/blog"
	"gitpost/bridge/config"
	"gitpost/bridge/discovery"
	"gitpost/bridge/language"
)

// connectView is for connect.html.
type connectView struct {
	Micropub, Media string
	Share           string // the address of a new post, filled in by its query
	Many            bool
	Sites           []connectSite
	Bookmarklets    []bookmarklet
}

// connectSite is a site, and what its home page has.
type connectSite struct {
	Me, Title string
	Home      homeView
	HTML      string // the lines that are to go into the home page
	Headers   []headerLines
}

// homeView is what a site's home page says to apps.
type homeView struct {
	discovery.Seen
	Headline language.Text
	Kind     string // "good", "warn", or "" for a page that cannot be read
	Reason   string // why it cannot be read
}

// headerLines is the configuration of one web server that sends the links as headers.
type headerLines struct {
	Name language.Text
	Text string
}

// connect answers GET /connect: what makes apps find this server.
func (p *Pages) connect(c echo.Context, _ visitor) error {
	u := p.Config().URL
	main := connectView{Share: u + "/posts/new?url={url}&title={title}&content={text}", Micropub: u + "/micropub",
		Media: u + "/media", Many: p.Blogs.Several(), Bookmarklets: p.bookmarklets()}
	blogs := p.Blogs.All()
	main.Sites = make([]connectSite, len(blogs))
	var all sync.WaitGroup // so that a person waits for one home page at most
	for i, b := range blogs {
		all.Go(func() {
			seen := p.Homes.Look(c.Request().Context(), *b.Config(), p.Config().Links())
			main.Sites[i] = newConnectSite(p.Config().Discovery(b.Me()), b, seen)
		})
	}
	all.Wait()
	return p.show(c, http.StatusOK, "connect", view{Title: language.Text("Connect an app"), SignedIn: true, Main: main})
}

// ShowConnect leads a person who opened an endpoint in the browser to the page about connecting.
func (p *Pages) ShowConnect(c echo.Context) error { return p.goTo(c, "/connect") }

func newConnectSite(d config.Discovery, b *blog.Blog, seen discovery.Seen) connectSite {
	trim := strings.TrimSpace
	return connectSite{Me: b.Me(), Title: b.Title(), Home: newHomeView(seen), HTML: trim(d.HTML), Headers: []headerLines{
		{language.Text("Netlify, Cloudflare Pages: the file _headers"), trim(d.Headers)}, {"Caddy", trim(d.Caddy)},
		{"nginx", trim(d.Nginx)},
	}}
}

func newHomeView(seen discovery.Seen) homeView {
	v := homeView{Seen: seen, Kind: "warn"}
	switch {
	case seen.Err != nil:
		v.Kind, v.Headline = "", language.Text("Your home page cannot be read at the moment.")
		v.Reason = sentence(seen.Err.Error())
	case len(seen.Elsewhere) > 0:
		v.Headline = language.Text("Your home page sends apps to another server. Remove these lines from it:")
	case seen.None():
		v.Headline = language.Text("Your home page does not tell apps where to post yet.")
	case len(seen.Missing) > 0:
		v.Headline = language.Text("Your home page has some of the lines. These are missing:")
	case len(seen.HeaderOnly) > 0:
		v.Headline = language.Text("Your site has the lines in HTTP headers. Some apps read only the page.")
	default:
		v.Kind, v.Headline = "good", language.Text("Your home page tells apps where to post.")
	}
	return v
}

// welcome answers GET / for everybody but the owner.
func (p *Pages) welcome(c echo.Context) error {
	me, links := p.Config().Me(), p.Config().Links()
	for _, l := range links {
		c.Response().Header().Add("Link", l.HeaderValue())
	}
	if !WantsPage(c.Request()) {
		return c.String(http.StatusOK, "This is gitpost, the Micropub server of "+me+"\n"+
			"Micropub endpoint: "+p.Config().URL+"/micropub\nMedia endpoint: "+p.Config().URL+"/media\n")
	}
	return p.show(c, http.StatusOK, "welcome", view{Named: me, Main: struct {
		Me    string
		Links []config.Link
	}{me, links}})
}
