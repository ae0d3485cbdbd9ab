package blog

import (
	"context"
	"fmt"
	"time"

	"gitpost/bridge/access"
	"gitpost/bridge/catalog"
	"gitpost/bridge/micropub"
	"gitpost/bridge/site"
	"gitpost/bridge/state"
	"gitpost/gitstore"
)

// Preview is what a command would make of a post.
type Preview struct {
	URL  string // the address that the post will have
	Path string // its file
	File string // what the file will say
	HTML string // its text about as the site will show it; not safe to show as it is
}

// PreviewCreate returns the post that Create would write. Nothing is changed.
func (b *Blog) PreviewCreate(ctx context.Context, who access.Principal, cmd *micropub.Create) (Preview, error) {
	return b.preview(ctx, func(w *writer) (Outcome, error) { return w.create(ctx, who, cmd, nil) })
}

// PreviewUpdate returns the post at a URL as it would be after updates. Nothing is changed.
func (b *Blog) PreviewUpdate(ctx context.Context, who access.Principal, post string,
	updates []*micropub.Update) (Preview, error) {
	return b.preview(ctx, func(w *writer) (o Outcome, err error) {
		o.URL = post
		if len(updates) > 0 {
			o, err = w.update(ctx, who, together(updates), nil)
		}
		return o, err
	})
}

// together is one update that does what several do. What no request can say, as Micropub's delete names
// either properties or values, a command can.
func together(updates []*micropub.Update) *micropub.Update {
	one := *updates[0]
	for _, u := range updates[1:] {
		if len(u.Remove) > 0 {
			one.Remove = u.Remove
		}
	}
	return &one
}

// preview carries out a command on a repository that keeps nothing.
func (b *Blog) preview(ctx context.Context, act func(*writer) (Outcome, error)) (Preview, error) {
	w, err := b.ready()
	if err != nil {
		return Preview{}, err
	}
	dry := *w
	trial := &trial{repository: w.repo}
	dry.repo, dry.uploads = trial, readOnly{w.uploads}
	o, err := act(&dry)
	if err != nil {
		return Preview{}, err
	}
	p := Preview{URL: o.URL}
	err = b.view(ctx, func(v *catalog.View) error {
		var src site.Source
		for _, f := range trial.change.Files {
			if f.Data != nil && v.Site().Content(f.Path) {
				src.Path, src.Data = f.Path, f.Data
			}
		}
		for _, f := range trial.change.Files {
			if f.Path == v.Site().SideFile(src.Path) {
				src.Side = f.Data
			}
		}
		if e := v.Lookup(o.URL); src.Path == "" && e != nil { // its own file would not change
			now := w.repo.Snapshot()
			data, err := now.ReadFile(e.Path)
			if err != nil {
				return fmt.Errorf("read %s: %w", e.Path, err)
			}
			if src, err = v.Site().Source(now, e.Path, data); err != nil {
				return err
			}
		}
		p.Path, p.File = src.Path, string(src.Data)
		p.HTML, err = v.Site().Preview(src)
		return err
	})
	return p, err
}

// trial is a repository in which an edit is worked out and goes no further.
type trial struct {
	repository
	change gitstore.Change
}

func (t *trial) Update(_ context.Context, edit gitstore.Edit) (_ *gitstore.Commit, err error) {
	t.change, err = edit(t.Snapshot())
	return nil, err
}

func (t *trial) WaitPushed(context.Context, *gitstore.Commit) gitstore.Push {
	return gitstore.Push{Pushed: true}
}

// readOnly is what is known of uploads, of which nothing is noted.
type readOnly struct{ uploads }

func (readOnly) MarkCommitted(context.Context, []state.Upload, time.Time) error { return nil }
