package pages

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/fault"
	"gitpost/bridge/language"
	"gitpost/templates"
)

// view is the data of layout.html. Main is for the page itself.
type view struct {
	Title    language.Text
	Named    string // the title where it is a name, which has no translation
	Language *language.Language
	SignedIn bool
	Nav      []navLink
	Problem  *problem      // what went wrong with the last form
	Wrong    string        // the name of the field that Problem is about, or ""
	Notice   language.Text // what went well
	Info     language.Text // what is neither good nor bad
	Saved    string        // the form whose text the browser need not keep any longer
	Main     any
}

type navLink struct {
	Path    string
	Name    language.Text
	Current bool
}

type problem struct{ Message, Hint language.Sentence }

// unexpected is what people see of errors that nobody expected.
var unexpected = &fault.Error{Code: fault.Internal, Message: "the server met an unexpected error",
	Hint: "its log has the cause"}

// asProblem is an error for people; the cause is in the log.
func asProblem(err error) *problem {
	var f *fault.Error
	if !errors.As(err, &f) {
		f = unexpected
	}
	p := &problem{Message: recognise(sentence(f.Message)), Hint: recognise(sentence(f.Hint))}
	switch p.Message.Text { // whose hints are for apps
	case "There is no post at %s.":
		p.Hint = language.Say("It was deleted or moved.")
	case "There is nothing at %s.":
		p.Hint = language.Sentence{}
	}
	if f.Code == fault.TooManyRequests && f.RetryAfter > 0 {
		p.Hint = language.Say("Wait %d seconds.", int(math.Ceil(f.RetryAfter.Seconds())))
		if f.RetryAfter > time.Minute {
			p.Hint = language.Say("Wait %d minutes.", int(math.Ceil(f.RetryAfter.Minutes())))
		}
	}
	return p
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

var navigation = []navLink{
	{Path: "/", Name: language.Text("Posts")}, {Path: "/files", Name: language.Text("Files")},
	{Path: "/status", Name: language.Text("Status")}, {Path: "/apps", Name: language.Text("Apps")},
	{Path: "/connect", Name: language.Text("Connect")}, {Path: "/account", Name: language.Text("Account")},
}

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
	v.Language = p.language(c)
	views, err := p.views.in(v.Language)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := views[name].ExecuteTemplate(&b, "layout", v); err != nil {
		return fmt.Errorf("render page %s: %w", name, err)
	}
	return c.HTMLBlob(status, b.Bytes())
}

// ShowError answers a person with an error.
func (p *Pages) ShowError(c echo.Context, err error) error {
	secure(c.Response().Header())
	var f *fault.Error
	if !errors.As(err, &f) {
		f = unexpected
	}
	tellWait(c, f)
	status := f.Code.Status()
	title, known := errorTitles[status]
	if !known {
		title = language.Text("This does not work")
	}
	_, owner, visitorErr := p.visitor(c) // an error here must not hide the first one
	return p.show(c, status, "error", view{Title: title, SignedIn: owner && visitorErr == nil, Main: asProblem(f)})
}

var errorTitles = map[int]language.Text{
	http.StatusBadRequest: language.Text("The request is not valid"), http.StatusForbidden: language.Text("Not allowed"),
	http.StatusNotFound:            language.Text("There is nothing here"),
	http.StatusTooManyRequests:     language.Text("Please wait"),
	http.StatusServiceUnavailable:  language.Text("Not available at the moment"),
	http.StatusInternalServerError: language.Text("Something went wrong"),
}

// tellWait sets Retry-After, if the error says when to retry.
func tellWait(c echo.Context, err error) {
	var f *fault.Error
	if errors.As(err, &f) && f.RetryAfter > 0 {
		c.Response().Header().Set("Retry-After", strconv.Itoa(int((f.RetryAfter+time.Second-1)/time.Second)))
	}
}

// path is the path of a page as browsers know it.
func (p *Pages) path(local string) string { return p.base + local }

// shortAddress is an address without scheme and trailing slash.
func shortAddress(address string) string {
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(address, "https://"), "http://"), "/")
}

// asset is a file that the pages refer to.
type asset struct {
	data          []byte
	small         []byte // the same by gzip; nil where that does not pay
	kind, version string
}

// readAssets returns the files that the pages refer to, by name. They are compressed once.
var readAssets = sync.OnceValues(func() (map[string]asset, error) {
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
		a := asset{data: data, kind: kinds[path.Ext(f.Name())], version: hex.EncodeToString(sum[:6])}
		if a.small, err = compressed(data); err != nil {
			return nil, fmt.Errorf("compress %s: %w", f.Name(), err)
		}
		assets[f.Name()] = a
	}
	return assets, nil
})

// assetAt is the address of a file that the pages refer to.
func (p *Pages) assetAt(name string) string {
	return p.path("/assets/" + name + "?v=" + p.assets[name].version)
}

// versionOf is a version of all of them.
func versionOf(assets map[string]asset) string {
	sum := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(assets)) {
		fmt.Fprintln(sum, name, assets[name].version)
	}
	return hex.EncodeToString(sum.Sum(nil)[:6])
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
	if a.small == nil {
		return c.Blob(http.StatusOK, a.kind, a.data)
	}
	h.Add("Vary", "Accept-Encoding")
	if !strings.Contains(c.Request().Header.Get("Accept-Encoding"), "gzip") {
		return c.Blob(http.StatusOK, a.kind, a.data)
	}
	h.Set("Content-Encoding", "gzip")
	return c.Blob(http.StatusOK, a.kind, a.small)
}

// compressed is a file by gzip; nil if that is hardly smaller, as with pictures.
func compressed(data []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err == nil {
		_, err = w.Write(data)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil || b.Len() > len(data)*9/10 {
		return nil, err
	}
	return b.Bytes(), nil
}
