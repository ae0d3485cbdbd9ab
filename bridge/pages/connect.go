package pages

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/config"
)

// connectView is for connect.html.
type connectView struct {
	Micropub, Media string
	Many            bool
	Sites           []connectSite
}

type connectSite struct {
	Me, HTML string
	Headers  []headerLines
}

// headerLines is the configuration of one web server that sends the links as headers.
type headerLines struct{ Name, Text string }

// connect answers GET /connect: what makes apps find this server.
func (p *Pages) connect(c echo.Context, _ visitor) error {
	u := p.Config().URL
	main := connectView{Micropub: u + "/micropub", Media: u + "/media", Many: p.Blogs.Several()}
	for _, d := range p.Blogs.All() {
		main.Sites = append(main.Sites, newConnectSite(p.Config().Discovery(d.Me()), d.Me()))
	}
	return p.show(c, http.StatusOK, "connect", view{Title: "Connect an app", SignedIn: true, Main: main})
}

// ShowConnect leads a person who opened an endpoint in the browser to the page about connecting.
func (p *Pages) ShowConnect(c echo.Context) error { return p.goTo(c, "/connect") }

func newConnectSite(d config.Discovery, me string) connectSite {
	trim := strings.TrimSpace
	return connectSite{Me: me, HTML: trim(d.HTML), Headers: []headerLines{
		{"Netlify, Cloudflare Pages: the file _headers", trim(d.Headers)}, {"Caddy", trim(d.Caddy)},
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
	return p.show(c, http.StatusOK, "welcome", view{Title: me, Main: struct {
		Me    string
		Links []config.Link
	}{me, links}})
}
