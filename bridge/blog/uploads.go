package blog

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"gitpost/bridge/access"
	"gitpost/bridge/catalog"
	"gitpost/bridge/fault"
	"gitpost/bridge/media"
	"gitpost/bridge/state"
)

// Uploads are the staged files of all sites and what is known of them. Its methods are safe for
// concurrent use.
type Uploads struct {
	sites *Blogs
	state *state.DB
	files *media.Store                // the folder
	rules atomic.Pointer[media.Store] // the same with the rules in force, for new files
	log   *slog.Logger

	Ration ration // what uploads may take of the disk; it is set before the first one
}

func openUploads(ctx context.Context, sites *Blogs, o Options, c media.Config) (*Uploads, error) {
	c.Staging = o.Staging
	files, err := media.Open(ctx, c)
	if err != nil {
		return nil, err
	}
	u := &Uploads{sites: sites, state: o.State, files: files, log: o.Log,
		Ration: ration{Quota: stagedQuota, Reserve: uploadReserve, folder: c.Dir}}
	u.rules.Store(files)
	return u, nil
}

// Drop removes a staged file and what is known of it.
func (u *Uploads) Drop(ctx context.Context, upload state.Upload) error {
	if err := u.files.Remove(ctx, upload.File); err != nil {
		return err
	}
	return u.state.RemoveUpload(ctx, upload.Name)
}

// Open opens a staged file; fs.ErrNotExist if it is no longer kept.
func (u *Uploads) Open(ctx context.Context, upload state.Upload) (io.ReadSeekCloser, error) {
	return u.files.Open(ctx, upload.File)
}

