package bridge

import (
	"github.com/labstack/echo/v4"

	"gitpost/bridge/fault"
	"gitpost/bridge/micropub"
)

// command answers POST /micropub.
func (s *Server) command(c echo.Context) error {
	in := &intake{server: s, address: c.RealIP()}
	err := s.carryOut(c, in)
	if err != nil {
		in.dropRefused(c.Request().Context(), err)
	}
	return err
}

func (s *Server) carryOut(c echo.Context, in *intake) error {
	request, who, err := s.parse(c, in)
	if err != nil {
		return err
	}
	named, err := micropub.Destination(c.Request(), request.Command)
	if err != nil {
		return err
	}
	if cmd, ok := request.Command.(*micropub.Upload); ok {
		return s.answerUploaded(c, who, named, cmd)
	}
	if ok, err := s.contactCommand(c, who, request, named, in); ok {
		return err
	}
	var d *destination
	if address := postOf(request.Command); address == "" {
		d, err = s.choose(who, named)
	} else {
		d, err = s.owner(who, named, address)
	}
	if err != nil {
		return err
	}
	posts, err := d.service()
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	var o outcome
	switch cmd := request.Command.(type) {
	case *micropub.Create:
		if o, err = posts.create(ctx, who, cmd, in.sent); err != nil {
			return err
		}
		return s.answerCreated(c, o)
	case *micropub.Update:
		o, err = posts.update(ctx, who, cmd, in.sent)
	case *micropub.Delete:
		o, err = posts.delete(ctx, who, cmd)
	case *micropub.Undelete:
		o, err = posts.undelete(ctx, who, cmd)
	default:
		err = &fault.Error{Code: fault.InvalidRequest, Message: "the request asks for nothing that this server knows"}
	}
	if err != nil {
		return err
	}
	return s.answerChanged(c, o)
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
func (s *Server) parse(c echo.Context, in *intake) (micropub.Request, principal, error) {
	header, err := micropub.HeaderToken(c.Request())
	if err != nil {
		return micropub.Request{}, principal{}, err
	}
	in.header = header
	if header != "" { // refused before a body is read
		if in.who, err = s.principal(c.Request().Context(), in.address, header); err != nil {
			return micropub.Request{}, principal{}, err
		}
	}
	request, err := micropub.Parse(c.Request(), s.limits(), in)
	token, tokenErr := micropub.OneToken(header, request.Token)
	if tokenErr != nil { // who sends nothing good need not be told what is wrong with it
		return request, principal{}, tokenErr
	}
	if err != nil {
		return request, principal{}, err
	}
	if header != "" {
		return request, in.who, nil
	}
	who, err := s.principal(c.Request().Context(), in.address, token)
	return request, who, err
}

func (s *Server) limits() micropub.Limits {
	return micropub.Limits{Upload: s.config().MediaMaxSize, Known: s.known}
}

func (s *Server) answerCreated(c echo.Context, o outcome) error {
	return micropub.WriteCreated(c.Response(), c.Request(), created(o))
}

// answerChanged answers an update, delete or undelete: 201 with the new Location when the
// post's URL changed, else 200 with the URL.
func (s *Server) answerChanged(c echo.Context, o outcome) error {
	if o.Moved {
		return s.answerCreated(c, o)
	}
	return micropub.WriteChanged(c.Response(), c.Request(), created(o))
}

func created(o outcome) micropub.Created {
	answer := micropub.Created{URL: o.URL, Syndication: namedIn(o.Item.Properties["syndication"]), Shortlink: o.Item.Properties.Text("shortlink")}
	if o.Waited {
		answer.Pushed, answer.Reason = &o.Push.Pushed, o.Push.Reason
	}
	return answer
}
