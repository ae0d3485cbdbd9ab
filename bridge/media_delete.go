package bridge

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"path"
	"strings"
	"sync/atomic"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/address"
	"gitpost/bridge/catalog"
	"gitpost/bridge/fault"
	"gitpost/bridge/state"
	"gitpost/gitstore"
)

// discard answers action=delete at the media endpoint: it removes a file that no page refers
// to, from the staged uploads and, in a commit, from the repository.
func (s *Server) discard(c echo.Context, who principal, url string) error {
	const op = "delete upload"
	if err := who.require(op, "delete", "media"); err != nil {
		return err
	}
	ctx := c.Request().Context()
	u, err := s.state.UploadByURL(ctx, url)
	if errors.Is(err, state.ErrNoUpload) || err == nil && !s.mayUse(who, u) {
		return &fault.Error{Code: fault.InvalidRequest, Op: op, Message: fmt.Sprintf("no upload has the URL %s", url), Hint: "q=source at the media endpoint lists them"}
	}
	if err != nil {
		return err
	}
	if d := s.keeper(u); d != nil {
		for _, scopes := range [][]string{{"delete"}, {"media", "create"}} { // both, as the extension says
			if err := who.require(op, scopes...); err != nil {
				return err
			}
		}
		if err := d.posts.removeFile(ctx, who, u); err != nil {
			return err
		}
	}
	if err := s.dropUpload(ctx, u); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// keeper is the destination whose repository has the file of an upload, or nil: that of an
// upload that no post has used, and that of a bundle whose post was deleted, is in none.
func (s *Server) keeper(u state.Upload) *destination {
	for _, d := range s.destinations {
		if !address.Within(d.me(), u.URL) || d.usable() != nil {
			continue
		}
		if _, err := d.store.Snapshot().Stat(u.Path); err == nil {
			return d
		}
	}
	return nil
}

// removeFile removes the file of an upload from the repository. A file that a page still
// refers to stays: the page would show a gap.
func (p *posts) removeFile(ctx context.Context, who principal, u state.Upload) error {
	const op = "delete upload"
	commit, err := p.change(ctx, func(v *catalog.View, at *gitstore.Snapshot) (gitstore.Change, error) {
		if !v.Exists(u.Path) {
			return gitstore.Change{}, nil
		}
		user, err := referrer(ctx, at, u)
		if err != nil {
			return gitstore.Change{}, fmt.Errorf("look for pages that refer to %s: %w", u.Name, err)
		}
		if user != "" {
			return gitstore.Change{}, &fault.Error{
				Code: fault.InvalidRequest, Op: op, Message: fmt.Sprintf("%s still refers to that file", user),
				Hint: "remove it from that page first, or delete the post",
			}
		}
		return gitstore.Change{
			Message: describe("Delete file", u.Name, trailerAction, "delete-file", trailerURL, u.URL, trailerPath, u.Path, trailerClient, who.Client),
			Files:   []gitstore.File{{Path: u.Path, Delete: true}},
		}, nil
	})
	if err != nil {
		return storeFault(op, err)
	}
	p.deliver(ctx, commit, &outcome{URL: u.URL})
	return nil
}

// referrer is a file of the repository in which the name of an upload stands, or "". All
// texts are read, not posts alone: a layout or a data file may show a picture too. It is
// the name's random part that is looked for, which nothing writes in two ways.
func referrer(ctx context.Context, at *gitstore.Snapshot, u state.Upload) (string, error) {
	name := strings.TrimSuffix(u.Name, path.Ext(u.Name))
	random := []byte(name[strings.LastIndexByte(name, '-')+1:])
	var paths []string
	var blobs []gitstore.Hash
	err := at.Walk(func(file string, blob gitstore.Hash) error {
		if !isMediaFile[strings.ToLower(path.Ext(file))] {
			paths, blobs = append(paths, file), append(blobs, blob)
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	var found atomic.Pointer[string]
	err = at.ReadBlobs(ctx, blobs, func(i int, data []byte) error {
		if bytes.Contains(data, random) {
			found.Store(&paths[i])
		}
		return nil
	})
	if file := found.Load(); err == nil && file != nil {
		return *file, nil
	}
	return "", err
}

// isMediaFile tells by their extensions files that refer to no other.
var isMediaFile = map[string]bool{
	".jpg": true, ".jpeg": true, ".png": true, ".gif": true, ".webp": true, ".avif": true, ".heic": true, ".ico": true, ".tif": true, ".tiff": true,
	".mp3": true, ".m4a": true, ".ogg": true, ".ogv": true, ".opus": true, ".flac": true, ".wav": true, ".mp4": true, ".webm": true, ".mov": true,
	".pdf": true, ".zip": true, ".gz": true, ".woff": true, ".woff2": true, ".ttf": true, ".otf": true, ".eot": true,
}
