package blog

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"gitpost/bridge/access"
	"gitpost/bridge/catalog"
	"gitpost/bridge/fault"
	"gitpost/bridge/history"
	"gitpost/bridge/state"
	"gitpost/gitstore"
)

// deleteFile removes the file of an upload from the repository, unless a page still refers to it.
func (w *writer) deleteFile(ctx context.Context, who access.Principal, u state.Upload) error {
	const op = "delete upload"
	commit, err := w.change(ctx, func(v *catalog.View, at *gitstore.Snapshot) (gitstore.Change, error) {
		if !v.Exists(u.Path) {
			return gitstore.Change{}, nil
		}
		users, err := referrers(ctx, at, u, 1)
		if err != nil {
			return gitstore.Change{}, fmt.Errorf("look for pages that refer to %s: %w", u.Name, err)
		}
		if len(users) > 0 {
			return gitstore.Change{}, &fault.Error{
				Code: fault.InvalidRequest, Op: op, Message: fmt.Sprintf("%s still refers to that file", users[0]),
				Hint: "remove it from that page first, or delete the post",
			}
		}
		return gitstore.Change{
			Message: history.Message("Delete file", u.Name, history.Action, "delete-file", history.URL, u.URL,
				history.Path, u.Path, history.Client, who.Client),
			Files: []gitstore.File{{Path: u.Path, Delete: true}},
		}, nil
	})
	if err != nil {
		return storeFault(op, err)
	}
	w.deliver(ctx, commit, &Outcome{URL: u.URL})
	return nil
}

// referrers are the files of the repository that have the name of an upload in them, most at the utmost. All texts are
// read, not only posts: a layout or a data file may show a picture too. The random part of the name
// is searched, since it has only one spelling.
func referrers(ctx context.Context, at *gitstore.Snapshot, u state.Upload, most int) ([]string, error) {
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
		return nil, err
	}
	var mu sync.Mutex
	var found []string // guarded by mu
	err = at.ReadBlobs(ctx, blobs, func(i int, data []byte) error {
		if bytes.Contains(data, random) {
			mu.Lock()
			defer mu.Unlock()
			if len(found) < most {
				found = append(found, paths[i])
			}
		}
		return nil
	})
	slices.Sort(found)
	return found, err
}

// isMediaFile has the extensions of files that refer to no other.
var isMediaFile = map[string]bool{
	".jpg": true, ".jpeg": true, ".png": true, ".gif": true, ".webp": true, ".avif": true, ".heic": true, ".ico": true,
	".tif": true, ".tiff": true,
	".mp3": true, ".m4a": true, ".ogg": true, ".ogv": true, ".opus": true, ".flac": true, ".wav": true, ".mp4": true,
	".webm": true, ".mov": true,
	".pdf": true, ".zip": true, ".gz": true, ".woff": true, ".woff2": true, ".ttf": true, ".otf": true, ".eot": true,
}
