package blog

import (
	"context"
	"fmt"

	"gitpost/bridge/access"
	"gitpost/bridge/catalog"
	"gitpost/bridge/state"
)

// FileUse is a file of the repository that has an upload in it.
type FileUse struct {
	Path string
	Name string // of the post; "" if the file is none
	URL  string
}

// Uses lists what uses an upload: posts, and other files such as layouts.
func (u *Uploads) Uses(ctx context.Context, upload state.Upload) (list []FileUse, err error) {
	b := u.holder(upload.URL)
	if err := b.usable(); err != nil {
		return nil, err
	}
	const most = 50
	paths, err := referrers(ctx, b.store.Snapshot(), upload, most)
	if err != nil {
		return nil, fmt.Errorf("look for pages that refer to %s: %w", upload.Name, err)
	}
	err = b.view(ctx, func(v *catalog.View) error {
		for _, path := range paths {
			use := FileUse{Path: path}
			if e := v.Entry(path); e != nil && e.Problem == "" {
				use.Name, use.URL = nameOf(v, e), e.Page.URL
			}
			list = append(list, use)
		}
		return nil
	})
	return list, err
}

// Waiting lists the names of those of the URLs that are uploads which no post has used yet.
func (u *Uploads) Waiting(ctx context.Context, who access.Principal, urls []string) (names []string) {
	for _, url := range urls {
		upload, err := u.state.UploadByURL(ctx, url)
		if err == nil && upload.Committed.IsZero() && u.MayUse(who, upload) {
			names = append(names, upload.Name)
		}
	}
	return names
}
