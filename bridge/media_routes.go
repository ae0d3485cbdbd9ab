package bridge

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/fault"
	"gitpost/bridge/micropub"
	"gitpost/bridge/state"
)

// intake stages the files of one request.
type intake struct {
	server  *Server
	address string
	header  string    // the Authorization header's token, "" when there is none
	who     principal // who sends it, once that is known
	sent    []string  // names of the uploads that were stored
}

// Store stages one file and gives the URL at which the site will serve it. It asks who sends
// it before it reads a byte.
func (in *intake) Store(ctx context.Context, f micropub.File) (string, error) {
	address, err := in.store(ctx, f)
	var known *fault.Error
	if err != nil && !errors.As(err, &known) {
		if disk := diskFault("upload", err); disk != nil {
			return "", disk
		}
	}
	return address, err
}

func (in *intake) store(ctx context.Context, f micropub.File) (string, error) {
	s, who := in.server, in.who
	if in.header == "" && f.Token == "" {
		return "", &fault.Error{
			Code: fault.Unauthorized, Op: "upload", Message: "the access token has to come before the files",
			Hint: `send it as "Authorization: Bearer …", or make access_token the first field of the form`,
		}
	}
	token, err := micropub.OneToken(in.header, f.Token)
	if err != nil {
		return "", err
	}
	if in.header == "" {
		if who, err = s.principal(ctx, in.address, token); err != nil {
			return "", err
		}
		in.who = who
	}
	if err := who.requireSome("upload", "media", "create"); err != nil && !who.may("draft") {
		return "", err
	}
	staged, err := s.taking.Load().Stage(ctx, f.Filename, f.Body)
	if err != nil {
		return "", err
	}
	u := state.Upload{
		Name: staged.Name, File: staged.File, Filename: f.Filename, ContentType: staged.ContentType,
		Size: staged.Size, Width: staged.Width, Height: staged.Height, Created: time.Now(), TokenID: who.TokenID,
	}
	d, err := s.choose(who, "")
	if err != nil {
		return "", errors.Join(err, s.media.Remove(staged.File))
	}
	if u.Path, u.URL, err = d.mediaPlace(ctx, u); err == nil {
		err = d.allowed(u.Path)
	}
	if err == nil {
		err = s.state.AddUpload(ctx, u)
	}
	if err != nil {
		return "", errors.Join(err, s.media.Remove(staged.File))
	}
	in.sent = append(in.sent, u.Name)
	return u.URL, nil
}

// dropRefused removes what was stored of a request that was then refused: its client was
// told no address. After other failures it stays until it expires, for the post may be safe all the same.
func (in *intake) dropRefused(ctx context.Context, cause error) {
	switch fault.CodeOf(cause) {
	case fault.Internal, fault.Unavailable:
		return
	}
	ctx = context.WithoutCancel(ctx)
	for _, name := range in.sent {
		u, err := in.server.state.Upload(ctx, name)
		if err == nil {
			err = in.server.dropUpload(ctx, u)
		}
		if err != nil {
			in.server.log.Warn("a file of a refused request stays until it expires", "name", name, "error", err)
		}
	}
}

// dropUpload removes a staged file and what is known of it.
func (s *Server) dropUpload(ctx context.Context, u state.Upload) error {
	if err := s.media.Remove(u.File); err != nil {
		return err
	}
	return s.state.RemoveUpload(ctx, u.Name)
}

// upload answers POST /media.
func (s *Server) upload(c echo.Context) error {
	header, err := micropub.HeaderToken(c.Request())
	if err != nil {
		return err
	}
	in := &intake{server: s, address: c.RealIP(), header: header}
	if err := s.carryOutUpload(c, in); err != nil {
		in.dropRefused(c.Request().Context(), err)
		return err
	}
	return nil
}

func (s *Server) carryOutUpload(c echo.Context, in *intake) error {
	ctx, header := c.Request().Context(), in.header
	var err error
	if header != "" {
		if in.who, err = s.principal(ctx, in.address, header); err != nil {
			return err
		}
	}
	request, err := micropub.ParseUpload(c.Request(), s.limits(), in)
	if err != nil {
		return err
	}
	switch cmd := request.Command.(type) {
	case *micropub.Upload: // Store has checked the token
		named, err := micropub.Destination(c.Request(), cmd)
		if err != nil {
			return err
		}
		return s.answerUploaded(c, in.who, named, cmd)
	case *micropub.Delete:
		token, err := micropub.OneToken(header, request.Token)
		if err != nil {
			return err
		}
		who, err := s.principal(ctx, in.address, token)
		if err != nil {
			return err
		}
		return s.discard(c, who, cmd.URL)
	}
	return &fault.Error{Code: fault.InvalidRequest, Op: "upload", Message: "the media endpoint takes files", Hint: "send posts to /micropub"}
}

