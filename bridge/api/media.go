package api

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/access"
	"gitpost/bridge/blog"
	"gitpost/bridge/fault"
	"gitpost/bridge/media"
	"gitpost/bridge/micropub"
	"gitpost/bridge/state"
)

// mediaRoutes are the media endpoint.
type mediaRoutes struct{ *API }

// receiver stages the files of one request.
type receiver struct {
	api     *API
	address string
	header  string           // the Authorization header's token, "" when there is none
	who     access.Principal // who sends it, once that is known

	request    *http.Request
	body       *strangerBody
	authorized bool                // who is known
	sent       []string            // names of the uploads that were stored
	sums       map[string][32]byte // of their contents, by URL
}

func newReceiver(a *API, c echo.Context) *receiver {
	return &receiver{api: a, address: c.RealIP(), sums: map[string][32]byte{}}
}

// Store stages one file and returns the URL at which the site will serve it. It asks who sends it
// before it reads a byte.
func (in *receiver) Store(ctx context.Context, f micropub.File) (string, error) {
	if in.header == "" && f.Token == "" {
		return "", &fault.Error{
			Code: fault.Unauthorized, Op: "upload", Message: "the access token must come before the files",
			Hint: `send it as "Authorization: Bearer …", or make access_token the first field of the form`,
		}
	}
	if err := in.authorize(micropub.Claim{Token: f.Token, Destination: f.Destination}); err != nil {
		return "", err
	}
	if err := in.who.RequireSome("upload", access.UploadFile); err != nil {
		return "", err
	}
	sum := sha256.New()
	u, err := in.api.Blogs.Uploads.Stage(ctx, in.who, f.Filename, io.TeeReader(f.Body, sum))
	if err != nil {
		return "", err
	}
	in.sent = append(in.sent, u.Name)
	in.sums[u.URL] = [32]byte(sum.Sum(nil))
	return u.URL, nil
}

// dropRefused removes what was stored of a request that was then refused: its client was told no
// URL. After other failures it stays until it expires, because the post may be stored all the same.
func (in *receiver) dropRefused(ctx context.Context, cause error) {
	switch fault.CodeOf(cause) {
	case fault.Internal, fault.Unavailable:
		return
	}
	in.drop(ctx)
}

// drop removes what was stored of a request.
func (in *receiver) drop(ctx context.Context) {
	ctx = context.WithoutCancel(ctx)
	for _, name := range in.sent {
		u, err := in.api.State.Upload(ctx, name)
		if err == nil {
			err = in.api.Blogs.Uploads.Drop(ctx, u)
		}
		if err != nil {
			in.api.Log.Warn("a file of a refused request stays until it expires", "name", name, "error", err)
		}
	}
}

// upload answers POST /media.
func (a mediaRoutes) upload(c echo.Context) error {
	in := newReceiver(a.API, c)
	defer in.finish()
	if err := a.carryOutUpload(c, in); err != nil {
		in.dropRefused(c.Request().Context(), err)
		return err
	}
	return nil
}

func (a mediaRoutes) carryOutUpload(c echo.Context, in *receiver) error {
	if err := in.known(c); err != nil {
		return err
	}
	request, err := micropub.ParseUpload(c.Request(), in.limits(), in)
	if err != nil {
		return err
	}
	switch cmd := request.Command.(type) {
	case *micropub.Upload: // Store has checked the token
		named, err := micropub.Destination(c.Request(), cmd)
		if err != nil {
			return err
		}
		return a.answerUploaded(c, in.who, named, cmd)
	case *micropub.Delete:
		if err := in.authorize(micropub.Claim{Token: request.Token, URL: cmd.URL}); err != nil {
			return err
		}
		if err := a.Blogs.Uploads.Delete(c.Request().Context(), in.who, cmd.URL); err != nil {
			return err
		}
		return c.NoContent(http.StatusNoContent)
	}
	return &fault.Error{Code: fault.InvalidRequest, Op: "upload", Message: "the media endpoint takes files",
		Hint: "send posts to /micropub"}
}

