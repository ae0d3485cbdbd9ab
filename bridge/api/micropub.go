package api

import (
	"context"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/access"
	"gitpost/bridge/blog"
	"gitpost/bridge/fault"
	"gitpost/bridge/micropub"
)

// micropubRoutes are the Micropub endpoint for commands.
type micropubRoutes struct{ *API }

// command answers POST /micropub.
func (a micropubRoutes) command(c echo.Context) error {
	in := newReceiver(a.API, c)
	defer in.finish()
	err := a.carryOut(c, in)
	if err != nil {
		in.dropRefused(c.Request().Context(), err)
	}
	return err
}

func (a micropubRoutes) carryOut(c echo.Context, in *receiver) error {
	key, err := micropub.IdempotencyKey(c.Request())
	if err != nil {
		return err
	}
	request, who, err := a.parse(c, in)
	if err != nil {
		return err
	}
	named, err := micropub.Destination(c.Request(), request.Command)
	if err != nil {
		return err
	}
	if cmd, ok := request.Command.(*micropub.Upload); ok {
		return a.answerUploaded(c, who, named, cmd)
	}
	if ok, err := contactRoutes(a).command(c, who, request, named, in); ok {
		return err
	}
	var d *blog.Blog
	if address := postOf(request.Command); address == "" {
		d, err = a.Blogs.Choose(who, named)
	} else {
		d, err = a.Blogs.Owner(who, named, address)
	}
	if err != nil {
		return err
	}
	once := blog.Repeatable{Who: who, Key: key, Blog: d, About: postOf(request.Command)}
	if key != "" {
		if once.Asks, err = blog.Asks(request.Command, in.sums); err != nil {
			return err
		}
	}
	ctx := c.Request().Context()
	o, repeated, err := a.Blogs.Once.Do(ctx, once, func(ctx context.Context) (blog.Outcome, error) {
		return act(ctx, d, who, request.Command, in.sent)
	})
	if err != nil {
		return err
	}
	if repeated {
		in.drop(ctx) // the files of the first try are used
	}
	if _, isNew := request.Command.(*micropub.Create); isNew {
		return a.answerCreated(c, o)
	}
	return a.answerChanged(c, o)
}

// act carries out a command on a site.
func act(ctx context.Context, d *blog.Blog, who access.Principal, command micropub.Command,
	sent []string) (blog.Outcome, error) {
	switch cmd := command.(type) {
	case *micropub.Create:
		return d.Create(ctx, who, cmd, sent)
	case *micropub.Update:
		return d.Update(ctx, who, cmd, sent)
	case *micropub.Delete:
		return d.Delete(ctx, who, cmd)
	case *micropub.Undelete:
		return d.Undelete(ctx, who, cmd)
	}
	return blog.Outcome{}, &fault.Error{Code: fault.InvalidRequest, Message: "unsupported request"}
}

// postOf is the address of the post that a command is about; "" for a new one.
func postOf(command micropub.Command) string {
	switch c := command.(type) {
	case *micropub.Update:
		return c.URL
	case *micropub.Delete:
		return c.URL
	case *micropub.Undelete:
		return c.URL
	}
	return ""
}

// parse reads the request and finds who sent it: the token may stand in the header, or in
// the body, or in both when they are equal.
func (a micropubRoutes) parse(c echo.Context, in *receiver) (micropub.Request, access.Principal, error) {
	if err := in.known(c); err != nil {
		return micropub.Request{}, access.Principal{}, err
	}
	request, err := micropub.Parse(c.Request(), in.limits(), in)
	switch fault.CodeOf(err) {
	case fault.InvalidRequest, fault.UnsupportedMedia: // whoever sends no good token need not be told what is wrong
		if _, bad := micropub.OneToken(in.header, request.Token); bad != nil {
			err = bad
		}
	}
	if err == nil {
		err = in.authorize(micropub.Claim{Token: request.Token})
	}
	return request, in.who, err
}

func (a *API) answerCreated(c echo.Context, o blog.Outcome) error {
	return micropub.WriteCreated(c.Response(), c.Request(), created(o))
}

// answerChanged answers an update, delete or undelete: 201 with the new Location when the
// post's URL changed, else 200 with the URL.
func (a *API) answerChanged(c echo.Context, o blog.Outcome) error {
	if o.Moved {
		return a.answerCreated(c, o)
	}
	return micropub.WriteChanged(c.Response(), c.Request(), created(o))
}

func created(o blog.Outcome) micropub.Created {
	answer := micropub.Created{URL: o.URL, Syndication: o.Syndication(), Shortlink: o.Item.Properties.Text("shortlink")}
	if o.Waited {
		answer.Pushed, answer.Reason = &o.Push.Pushed, o.Push.Reason
	}
	return answer
}
