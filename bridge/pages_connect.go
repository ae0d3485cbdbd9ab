package bridge

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
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

// connectPage answers GET /connect: what makes apps find this server.
func (s *Server) connectPage(c echo.Context, _ visitor) error {
	u := s.config().URL
	main := connectView{Micropub: u + "/micropub", Media: u + "/media", Many: len(s.destinations) > 1}
	for _, d := range s.destinations {
		main.Sites = append(main.Sites, newConnectSite(s.config().Discovery(d.me()), d.me()))
	}
	return s.show(c, http.StatusOK, "connect", view{Title: "Connect an app", SignedIn: true, Main: main})
}

func newConnectSite(d Discovery, me string) connectSite {
	trim := strings.TrimSpace
	return connectSite{Me: me, HTML: trim(d.HTML), Headers: []headerLines{
		{"Netlify, Cloudflare Pages: the file _headers", trim(d.Headers)}, {"Caddy", trim(d.Caddy)}, {"nginx", trim(d.Nginx)},
	}}
}

// welcome answers GET / for everybody but the owner.
func (s *Server) welcome(c echo.Context) error {
	s.advertise(c.Response().Header())
	me := s.config().Me
	if !asksPage(c.Request()) {
		return c.String(http.StatusOK, "This is gitpost, the Micropub server of "+me+"\n"+
			"Micropub endpoint: "+s.config().URL+"/micropub\nMedia endpoint: "+s.config().URL+"/media\n")
	}
	return s.show(c, http.StatusOK, "welcome", view{Title: me, Main: struct {
		Me    string
		Links []Link
	}{me, s.config().Links()}})
}
