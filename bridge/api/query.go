package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/access"
	"gitpost/bridge/blog"
	"gitpost/bridge/config"
	"gitpost/bridge/fault"
	"gitpost/bridge/micropub"
)

// queryRoutes answer what apps ask.
type queryRoutes struct{ *API }

// query answers GET /micropub. Without q it says whose token it is.
func (a queryRoutes) query(c echo.Context) error {
	who, err := a.authenticate(c)
	if err != nil {
		return err
	}
	q, err := micropub.QueryOf(c.Request())
	if err != nil {
		return err
	}
	answer, err := a.answerQuery(c, who, q)
	if err != nil {
		return err
	}
	return micropub.WriteAnswer(c.Response(), c.Request(), http.StatusOK, answer)
}

func (a queryRoutes) answerQuery(c echo.Context, who access.Principal, q micropub.Query) (any, error) {
	if q.Kind == "" {
		return who.Verified(), nil
	}
	d, err := a.Blogs.Choose(who, q.Destination)
	if q.Kind == "source" && q.URL != "" {
		d, err = a.ownerOf(who, q.Destination, q.URL)
	}
	if err != nil {
		return nil, err
	}
	ctx := c.Request().Context()
	switch q.Kind {
	case "config":
		return a.configAnswer(who, d), nil
	case "syndicate-to":
		return blog.ListAnswer("syndicate-to", d.Config().TargetsFor(q.PostType), q, targetTexts)
	case "post-types":
		return blog.ListAnswer("post-types", d.Config().OfferedTypes(), q,
			func(t config.PostType) []string { return []string{t.Type, t.Name} })
	case "destination":
		return blog.ListAnswer("destination", a.Blogs.Offered(who), q, targetTexts)
	case "channel":
		return blog.ListAnswer("channels", append([]config.Channel{}, d.Config().Channels...), q,
			func(c config.Channel) []string { return []string{c.UID, c.Name} })
	case "category":
		return d.Categories(ctx, who, q)
	}
	switch {
	case q.Kind == "contact":
		if err := who.Require("read contacts", access.ReadContacts); err != nil {
			return nil, err
		}
		return d.Contacts(ctx, q, func(name string) string { return a.contactAddress(d, name) })
	case q.Kind == "geo":
		return d.Nearby(ctx, who, q)
	case q.Kind == "source" && q.URL != "":
		if name, ok := a.contactName(q.URL); ok {
			if err := who.Require("read contact", access.ReadContacts); err != nil {
				return nil, err
			}
			return d.Contact(ctx, name, a.contactAddress(d, name))
		}
		return d.Source(ctx, who, q)
	case q.Kind == "source":
		return d.List(ctx, who, q)
	}
	return nil, &fault.Error{
		Code: fault.InvalidRequest, Op: "query", Message: "q=" + q.Kind + " is not answered here",
		Hint: "q=config lists what is, under \"q\"",
	}
}
