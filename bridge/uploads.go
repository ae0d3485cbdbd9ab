package bridge

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

	"gitpost/bridge/catalog"
	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
	"gitpost/bridge/site"
	"gitpost/bridge/state"
	"gitpost/gitstore"
)

// stagedFiles are the uploads that a post refers to. Whatever comes to keep uploads outside of the
// repository joins in here: missing says which files a commit has to bring, Upload.URL where they are served.
type stagedFiles struct {
	all       []state.Upload
	sent      map[string]bool // by name: those that came in the request of the post itself
	elsewhere map[string]bool // by name: those in the repository that moved with their post since, or in another site's
	items     []mf2.Item      // what refers to them
	open      func(file string) (io.ReadCloser, error)
	log       *slog.Logger
}

// referredUploads finds the staged uploads that the items name, in a property or anywhere in a
// text. sent are the names of those that came with the request.
func (p *posts) referredUploads(ctx context.Context, sent []string, items ...mf2.Item) (stagedFiles, error) {
	found := stagedFiles{sent: map[string]bool{}, elsewhere: map[string]bool{}, items: items, open: p.staged, log: p.log}
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
				u, err := p.uploads.Upload(ctx, name)
				if errors.Is(err, state.ErrNoUpload) {
					continue
				}
				if err != nil {
					return found, &fault.Error{Code: fault.Unavailable, Op: "find upload", Message: "the uploads cannot be looked up", Hint: "try again", Err: err}
				}
				found.all = append(found.all, u)
				if !u.Committed.IsZero() && !says([]any(item.Properties[property]), u.URL) {
					found.elsewhere[name] = true
				}
			}
		}
	}
	return found, nil
}

// says tells whether a text stands in the strings of v, at any depth.
func says(v any, text string) bool {
	switch v := v.(type) {
	case string:
		return strings.Contains(v, text)
	case []any:
		return slices.ContainsFunc(v, func(e any) bool { return says(e, text) })
	case map[string]any:
		for _, e := range v {
			if says(e, text) {
				return true
			}
		}
	}
	return false
}

// measured gives the photos of the properties their width and height, where they are uploads.
func (s stagedFiles) measured(properties mf2.Properties) {
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

// beside places the files that came with the request beside a page, as far as the site serves
// them there; moved tells the address that each had before, and has now.
func (s stagedFiles) beside(at *site.Site, page site.Page) (placed stagedFiles, moved map[string]string) {
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

// homeless gives files that lay beside a post that is gone their place in the folder for
// uploads; moved tells the address that each had before, and has now. Beside no page the
// site would not serve them.
func (s stagedFiles) homeless(v *catalog.View) (placed stagedFiles, moved map[string]string) {
	placed, moved = s, map[string]string{}
	placed.all = slices.Clone(s.all)
	for i, u := range placed.all {
		file, address := v.Site().Media(u.Name, u.Created)
		if u.Committed.IsZero() || s.elsewhere[u.Name] || u.Path == file || v.Exists(u.Path) {
			continue
		}
		moved[u.URL] = address
		placed.all[i].Path, placed.all[i].URL, placed.all[i].Committed = file, address, time.Time{}
	}
	return placed, moved
}

// readdress writes new addresses for old ones into the properties of an item, at any depth.
func readdress(properties mf2.Properties, moved map[string]string) {
	var pairs []string
	for _, from := range slices.Backward(slices.Sorted(maps.Keys(moved))) { // the longer of two that begin alike first
		pairs = append(pairs, from, moved[from])
	}
	replacer := strings.NewReplacer(pairs...)
	for _, values := range properties {
		readdressed([]any(values), replacer)
	}
}

func readdressed(v any, replacer *strings.Replacer) any {
	switch v := v.(type) {
	case string:
		return replacer.Replace(v)
	case []any:
		for i, e := range v {
			v[i] = readdressed(e, replacer)
		}
	case map[string]any:
		for name, e := range v {
			v[name] = readdressed(e, replacer)
		}
	}
	return v
}

// missing are the files that the repository does not have yet.
func (s stagedFiles) missing(v *catalog.View) []gitstore.File {
	var files []gitstore.File
	for _, u := range s.all {
		if v.Exists(u.Path) || s.elsewhere[u.Name] {
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

// committed notes that the files are in the repository now, and where. A failure costs nothing but the
// note: the next post that refers to them finds them there.
func (s stagedFiles) committed(ctx context.Context, p *posts) {
	fresh := slices.DeleteFunc(slices.Clone(s.all), func(u state.Upload) bool { return !u.Committed.IsZero() })
	if err := p.uploads.MarkCommitted(context.WithoutCancel(ctx), fresh, p.now()); err != nil {
		p.log.Warn("uploads are in the repository, but that could not be noted", "error", err)
	}
}