// mediaQuery answers GET /media: q=source lists the newest uploads.
func (s *Server) mediaQuery(c echo.Context) error {
	who, err := s.authenticate(c)
	if err != nil {
		return err
	}
	if err := who.requireSome("list uploads", "media", "create", "update"); err != nil {
		return err
	}
	q, err := micropub.QueryOf(c.Request())
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	var answer any
	switch {
	case q.Kind != "source" && q.Kind != "last":
		return &fault.Error{Code: fault.InvalidRequest, Message: "the media endpoint answers q=source and q=last", Hint: "send files by POST"}
	case q.URL != "":
		u, err := s.state.UploadByURL(ctx, q.URL)
		if errors.Is(err, state.ErrNoUpload) || err == nil && !s.mayUse(who, u) {
			return &fault.Error{Code: fault.InvalidRequest, Message: fmt.Sprintf("no upload has the URL %s", q.URL)}
		}
		if err != nil {
			return err
		}
		answer = s.uploadAnswer(u)
	case q.Kind == "last":
		newest, err := s.uploadsOf(ctx, who, q.Destination, 1, 0)
		if err != nil {
			return err
		}
		answer = struct{}{}
		if len(newest) > 0 {
			answer = s.uploadAnswer(newest[0])
		}
	default:
		if answer, err = s.uploadList(ctx, who, q); err != nil {
			return err
		}
	}
	return micropub.WriteJSON(c.Response(), http.StatusOK, answer)
}

// uploadList answers q=source of the media endpoint without url: the uploads, newest first.
func (s *Server) uploadList(ctx context.Context, who principal, q micropub.Query) (any, error) {
	const usual, most = 20, 100
	if q.Limit == 0 {
		q.Limit = usual
	}
	q.Limit = min(q.Limit, most)
	enough := 0
	if q.Filter+q.Before+q.After == "" && q.Order != "asc" {
		enough = q.Offset + q.Limit + 1 // one more tells whether the list goes on
	}
	found, err := s.uploadsOf(ctx, who, q.Destination, enough, 0)
	if err != nil {
		return nil, err
	}
	switch q.Order { // desc is how they come
	case "asc":
		q.Order = "desc"
	case "desc":
		q.Order = ""
	}
	answer, err := listed("items", found, q, func(u state.Upload) []string { return []string{u.URL, u.Filename, u.ContentType} })
	if err != nil {
		return nil, err
	}
	items := []uploadAnswer{}
	for _, u := range answer["items"].([]state.Upload) {
		items = append(items, s.uploadAnswer(u))
	}
	answer["items"] = items
	return answer, nil
}

func (s *Server) uploadAnswer(u state.Upload) uploadAnswer {
	return uploadAnswer{URL: u.URL, Published: u.Created.UTC().Format(time.RFC3339), MIMEType: u.ContentType, Committed: s.keeper(u) != nil}
}

type uploadAnswer struct {
	URL       string `json:"url"`
	Published string `json:"published"`
	MIMEType  string `json:"mime_type"`
	Committed bool   `json:"committed"` // it is in the repository now
}

// preview answers GET /media/:name with a staged upload: until its post is published the
// site does not serve it.
func (s *Server) preview(c echo.Context) error {
	who, err := s.authenticate(c)
	if err != nil {
		return err
	}
	if err := who.requireSome("preview upload", "media", "create", "update"); err != nil {
		return err
	}
	u, err := s.state.Upload(c.Request().Context(), c.Param("name"))
	if errors.Is(err, state.ErrNoUpload) || err == nil && !s.mayUse(who, u) {
		return &fault.Error{Code: fault.NotFound, Message: "no upload has that name"}
	}
	if err != nil {
		return err
	}
	f, err := s.media.File(u.File)
	if errors.Is(err, fs.ErrNotExist) {
		return &fault.Error{Code: fault.NotFound, Message: "that upload is no longer kept here", Hint: "see " + u.URL}
	}
	if err != nil {
		return err
	}
	defer f.Close()
	h := c.Response().Header()
	h.Set("Content-Type", u.ContentType)
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, no-store")
	http.ServeContent(c.Response(), c.Request(), "", u.Created, f)
	return nil
}
