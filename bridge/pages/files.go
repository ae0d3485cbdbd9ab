package pages

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/blog"
	"gitpost/bridge/fault"
	"gitpost/bridge/language"
	"gitpost/bridge/state"
)

// filesPages show the uploads.
type filesPages struct{ *Pages }

// fileView is an upload in files.html and file.html.
type fileView struct {
	state.Upload
	Picture   string // address of it made small; "" if it is no picture
	Committed bool   // in the repository
	Page      string // address of its own page
	Uses      []useView
}

type useView struct {
	blog.FileUse
	Edit string
}

func (p filesPages) view(u state.Upload, width int) fileView {
	v := fileView{Upload: u, Committed: p.Blogs.Uploads.Committed(u), Page: "/files/file?name=" + url.QueryEscape(u.Name)}
	if blog.IsPicture(u) {
		v.Picture = pictureAt(u.URL, width)
	}
	return v
}

// pictureAt is the address of a site's picture made small.
func pictureAt(address string, width int) string {
	return "/files/picture?w=" + strconv.Itoa(width) + "&url=" + url.QueryEscape(address)
}

const filesPerPage = 24

var fileNotices = map[string]language.Text{
	"uploaded": language.Text("Uploaded. A post that uses the file brings it to your site."),
	"deleted":  language.Text("The file is deleted."),
}

// page answers GET /files.
func (p filesPages) page(c echo.Context, _ visitor) error {
	n, _ := strconv.Atoi(c.QueryParam("page")) // what is no number is the first page
	n = max(n, 0)
	all, err := p.State.Uploads(c.Request().Context(), filesPerPage+1, n*filesPerPage)
	if err != nil {
		return err
	}
	var main struct {
		Files        []fileView
		Newer, Older string
	}
	if n > 0 {
		main.Newer = "/files?page=" + strconv.Itoa(n-1)
	}
	if len(all) > filesPerPage {
		all, main.Older = all[:filesPerPage], "/files?page="+strconv.Itoa(n+1)
	}
	for _, u := range all {
		main.Files = append(main.Files, p.view(u, 300))
	}
	return p.show(c, http.StatusOK, "files", view{Title: language.Text("Files"), SignedIn: true,
		Notice: fileNotices[c.QueryParam("done")], Main: main})
}

// file answers GET /files/file?name=…: one upload, and what uses it.
func (p filesPages) file(c echo.Context, _ visitor) error {
	u, err := p.State.Upload(c.Request().Context(), c.QueryParam("name"))
	if err != nil {
		return errNoFile
	}
	v := p.view(u, 800)
	uses, err := p.Blogs.Uploads.Uses(c.Request().Context(), u)
	if err != nil {
		return err
	}
	for _, use := range uses {
		shown := useView{FileUse: use}
		if use.URL != "" {
			shown.Edit = "/posts/edit?url=" + url.QueryEscape(use.URL)
		}
		v.Uses = append(v.Uses, shown)
	}
	return p.show(c, http.StatusOK, "file", view{Title: language.Text("File"), SignedIn: true, Main: v})
}

var errNoFile = &fault.Error{
	Code: fault.NotFound, Op: "show file", Message: "there is no such file", Hint: "open the list of files again",
}

// picture answers GET /files/picture?url=…&w=…: a picture of a site, made small.
func (p filesPages) picture(c echo.Context, _ visitor) error {
	width, err := strconv.Atoi(c.QueryParam("w"))
	if err != nil {
		width = 800
	}
	data, kind, err := p.Blogs.Uploads.Picture(c.Request().Context(), c.QueryParam("url"), min(max(width, 16), 1600))
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "private, max-age=86400")
	return c.Blob(http.StatusOK, kind, data)
}

// upload answers POST /files: files that a post will use.
func (p filesPages) upload(c echo.Context, _ visitor) error {
	form, err := readForm(c)
	if err != nil {
		return err
	}
	defer form.RemoveAll()
	type uploaded struct {
		URL     string `json:"url"`
		Name    string `json:"name"`
		Picture string `json:"picture,omitempty"`
	}
	list := []uploaded{}
	for _, header := range form.File["file"] {
		if header.Size == 0 {
			continue
		}
		file, err := header.Open()
		if err != nil {
			return err
		}
		u, err := p.Blogs.Uploads.Stage(c.Request().Context(), p.author(), header.Filename, file)
		file.Close()
		if err != nil {
			return err
		}
		one := uploaded{URL: u.URL, Name: u.Filename}
		if v := p.view(u, 300); v.Picture != "" {
			one.Picture = p.path(v.Picture)
		}
		list = append(list, one)
	}
	if byScript(c.Request()) {
		return c.JSON(http.StatusCreated, list)
	}
	return p.goTo(c, "/files?done=uploaded")
}

// delete answers POST /files/delete: a file that nothing uses.
func (p filesPages) delete(c echo.Context, _ visitor) error {
	if err := p.Blogs.Uploads.Delete(c.Request().Context(), p.author(), c.FormValue("url")); err != nil {
		return err
	}
	p.Log.Info("a file was deleted on the page", "url", c.FormValue("url"))
	return p.goTo(c, "/files?done=deleted")
}
