package blog

import (
	"bytes"
	"context"
	"fmt"

	"gitpost/bridge/catalog"
	"gitpost/bridge/fault"
	"gitpost/bridge/history"
	"gitpost/bridge/site"
	"gitpost/gitstore"
)

// Context is what a page says of itself that a post responds to.
type Context = site.Context

// Responses lists the URLs of the pages that a post responds to.
func (b *Blog) Responses(ctx context.Context, url string) ([]string, error) {
	item, ok, err := b.Post(ctx, url)
	if err != nil || !ok {
		return nil, err
	}
	return site.Responses(item.Properties), nil
}

// Context returns what the repository keeps of a page that posts respond to; nil when it keeps nothing.
func (b *Blog) Context(ctx context.Context, url string) (about *Context) {
	_ = b.view(ctx, func(v *catalog.View) error {
		about = v.Site().KeptContext(v.Tree(), url)
		return nil
	})
	return about
}

// AddContext keeps what a page says of itself that a post responds to: in the site's data folder, and, where
// the site's own template shows it, in the line that gitpost appended to the post. No build is started
// unless that line changes.
func (b *Blog) AddContext(ctx context.Context, url string, about Context) error {
	const op = "keep context"
	w, err := b.ready()
	if err != nil {
		return err
	}
	_, err = w.change(ctx, func(v *catalog.View, at *gitstore.Snapshot) (gitstore.Change, error) {
		path, ok := v.PathOf(url)
		if !ok {
			return gitstore.Change{}, &fault.Error{Code: fault.NotFound, Op: op, Message: "there is no post at " + url,
				Hint: "it was deleted or moved"}
		}
		post, err := at.ReadFile(path)
		if err != nil {
			return gitstore.Change{}, fmt.Errorf("read %s: %w", path, err)
		}
		data, err := v.Site().ComposeContext(about)
		if err != nil {
			return gitstore.Change{}, err
		}
		src, err := v.Site().Source(at, path, post)
		if err != nil {
			return gitstore.Change{}, err
		}
		cited, err := v.Site().Cite(v, src, []site.Context{about})
		if err != nil {
			cited = src // the post stays as it is
		}
		shown := !bytes.Equal(cited.Data, post)
		change := gitstore.Change{SkipCI: !shown || w.config().SyndicationCommit == "skip_ci"}
		file := v.Site().ContextFile(about.URL)
		if before, err := at.ReadFile(file); err != nil || !bytes.Equal(before, data) {
			change.Files = append(change.Files, gitstore.File{Path: file, Data: data})
		}
		if shown {
			change.Files = append(change.Files, filesOf(v, site.Revision{Path: path, Data: cited.Data, Side: cited.Side})...)
		}
		change.Message = history.Message("Keep context", about.URL, history.Action, "update", history.URL, url,
			history.Client, "gitpost")
		return change, nil
	})
	return storeFault(op, err)
}
