package blog

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"gitpost/bridge/access"
	"gitpost/bridge/catalog"
	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
	"gitpost/bridge/site"
	"gitpost/bridge/state"
	"gitpost/gitstore"
)

// staged are the uploads that a post refers to: missing returns the files that a commit has to add,
// Upload.URL is where they are served. Its methods change nothing in it.
type staged struct {
	all   []state.Upload
	sent  map[string]bool // by name: those that came in the request of the post itself
	kept  map[string]bool // by name: those that stay where a repository has them
	items []mf2.Item      // what refers to them
	open  func(file string) (io.ReadCloser, error)
	log   *slog.Logger
}

// referredUploads finds the staged uploads that the items name, in a property or anywhere in a
// text, and that the token may use. sent are the names of those that came with the request.
func (w *writer) referredUploads(ctx context.Context, who access.Principal, sent []string,
	items ...mf2.Item) (staged, error) {
	lasting := context.WithoutCancel(ctx) // a commit may be of several requests
	open := func(file string) (io.ReadCloser, error) { return w.staged(lasting, file) }
	found := staged{sent: map[string]bool{}, kept: map[string]bool{}, items: items, open: open, log: w.log}
	for _, name := range sent {
		found.sent[name] = true
	}
	seen := map[string]bool{}
	for _, item := range items {
		for _, property := range slices.Sorted(maps.Keys(item.Properties)) {
			for _, name := range namesIn([]any(item.Properties[property])) {
				if seen[name] {
					continue
				}
				seen[name] = true
				u, err := w.uploads.Upload(ctx, name)
				if errors.Is(err, state.ErrNoUpload) || err == nil && !w.mayUse(who, u) {
					continue
				}
				if err != nil {
					return found, &fault.Error{Code: fault.Unavailable, Op: "find upload",
						Message: "the uploads cannot be looked up", Hint: "try again", RetryAfter: retryAfterState, Err: err}
				}
				found.all = append(found.all, u)
				if !u.Committed.IsZero() && !says([]any(item.Properties[property]), u.URL) {
					found.kept[name] = true
				}
			}
		}
	}
	return found, nil
}

// says reports whether a text is in the strings of v, at any depth.
func says(v any, text string) bool {
	found := false
	eachString(v, func(s string) { found = found || strings.Contains(s, text) })
	return found
}

// eachString calls f for the strings of v, at any depth.
func eachString(v any, f func(string)) {
	_ = mf2.Walk(v, func(v any) error { // the callback returns no error
		if s, ok := v.(string); ok {
			f(s)
		}
		return nil
	})
}

// addDimensions sets width and height of the photos in properties that are uploads.
func (s staged) addDimensions(properties mf2.Properties) {
	for i, v := range properties["photo"] {
		var photo map[string]any
		switch v := v.(type) {
		case string:
			photo = map[string]any{"value": v}
		case map[string]any:
			if mf2.IsItem(v) || v["width"] != nil || v["height"] != nil {
				continue
			}
			photo = maps.Clone(v)
		}
		for _, u := range s.all {
			if address, _ := photo["value"].(string); path.Base(address) == u.Name && u.Width > 0 && u.Height > 0 {
				photo["width"], photo["height"] = int64(u.Width), int64(u.Height)
				properties["photo"][i] = photo
			}
		}
	}
}

// besidePage places the files that came with the request beside a page, as far as the site serves
// them there; moved maps the URL that each had to the one that it has now.
func (s staged) besidePage(at *site.Site, page site.Page) (placed staged, moved map[string]string) {
	placed, moved = s, map[string]string{}
	placed.all = slices.Clone(s.all)
	for i, u := range placed.all {
		file, address, ok := at.Beside(page, u.Name)
		if !ok || !s.sent[u.Name] || !u.Committed.IsZero() {
			continue
		}
		moved[u.URL] = address
		placed.all[i].Path, placed.all[i].URL = file, address
	}
	return placed, moved
}

// orphans places files that were beside a deleted post in the folder for uploads, since the site
// would not serve them beside no page; moved maps the URL that each had to the one that it has now.
func (s staged) orphans(v *catalog.View) (placed staged, moved map[string]string) {
	placed, moved = s, map[string]string{}
	placed.all = slices.Clone(s.all)
	for i, u := range placed.all {
		file, address := v.Site().Media(u.Name, u.Created)
		if u.Committed.IsZero() || s.kept[u.Name] || u.Path == file || v.Exists(u.Path) {
			continue
		}
		moved[u.URL] = address
		placed.all[i].Path, placed.all[i].URL, placed.all[i].Committed = file, address, time.Time{}
	}
	return placed, moved
}

// readdress replaces old URLs by new ones in properties, at any depth. It changes properties.
func readdress(properties mf2.Properties, moved map[string]string) {
	if len(moved) == 0 {
		return
	}
	var pairs []string
	for _, from := range slices.Backward(slices.Sorted(maps.Keys(moved))) { // the longer of two that begin alike first
		pairs = append(pairs, from, moved[from])
	}
	replacer := strings.NewReplacer(pairs...)
	for name, values := range properties {
		properties[name] = mf2.Map([]any(values), func(v any) any {
			if s, ok := v.(string); ok {
				return replacer.Replace(s)
			}
			return v
		}).([]any)
	}
}

// forSite places uploads that were staged for another site at this one: an upload follows its post.
// One that is in another site's repository already stays there, unless the post says that it is
// here. moved maps the URL that each had to the one that it has now.
func (s staged) forSite(at *site.Site, owns func(url string) bool) (placed staged, moved map[string]string) {
	placed, moved = s, map[string]string{}
	placed.all, placed.kept = slices.Clone(s.all), maps.Clone(s.kept)
	for i, u := range placed.all {
		file, address := at.Media(u.Name, u.Created)
		if u.URL == address || owns(u.URL) {
			continue
		}
		if !u.Committed.IsZero() && !slices.ContainsFunc(s.items,
			func(item mf2.Item) bool { return itemSays(item, address) }) {
			placed.kept[u.Name] = true
			continue
		}
		placed.kept[u.Name] = false
		moved[u.URL] = address
		placed.all[i].Path, placed.all[i].URL = file, address
	}
	return placed, moved
}

func itemSays(item mf2.Item, text string) bool {
	for _, values := range item.Properties {
		if says([]any(values), text) {
			return true
		}
	}
	return false
}

// missing returns the files that the repository does not have yet.
func (s staged) missing(v *catalog.View) []gitstore.File {
	var files []gitstore.File
	for _, u := range s.all {
		if v.Exists(u.Path) || s.kept[u.Name] {
			continue
		}
		if f, err := s.open(u.File); errors.Is(err, fs.ErrNotExist) {
			s.log.Warn("a post refers to an upload that is no longer kept", "url", u.URL)
			continue
		} else if err == nil {
			f.Close()
		}
		files = append(files, gitstore.File{
			Path: u.Path, Size: u.Size,
			Open: func() (io.ReadCloser, error) { return s.open(u.File) },
		})
	}
	return files
}

// markCommitted notes that the files are in the repository now, and where. A failure loses only the
// note: the next post that refers to them finds them there.
func (s staged) markCommitted(ctx context.Context, w *writer) {
	fresh := slices.DeleteFunc(slices.Clone(s.all), func(u state.Upload) bool { return !u.Committed.IsZero() })
	if err := w.uploads.MarkCommitted(context.WithoutCancel(ctx), fresh, w.now()); err != nil {
		w.log.Warn("uploads are in the repository, but that could not be noted", "error", err)
	}
}
