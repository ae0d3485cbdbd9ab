package blog

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"gitpost/bridge/access"
	"gitpost/bridge/catalog"
	"gitpost/bridge/mf2"
	"gitpost/bridge/micropub"
	"gitpost/gitstore"
)

// ChangedPost is a post that the site shows differently, or no longer, after some commits. Who made
// them does not matter.
type ChangedPost struct {
	URL    string
	Path   string    // of its file
	Blob   string    // of that file; "" when there is none now
	Gone   bool      // the site no longer has it at the URL
	Item   mf2.Item  // empty when it is gone
	Before mf2.Item  // as the site showed it at the URL; empty when it did not
	Due    time.Time // of a scheduled post: when the site publishes it
	Date   time.Time
}

// Changes is what Changed returns.
type Changes struct {
	Tip   string        // the commit up to which it looked
	Posts []ChangedPost // the newest first
	More  int           // further files that changed and were not looked at
}

// mostChanged is how many files Changed looks at. More of them are no posts that were written one by
// one, but a site that was converted or moved.
const mostChanged = 1000

// Changed lists the posts that differ between a commit and the tip, whether or not that is pushed
// already; the newest, at most. Without a commit, or with one that the clone no longer has, it returns
// the tip alone.
func (b *Blog) Changed(ctx context.Context, since string, most int) (Changes, error) {
	if err := b.usable(); err != nil {
		return Changes{}, err
	}
	now := indexed{b.store.Snapshot()}
	found := Changes{Tip: string(now.Commit())}
	if since == "" || since == found.Tip {
		return found, nil
	}
	older, err := now.At(since)
	if err != nil {
		b.log.Info("changes cannot be followed: the clone no longer has the last commit that was", "commit", since)
		return found, nil
	}
	files, err := now.Changes(older)
	if err != nil {
		return Changes{}, fmt.Errorf("compare with %s: %w", since, err)
	}
	if len(files) > mostChanged {
		found.More = len(files)
		return found, nil
	}
	if err := b.index.Advance(ctx, now); err != nil {
		return Changes{}, b.unreadable(err)
	}
	posts := map[string]ChangedPost{} // by URL
	known, err := b.index.Earlier(ctx, older, func(v *catalog.View) error { return before(v, files, posts) })
	if err != nil {
		return Changes{}, err
	}
	if !known {
		b.log.Info("posts that a change of the site's configuration moves or takes away are not followed")
	}
	if err := b.index.At(ctx, now, func(v *catalog.View) error { return after(v, files, posts) }); err != nil {
		return Changes{}, err
	}
	for _, p := range posts {
		found.Posts = append(found.Posts, p)
	}
	slices.SortFunc(found.Posts, func(a, b ChangedPost) int {
		return cmp.Or(b.Date.Compare(a.Date), cmp.Compare(a.URL, b.URL))
	})
	if n := len(found.Posts) - most; n > 0 {
		found.Posts, found.More = found.Posts[:most], n
	}
	return found, nil
}

// before notes the posts that the files were.
func before(v *catalog.View, files []catalog.Change, posts map[string]ChangedPost) error {
	for _, f := range files {
		e, own := v.EntryWith(f.Path)
		if own && f.Old == "" || e == nil || !e.Listed() || !e.Page.Published {
			continue
		}
		item, err := v.Item(e)
		if err != nil {
			return err
		}
		posts[e.Page.URL] = ChangedPost{
			URL: e.Page.URL, Path: f.Path, Blob: f.New, Gone: true, Before: item, Date: e.Date(),
		}
	}
	return nil
}

// after notes the posts that the files are.
func after(v *catalog.View, files []catalog.Change, posts map[string]ChangedPost) error {
	for _, f := range files {
		e, own := v.EntryWith(f.Path)
		if own && f.New == "" || e == nil || !e.Listed() || !e.Page.Published && e.Page.Turns.IsZero() {
			continue
		}
		p := posts[e.Page.URL]
		if !e.Page.Published {
			p.Due = e.Page.Turns
		}
		item, err := v.Item(e)
		if err != nil {
			return err
		}
		p.URL, p.Path, p.Blob, p.Gone, p.Item, p.Date = e.Page.URL, f.Path, f.New, false, item, e.Date()
		posts[p.URL] = p
	}
	return nil
}

// IsPushed reports whether the remote has a file as it is in a blob, or, without a blob, does not have
// the file, as far as was last seen.
func (b *Blog) IsPushed(path, blob string) (bool, error) {
	if err := b.usable(); err != nil {
		return false, err
	}
	remote := b.store.Status().Remote
	if remote == "" {
		return false, nil
	}
	there, err := b.store.Snapshot().AtCommit(remote)
	if err != nil {
		return false, fmt.Errorf("read what the remote has: %w", err)
	}
	has, err := there.BlobOf(path)
	return has == gitstore.Hash(blob), err
}

// Owns reports whether a URL is one of the site, whatever it has there.
func (b *Blog) Owns(url string) bool { return b.within(url) > 0 }

// Post returns the post at a URL that the site publishes, as the repository has it; false when there
// is none.
func (b *Blog) Post(ctx context.Context, url string) (item mf2.Item, found bool, err error) {
	err = b.view(ctx, func(v *catalog.View) error {
		path, ok := v.PathOf(url)
		if !ok {
			return nil
		}
		e := v.Entry(path)
		if found = e != nil && e.Problem == ""; !found {
			return nil
		}
		item, err = v.Item(e)
		return err
	})
	return item, found && err == nil, err
}

// AddSyndication writes the addresses of copies into a post that has not got them, as syndication, and the
// URI of its record on the AT Protocol, unless that is "".
func (b *Blog) AddSyndication(ctx context.Context, url string, links []string, record string) error {
	w, err := b.ready()
	if err != nil {
		return err
	}
	add := &micropub.Update{URL: url, Add: mf2.Properties{}, Replace: mf2.Properties{}}
	for _, link := range links {
		add.Add["syndication"] = append(add.Add["syndication"], link)
	}
	if record != "" {
		add.Replace[mf2.AtURI] = []any{record}
	}
	who := access.Principal{Me: b.Me(), Client: "gitpost", Scope: []string{"update"}}
	_, err = w.updateFor(ctx, who, add, nil, purpose{own: true, skipCI: b.Config().SyndicationCommit == "skip_ci"})
	return err
}
