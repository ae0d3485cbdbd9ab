package pages

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/fault"
	"gitpost/templates"
)

// view is the data of layout.html. Main is for the page itself.
type view struct {
	Title    string
	SignedIn bool
	Nav      []navLink
	Problem  *problem // what went wrong with the last form
	Wrong    string   // the name of the field that Problem is about, or ""
	Notice   string   // what went well
	Info     string   // what is neither good nor bad
	Saved    string   // the form whose text the browser need not keep any longer
	Main     any
}

type navLink struct {
	Path, Name string
	Current    bool
}

type problem struct{ Message, Hint string }

// asProblem is an error for people; the cause is in the log.
func asProblem(err error) *problem {
	var f *fault.Error
	if !errors.As(err, &f) {
		return &problem{Message: "The server met an unexpected error.", Hint: "Its log has the cause."}
	}
	return &problem{Message: sentence(f.Message), Hint: sentence(f.Hint)}
}

// sentence starts with a capital and ends with a full stop. What starts with a name or an
// address stays as it is.
func sentence(s string) string {
	first, _, _ := strings.Cut(s, " ")
	if first == "" {
		return s
	}
	if first != "gitpost" && !strings.ContainsFunc(strings.TrimRight(first, ".,:;"),
		func(r rune) bool { return !unicode.IsLetter(r) }) {
		r, size := utf8.DecodeRuneInString(s)
		s = string(unicode.ToUpper(r)) + s[size:]
	}
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}

var navigation = []navLink{{Path: "/", Name: "Posts"}, {Path: "/status", Name: "Status"}, {Path: "/apps", Name: "Apps"},
	{Path: "/connect", Name: "Connect"}, {Path: "/account", Name: "Account"}}

// show answers with the page of that name.
func (p *Pages) show(c echo.Context, status int, name string, v view) error {
	if v.SignedIn {
		for _, link := range navigation {
			at := c.Request().URL.Path
			link.Current = at == link.Path || link.Path != "/" && strings.HasPrefix(at, link.Path+"/") ||
				link.Path == "/" && strings.HasPrefix(at, "/posts/")
			v.Nav = append(v.Nav, link)
		}
	}
	var b bytes.Buffer
	if err := p.views[name].ExecuteTemplate(&b, "layout", v); err != nil {
		return fmt.Errorf("render page %s: %w", name, err)
	}
	return c.HTMLBlob(status, b.Bytes())
}

// ShowError answers a person with an error.
func (p *Pages) ShowError(c echo.Context, err error) error {
	secure(c.Response().Header())
	var f *fault.Error
	if !errors.As(err, &f) {
		f = &fault.Error{Code: fault.Internal, Message: "the server met an unexpected error",
			Hint: "its log has the cause"}
	}
	tellWait(c, f)
	status := f.Code.Status()
	title := map[int]string{
		http.StatusBadRequest: "The request is not valid", http.StatusForbidden: "Not allowed",
		http.StatusNotFound:        "There is nothing here",
		http.StatusTooManyRequests: "Please wait", http.StatusServiceUnavailable: "Not available at the moment",
		http.StatusInternalServerError: "Something went wrong",
	}[status]
	if title == "" {
		title = "This does not work"
	}
	_, owner, visitorErr := p.visitor(c) // an error here must not hide the first one
	return p.show(c, status, "error", view{Title: title, SignedIn: owner && visitorErr == nil, Main: asProblem(f)})
}

// tellWait sets Retry-After, if the error says when to retry.
func tellWait(c echo.Context, err error) {
	var f *fault.Error
	if errors.As(err, &f) && f.RetryAfter > 0 {
		c.Response().Header().Set("Retry-After", strconv.Itoa(int((f.RetryAfter+time.Second-1)/time.Second)))
	}
}

// readViews parses the pages, each with the layout around it.
func (p *Pages) readViews() (map[string]*template.Template, error) {
	files := templates.Pages()
	layout, err := template.New("").Funcs(template.FuncMap{
		"path":    p.path,
		"asset":   func(name string) string { return p.path("/assets/" + name + "?v=" + p.assets[name].version) },
		"address": shortAddress,
		"ago":     func(t time.Time) string { return ago(time.Since(t)) },
		"stamp":   func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	}).ParseFS(files, "layout.html")
	if err != nil {
		return nil, fmt.Errorf("read the pages: %w", err)
	}
	names, err := fs.Glob(files, "*.html")
	if err != nil {
		return nil, err
	}
	views := map[string]*template.Template{}
	for _, name := range names {
		if name == "layout.html" {
			continue
		}
		own, err := layout.Clone()
		if err == nil {
			own, err = own.ParseFS(files, name)
		}
		if err != nil {
			return nil, fmt.Errorf("read page %s: %w", name, err)
		}
		views[strings.TrimSuffix(name, ".html")] = own
	}
	return views, nil
}

// path is the path of a page as browsers know it.
func (p *Pages) path(local string) string { return p.base + local }

// shortAddress is an address without scheme and trailing slash.
func shortAddress(address string) string {
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(address, "https://"), "http://"), "/")
}

// ago is how long ago something was.
func ago(d time.Duration) string {
	count := func(n int, unit string) string { return countOf(n, unit) + " ago" }
	const day = 24 * time.Hour
	switch {
	case d < -time.Minute:
		return "in the future"
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return count(int(d/time.Minute), "minute")
	case d < day:
		return count(int(d/time.Hour), "hour")
	case d < 60*day:
		return count(int(d/day), "day")
	case d < 730*day:
		return count(int(d/(30*day)), "month")
	}
	return count(int(d/(365*day)), "year")
}

// asset is a file that the pages refer to.
type asset struct {
	data          []byte
	kind, version string
}

func readAssets() (map[string]asset, error) {
	kinds := map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
		".svg": "image/svg+xml", ".png": "image/png"}
	list, err := fs.ReadDir(templates.Assets(), ".")
	if err != nil {
		return nil, fmt.Errorf("read the pages' files: %w", err)
	}
	assets := map[string]asset{}
	for _, f := range list {
		data, err := fs.ReadFile(templates.Assets(), f.Name())
		if err != nil {
			return nil, fmt.Errorf("read the pages' files: %w", err)
		}
		sum := sha256.Sum256(data)
		assets[f.Name()] = asset{data, kinds[path.Ext(f.Name())], hex.EncodeToString(sum[:6])}
	}
	return assets, nil
}

// asset answers GET /assets/NAME. Its address changes with what it is.
func (p *Pages) asset(c echo.Context) error {
	a, ok := p.assets[c.Param("name")]
	if !ok {
		return echo.ErrNotFound
	}
	h := c.Response().Header()
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; frame-ancestors 'none'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	return c.Blob(http.StatusOK, a.kind, a.data)
}
