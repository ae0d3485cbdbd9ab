package pages

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/config"
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

type connectSite struct {
	Me, Title, HTML string
	Headers         []headerLines
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
	for _, d := range p.Blogs.All() {
		shown := newConnectSite(p.Config().Discovery(d.Me()), d.Me())
		shown.Title = d.Title()
		main.Sites = append(main.Sites, shown)
	}
	return p.show(c, http.StatusOK, "connect", view{Title: language.Text("Connect an app"), SignedIn: true, Main: main})
}

// ShowConnect leads a person who opened an endpoint in the browser to the page about connecting.
func (p *Pages) ShowConnect(c echo.Context) error { return p.goTo(c, "/connect") }

func newConnectSite(d config.Discovery, me string) connectSite {
	trim := strings.TrimSpace
	return connectSite{Me: me, HTML: trim(d.HTML), Headers: []headerLines{
		{language.Text("Netlify, Cloudflare Pages: the file _headers"), trim(d.Headers)}, {"Caddy", trim(d.Caddy)},
		{"nginx", trim(d.Nginx)},
	}}
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