// KeepExpiring removes, once an hour until ctx ends, uploads that no post has referred to for the
// time that unused returns, and staged copies of those that have been in the repository for as
// long. 0 keeps them.
func (u *Uploads) KeepExpiring(ctx context.Context, unused func() time.Duration) {
	hourly := time.NewTicker(time.Hour)
	defer hourly.Stop()
	for {
		if unused := unused(); unused > 0 {
			if err := u.Expire(ctx, time.Now().Add(-unused)); err != nil && ctx.Err() == nil {
				u.log.Error("old uploads could not be removed", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-hourly.C:
		}
	}
}

// Expire removes the uploads that have not been used since a time.
func (u *Uploads) Expire(ctx context.Context, before time.Time) error {
	old, err := u.state.ExpiredUploads(ctx, before)
	if err != nil {
		return err
	}
	for _, upload := range old {
		if err := u.Drop(ctx, upload); err != nil {
			return err
		}
		u.log.Info("an upload that no post refers to has expired", "name", upload.Name)
	}
	return u.files.Sweep(ctx, before)
}

// Stage stores a file for the token's default site until a post refers to it.
func (u *Uploads) Stage(ctx context.Context, who access.Principal, filename string,
	body io.Reader) (state.Upload, error) {
	upload, err := u.stage(ctx, who, filename, body)
	var known *fault.Error
	if err != nil && !errors.As(err, &known) {
		if disk := diskFault("upload", err); disk != nil {
			return upload, disk
		}
	}
	return upload, err
}

func (u *Uploads) stage(ctx context.Context, who access.Principal, filename string,
	body io.Reader) (state.Upload, error) {
	b, err := u.sites.Choose(who, "")
	if err != nil {
		return state.Upload{}, err
	}
	limited, err := u.ration(ctx, who, body)
	if err != nil {
		return state.Upload{}, err
	}
	defer limited.finish()
	staged, err := u.rules.Load().StageFor(ctx, strconv.FormatInt(who.TokenID, 10), filename, limited)
	if err != nil {
		return state.Upload{}, err
	}
	upload := state.Upload{
		Site: b.Me(), Name: staged.Name, File: staged.File, Filename: filename, ContentType: staged.ContentType,
		Size: staged.Size, Width: staged.Width, Height: staged.Height, Created: time.Now(), TokenID: who.TokenID,
	}
	if upload, err = b.placeUpload(ctx, upload); err == nil && !u.sites.Several() {
		if err = b.allows(upload.Path); err == nil {
			err = b.fits(upload.Size)
		}
	}
	if err == nil {
		err = u.state.AddUpload(ctx, upload)
	}
	if err != nil {
		return upload, errors.Join(err, u.files.Remove(context.WithoutCancel(ctx), staged.File))
	}
	return upload, nil
}

// Restage moves the upload at url to the site that a request names, and returns its new URL.
func (u *Uploads) Restage(ctx context.Context, who access.Principal, named, url string) (string, error) {
	b, err := u.sites.Choose(who, named)
	if err != nil || named == "" || u.holder(url) == b {
		return url, err
	}
	upload, err := u.state.UploadByURL(ctx, url)
	if err == nil {
		err = b.fits(upload.Size)
	}
	if err != nil {
		return "", err
	}
	if upload, err = b.placeUpload(ctx, upload); err != nil {
		return "", err
	}
	upload.Site = b.Me()
	return upload.URL, u.state.PlaceUpload(ctx, upload)
}

// placeUpload sets where the site will have an upload: its file in the repository, and its URL.
func (b *Blog) placeUpload(ctx context.Context, u state.Upload) (state.Upload, error) {
	err := b.view(ctx, func(v *catalog.View) error {
		u.Path, u.URL = v.Site().Media(u.Name, u.Created)
		return nil
	})
	return u, err
}

// allows refuses a file at once that a post could not refer to: because the repository keeps such
// files in Git LFS, say. The place beside a post is not known yet.
func (b *Blog) allows(file string) error {
	if b.Config().MediaPlace == "bundle" {
		return nil
	}
	return storeFault("upload", b.store.Allows(file))
}

// holder is the site that serves an uploaded file at url, or will.
func (u *Uploads) holder(url string) *Blog {
	holder, longest := u.sites.list[0], 0
	for _, b := range u.sites.list {
		if n := b.within(url); n > longest {
			holder, longest = b, n
		}
	}
	return holder
}

// MayUse reports whether a token is valid for the site of an upload.
func (u *Uploads) MayUse(who access.Principal, upload state.Upload) bool {
	return who.Reaches(cmp.Or(upload.Site, u.holder(upload.URL).Me()))
}

// Committed reports whether an upload is in the repository of a site.
func (u *Uploads) Committed(upload state.Upload) bool { return u.keeper(upload) != nil }

// keeper is the site whose repository has the file of an upload, or nil: an upload that no post
// has used, and that of a bundle whose post was deleted, is in none.
func (u *Uploads) keeper(upload state.Upload) *Blog {
	for _, b := range u.sites.list {
		if b.within(upload.URL) == 0 || b.usable() != nil {
			continue
		}
		if _, err := b.store.Snapshot().Stat(upload.Path); err == nil {
			return b
		}
	}
	return nil
}

// List returns the uploads of the sites that a token may use, or of the one that is named, newest
// first; all of them when limit is 0.
func (u *Uploads) List(ctx context.Context, who access.Principal, named string,
	limit int) ([]state.Upload, error) {
	if !u.sites.Several() || named == "" && len(who.Sites) == 0 {
		return u.state.Uploads(ctx, limit, 0)
	}
	var only *Blog
	if named != "" {
		var err error
		if only, err = u.sites.Choose(who, named); err != nil {
			return nil, err
		}
	}
	all, err := u.state.Uploads(ctx, 0, 0)
	all = slices.DeleteFunc(all, func(upload state.Upload) bool {
		return !u.MayUse(who, upload) || only != nil && u.holder(upload.URL) != only
	})
	if limit > 0 {
		all = all[:min(limit, len(all))]
	}
	return all, err
}

// Find returns the upload at a URL that a token may use.
func (u *Uploads) Find(ctx context.Context, who access.Principal, op, url string) (state.Upload, error) {
	upload, err := u.state.UploadByURL(ctx, url)
	if errors.Is(err, state.ErrNoUpload) || err == nil && !u.MayUse(who, upload) {
		return upload, &fault.Error{
			Code: fault.InvalidRequest, Op: op, Message: fmt.Sprintf("no upload has the URL %s", url),
			Hint: "q=source at the media endpoint lists them",
		}
	}
	return upload, err
}

// Delete removes a file that no page refers to: from the staged uploads and, in a commit,
// from the repository.
func (u *Uploads) Delete(ctx context.Context, who access.Principal, url string) error {
	const op = "delete upload"
	if err := who.Require(op, access.DeleteStagedFile); err != nil {
		return err
	}
	upload, err := u.Find(ctx, who, op, url)
	if err != nil {
		return err
	}
	if b := u.keeper(upload); b != nil {
		for _, action := range []access.Action{access.DeleteFile, access.ReplaceFiles} { // both, as the extension says
			if err := who.Require(op, action); err != nil {
				return err
			}
		}
		if err := b.writer.deleteFile(ctx, who, upload); err != nil {
			return err
		}
	}
	return u.Drop(ctx, upload)
}
