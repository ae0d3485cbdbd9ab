package blog

import (
	"cmp"
	"context"
	"fmt"
	"path"

	"gitpost/bridge/access"
	"gitpost/bridge/address"
	"gitpost/bridge/catalog"
	"gitpost/bridge/fault"
	"gitpost/bridge/history"
	"gitpost/bridge/mf2"
	"gitpost/bridge/micropub"
	"gitpost/gitstore"
)

// delete removes a post's file, and of a page bundle the folder, in one commit.
func (w *writer) delete(ctx context.Context, who access.Principal, cmd *micropub.Delete) (Outcome, error) {
	const op = "delete post"
	if err := who.RequireSome(op, access.DeletePost); err != nil {
		return Outcome{}, err
	}
	o := Outcome{URL: cmd.URL}
	commit, err := w.change(ctx, func(v *catalog.View, at *gitstore.Snapshot) (gitstore.Change, error) {
		e, err := findFor(v, op, cmd.URL, who, access.DeletePost)
		if err != nil {
			return gitstore.Change{}, err
		}
		if err := who.RequireWith(op, access.DeletePost, postOf(e)); err != nil {
			return gitstore.Change{}, err
		}
		if e.Page.Kind == "home" || e.Page.Kind == "section" || address.Same(e.Page.URL, v.Site().BaseURL()) {
			return gitstore.Change{}, &fault.Error{
				Code: fault.InvalidRequest, Op: op,
				Message: fmt.Sprintf("%s is the page of a whole section, not a post", e.Page.URL),
				Hint:    "remove its file in the repository if you mean it",
			}
		}
		o.URL = e.Page.URL
		former := "" // by which the client knows it, and will ask for it back
		if !address.Same(cmd.URL, o.URL) {
			former = cmd.URL
		}
		files, err := goingWith(v.Site(), at, e.Path)
		if err != nil {
			return gitstore.Change{}, fmt.Errorf("list the files of %s: %w", e.Path, err)
		}
		change := gitstore.Change{
			Message: history.Message("Delete "+e.PostType, nameOf(v, e),
				history.Action, "delete", history.URL, e.Page.URL, history.Path, e.Path, history.Blob, e.Blob,
				history.FormerURL, former, history.Client, who.Client),
			SkipCI: skipsBuild(w.config(), e.Page),
		}
		for _, f := range files {
			change.Files = append(change.Files, gitstore.File{Path: f, Delete: true})
		}
		return change, nil
	})
	if err != nil {
		return Outcome{}, storeFault(op, err)
	}
	w.deliver(ctx, commit, &o)
	return o, nil
}

// undelete brings a deleted post back from the history, at the same path. A post that is
// there already is left alone.
func (w *writer) undelete(ctx context.Context, who access.Principal, cmd *micropub.Undelete) (Outcome, error) {
	const op = "undelete post"
	if err := who.Require(op, access.Undelete); err != nil {
		return Outcome{}, err
	}
	gone, err := w.lastDeletion(ctx, op, cmd.URL)
	if err != nil {
		return Outcome{}, storeFault(op, err)
	}
	o := Outcome{URL: cmd.URL}
	commit, err := w.change(ctx, func(v *catalog.View, _ *gitstore.Snapshot) (gitstore.Change, error) {
		if e := v.Lookup(cmd.URL); e != nil {
			o.URL = e.Page.URL
			return gitstore.Change{}, nil
		}
		if gone == nil {
			return gitstore.Change{}, &fault.Error{
				Code: fault.InvalidRequest, Op: op,
				Message: fmt.Sprintf("no deleted post was found for %s", cmd.URL),
				Hint:    "take the URL that the post had",
			}
		}
		beside, err := besides(v.Site(), gone.before, gone.path)
		if err != nil {
			return gitstore.Change{}, fmt.Errorf("list the deleted files of %s: %w", gone.path, err)
		}
		change, postType, name := gitstore.Change{}, "post", ""
		for _, f := range append(beside.files, gone.path) {
			if v.Exists(f) {
				if f == gone.path {
					return gitstore.Change{}, &fault.Error{Code: fault.Conflict, Op: op,
						Message: fmt.Sprintf("another post now has the file %s", f),
						Hint:    "move that file, then undelete again"}
				}
				continue
			}
			data, err := gone.before.ReadFile(f)
			if err != nil {
				return gitstore.Change{}, fmt.Errorf("read %s in the history: %w", f, err)
			}
			if f == gone.path {
				if data, err = w.restored(v, gone, data); err != nil {
					return gitstore.Change{}, err
				}
			}
			change.Files = append(change.Files, gitstore.File{Path: f, Data: data})
			if f == gone.path {
				src, err := v.Site().Source(gone.before, f, data)
				if err != nil {
					return gitstore.Change{}, err
				}
				if doc, err := v.Site().ParseSource(src); err == nil {
					// a contact has no page; the site's rules may have changed since
					page := v.Site().Locate(f, doc, v)
					if now := page.URL; now != "" {
						o.URL, o.Moved = now, !address.Same(now, cmd.URL)
						item := v.Site().Item(page, doc)
						postType, name = mf2.PostType(item), headline(item)
					}
				}
			}
		}
		change.Message = history.Message("Restore "+postType, cmp.Or(name, path.Base(gone.path)),
			history.Action, "undelete", history.URL, o.URL, history.Path, gone.path, history.Client, who.Client)
		return change, nil
	})
	if err != nil {
		return Outcome{}, storeFault(op, err)
	}
	w.deliver(ctx, commit, &o)
	return o, nil
}