// query answers GET /media: q=source lists the newest uploads.
func (a mediaRoutes) query(c echo.Context) error {
	who, err := a.authenticate(c)
	if err != nil {
		return err
	}
	if err := who.RequireSome("list uploads", access.ReadUploads); err != nil {
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
		return &fault.Error{Code: fault.InvalidRequest, Message: "the media endpoint answers q=source and q=last",
			Hint: "send files by POST"}
	case q.URL != "":
		u, err := a.Blogs.Uploads.Find(ctx, who, "query upload", q.URL)
		if err != nil {
			return err
		}
		answer = a.uploadAnswer(u)
	case q.Kind == "last":
		newest, err := a.Blogs.Uploads.List(ctx, who, q.Destination, 1)
		if err != nil {
			return err
		}
		answer = struct{}{}
		if len(newest) > 0 {
			answer = a.uploadAnswer(newest[0])
		}
	default:
		if answer, err = a.uploadList(ctx, who, q); err != nil {
			return err
		}
	}
	return micropub.WriteJSON(c.Response(), http.StatusOK, answer)
}

// uploadList answers q=source of the media endpoint without url: the uploads, newest first.
func (a mediaRoutes) uploadList(ctx context.Context, who access.Principal, q micropub.Query) (any, error) {
	const usual, most = 20, 100
	if q.Limit == 0 {
		q.Limit = usual
	}
	q.Limit = min(q.Limit, most)
	enough := 0
	if q.Filter+q.Before+q.After == "" && q.Order != "asc" {
		enough = q.Offset + q.Limit + 1 // one more shows whether the list goes on
	}
	found, err := a.Blogs.Uploads.List(ctx, who, q.Destination, enough)
	if err != nil {
		return nil, err
	}
	switch q.Order { // desc is how they come
	case "asc":
		q.Order = "desc"
	case "desc":
		q.Order = ""
	}
	answer, err := blog.ListAnswer("items", found, q,
		func(u state.Upload) []string { return []string{u.URL, u.Filename, u.ContentType} })
	if err != nil {
		return nil, err
	}
	items := []uploadAnswer{}
	for _, u := range answer["items"].([]state.Upload) {
		items = append(items, a.uploadAnswer(u))
	}
	answer["items"] = items
	return answer, nil
}

func (a mediaRoutes) uploadAnswer(u state.Upload) uploadAnswer {
	return uploadAnswer{URL: u.URL, Published: u.Created.UTC().Format(time.RFC3339), MIMEType: u.ContentType,
		Committed: a.Blogs.Uploads.Committed(u)}
}

type uploadAnswer struct {
	URL       string `json:"url"`
	Published string `json:"published"`
	MIMEType  string `json:"mime_type"`
	Committed bool   `json:"committed"` // it is in the repository now
}

// preview answers GET /media/:name with a staged upload: until its post is published the
// site does not serve it.
func (a mediaRoutes) preview(c echo.Context) error {
	who, err := a.authenticate(c)
	if err != nil {
		return err
	}
	if err := who.RequireSome("preview upload", access.ReadUploads); err != nil {
		return err
	}
	u, err := a.State.Upload(c.Request().Context(), c.Param("name"))
	if errors.Is(err, state.ErrNoUpload) || err == nil && !a.Blogs.Uploads.MayUse(who, u) {
		return &fault.Error{Code: fault.NotFound, Message: "no upload has that name"}
	}
	if err != nil {
		return err
	}
	f, err := a.Blogs.Uploads.Open(c.Request().Context(), u)
	if errors.Is(err, fs.ErrNotExist) {
		return &fault.Error{Code: fault.NotFound, Message: "that upload has expired", Hint: "see " + u.URL}
	}
	if err != nil {
		return err
	}
	defer f.Close()
	h := c.Response().Header()
	h.Set("Content-Type", u.ContentType)
	if media.IsDownload(u.ContentType) {
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": u.Name}))
	}
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, no-store")
	http.ServeContent(c.Response(), c.Request(), "", u.Created, f)
	return nil
}

// answerUploaded answers the upload of a file that was staged for the token's default site. With
// mp-destination, which may have come after the file, it is staged for that site.
func (a *API) answerUploaded(c echo.Context, who access.Principal, named string, cmd *micropub.Upload) error {
	url, err := a.Blogs.Uploads.Restage(c.Request().Context(), who, named, cmd.URL)
	if err != nil {
		return err
	}
	return micropub.WriteCreated(c.Response(), c.Request(), micropub.Created{URL: url})
}
