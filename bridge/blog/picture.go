package blog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"strings"

	"gitpost/bridge/address"
	"gitpost/bridge/catalog"
	"gitpost/bridge/fault"
	"gitpost/bridge/media"
	"gitpost/bridge/state"
)

// Picture returns a picture of one of the sites by the URL at which it is served, or will be, no
// wider than width. It is read from the staged uploads or the repository, so that it can be seen
// before the site is built.
func (u *Uploads) Picture(ctx context.Context, at string, width int) (data []byte, contentType string, err error) {
	f, err := u.find(ctx, at)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", &fault.Error{Code: fault.NotFound, Op: "show picture",
			Message: fmt.Sprintf("no site here has the picture %s", at), Err: err}
	}
	if err != nil {
		return nil, "", err
	}
	defer f.Close()
	return media.Thumbnail(ctx, f, width)
}

// find opens the file that is served at a URL: fs.ErrNotExist if there is none.
func (u *Uploads) find(ctx context.Context, at string) (io.ReadCloser, error) {
	b := u.holder(at)
	if upload, err := u.state.UploadByURL(ctx, at); err == nil {
		if f, err := u.Open(ctx, upload); err == nil {
			return f, nil
		}
		if b = u.keeper(upload); b != nil {
			return b.store.Snapshot().Open(upload.Path)
		}
		return nil, fs.ErrNotExist
	}
	var file string
	err := b.view(ctx, func(v *catalog.View) error {
		file = fileAt(v, at)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if file == "" {
		return nil, fs.ErrNotExist
	}
	return b.store.Snapshot().Open(file)
}

// fileAt is the file of the repository that is served at a URL: one of those that are copied unchanged,
// or one beside a page; "" if it is neither.
func fileAt(v *catalog.View, at string) string {
	if base := v.Site().BaseURL(); strings.HasPrefix(at, "/") {
		at = strings.TrimSuffix(base, "/") + at
	}
	parsed, err := url.Parse(at)
	if err != nil || !address.Within(v.Site().BaseURL(), at) {
		return ""
	}
	parsed.RawQuery, parsed.Fragment = "", ""
	if file, ok := v.Site().Static(parsed.String()); ok && v.Exists(file) {
		return file
	}
	folder, name, _ := cutLast(parsed.String(), "/")
	if e := v.Lookup(folder + "/"); e != nil {
		if dir, isBundle := v.Site().Bundle(e.Path); isBundle && v.Exists(dir+"/"+name) {
			return dir + "/" + name
		}
	}
	return ""
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// IsPicture reports whether an upload can be shown small.
func IsPicture(u state.Upload) bool { return media.IsPicture(u.ContentType) }
