package blog

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gitpost/bridge/catalog"
	"gitpost/bridge/fault"
	"gitpost/bridge/history"
	"gitpost/bridge/site"
	"gitpost/gitstore"
)

// keepPast reads in the history where posts were before, and which were deleted: first all of it,
// then what is new with each signal. Whoever cannot wait for it walks the rest (see lastDeletion). known is
// called each time.
func (x *index) keepPast(ctx context.Context, store *gitstore.Store, more <-chan struct{},
	known func(context.Context) error) {
	for {
		if err := x.readPast(ctx, store); err != nil && ctx.Err() == nil {
			x.log.Warn("the history could not be read for posts that were moved or deleted", "error", err)
		} else if err := known(ctx); err != nil && ctx.Err() == nil {
			x.log.Warn("side files could not be moved after their posts", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-more:
		}
	}
}

func (x *index) readPast(ctx context.Context, store *gitstore.Store) error {
	tip := store.Snapshot()
	known := x.Remembered()
	if tip.Commit() == "" || string(tip.Commit()) == known {
		return nil
	}
	var s *site.Site
	err := x.Read(ctx, indexed{tip}, func(v *catalog.View) error {
		s = v.Site()
		return nil
	})
	if err != nil {
		return err
	}
	p, reached, err := history.Read(ctx, x.config().OpenSite, s, tip, gitstore.Hash(known), nil)
	if err == nil {
		x.Remember(string(tip.Commit()), p, !reached)
	}
	return err
}

// deletion is a commit that took a post away.
type deletion struct {
	path   string
	before *gitstore.Snapshot // the state that still has it
}

// searchTime bounds how long an undelete walks the history where the catalog does not know it yet.
const searchTime = 20 * time.Second

// lastDeletion finds the commit that took away the post at url; nil when none did, or when
// the post is there. The catalog knows it, but for the newest commits.
func (w *writer) lastDeletion(ctx context.Context, op, url string) (*deletion, error) {
	ctx, cancel := context.WithTimeout(ctx, searchTime)
	defer cancel()
	at := w.repo.Snapshot()
	var s *site.Site
	err := w.catalog.Read(ctx, indexed{at}, func(v *catalog.View) error {
		if v.Lookup(url) == nil {
			s = v.Site()
		}
		return nil
	})
	if err != nil || s == nil {
		return nil, err
	}
	known := gitstore.Hash(w.catalog.Remembered())
	enough := func(p *catalog.Past) bool { _, found := p.Gone(url); return found }
	past, reached, err := history.Read(ctx, w.config().OpenSite, s, at, known, enough)
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, &fault.Error{Code: fault.Unavailable, Op: op,
			Message: "the history is long, and not read to its end yet", Hint: "try again in a minute", Err: err}
	}
	if err != nil {
		return nil, err
	}
	gone, found := past.Gone(url)
	if !found && reached {
		gone, found = w.catalog.Gone(url, past)
	}
	if !found {
		return nil, nil
	}
	before, err := at.AtCommit(gitstore.Hash(gone.Ref))
	if err != nil {
		return nil, fmt.Errorf("open the state that still has %s: %w", gone.Path, err)
	}
	return &deletion{gone.Path, before}, nil
}
