package blog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"gitpost/bridge/access"
	"gitpost/bridge/catalog"
	"gitpost/bridge/config"
	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
	"gitpost/bridge/site"
	"gitpost/bridge/state"
	"gitpost/gitstore"
)

// repository is what a writer needs of a Git store.
type repository interface {
	Snapshot() *gitstore.Snapshot
	Update(ctx context.Context, edit gitstore.Edit) (*gitstore.Commit, error)
	WaitPushed(ctx context.Context, c *gitstore.Commit) gitstore.Push
}

// uploads is what a writer needs to know of staged files.
type uploads interface {
	Upload(ctx context.Context, name string) (state.Upload, error)
	MarkCommitted(ctx context.Context, uploads []state.Upload, at time.Time) error
}

// writer carries out Micropub's commands on the repository. It is safe for concurrent use.
type writer struct {
	repo    repository
	catalog *catalog.Catalog
	uploads uploads
	staged  func(ctx context.Context, file string) (io.ReadCloser, error)
	config  func() *config.Site
	server  func() *config.Server
	mayUse  func(access.Principal, state.Upload) bool // Uploads.MayUse
	owns    func(url string) bool                     // whether an upload's URL is one of this site
	log     *slog.Logger
	now     func() time.Time
}

// Outcome is what a client is told of a durable change.
type Outcome struct {
	URL    string
	Moved  bool // the URL is not the one that the client named
	Push   gitstore.Push
	Waited bool // Push says something: push_wait is not 0
	Item   mf2.Item
}

// Syndication are the addresses of the post's copies.
func (o Outcome) Syndication() []string { return namedIn(o.Item.Properties["syndication"]) }

// change runs one edit. compute gets a view of the newest state. It may run again on a newer one, so
// it must be pure: it must not change what it was given or keep anything of an earlier run.
func (w *writer) change(
	ctx context.Context, compute func(v *catalog.View, at *gitstore.Snapshot) (gitstore.Change, error),
) (*gitstore.Commit, error) {
	return w.repo.Update(ctx, func(at *gitstore.Snapshot) (gitstore.Change, error) {
		var change gitstore.Change
		err := w.catalog.At(ctx, indexed{at}, func(v *catalog.View) error {
			var err error
			change, err = compute(v, at)
			change.Message = withRequest(ctx, change.Message)
			return err
		})
		return change, err
	})
}

// prepare does the work for a long text before change takes its turn: other posts do not wait for it.
func (w *writer) prepare(ctx context.Context, properties mf2.Properties) {
	if !site.HasLongText(properties) {
		return
	}
	var s *site.Site
	_ = w.catalog.At(ctx, indexed{w.repo.Snapshot()}, func(v *catalog.View) error { // change meets the error too
		s = v.Site()
		return nil
	})
	if s != nil {
		s.Prepare(properties)
	}
}

// deliver waits, as long as push_wait says, until a durable commit is on the remote.
func (w *writer) deliver(ctx context.Context, c *gitstore.Commit, o *Outcome) {
	wait := w.config().PushWait
	if wait <= 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	o.Push, o.Waited = w.repo.WaitPushed(ctx, c), true
	if !o.Push.Pushed {
		w.log.Warn("the post is stored here and not pushed yet", "url", o.URL, "reason", o.Push.Reason)
	}
}

// find returns the post at a URL that a client named.
func find(v *catalog.View, op, url string) (*catalog.Entry, error) {
	e := v.Lookup(url)
	if e == nil {
		return nil, noPost(op, url)
	}
	if e.Problem != "" {
		return nil, &fault.Error{
			Code: fault.InvalidRequest, Op: op,
			Message: fmt.Sprintf("the file of that post, %s, cannot be read: %s", e.Path, e.Problem),
			Hint:    "fix the file in a text editor and push it",
		}
	}
	return e, nil
}

// headline is what a post is called in a commit's subject.
func headline(item mf2.Item) string {
	for _, name := range []string{"name", "content", "summary", "like-of", "repost-of", "bookmark-of", "in-reply-to"} {
		if text := item.Properties.Text(name); strings.TrimSpace(text) != "" {
			return text
		}
	}
	return ""
}

// storeFault returns what a client is told of an error of gitstore; errors of edits pass.
func storeFault(op string, err error) error {
	var known *fault.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	var path *gitstore.PathError
	if errors.As(err, &path) { // a rule of the repository, such as Git LFS for that folder
		return &fault.Error{Code: fault.InvalidRequest, Op: op,
			Message: fmt.Sprintf("%s cannot be written: %s", path.Path, path.Reason), Hint: path.Hint, Err: err}
	}
	if known := diskFault(op, err); known != nil {
		return known
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return &fault.Error{Code: fault.Unavailable, Op: op, Message: "the request ended before the change was safe",
			Hint: "send it again", Err: err}
	}
	return &fault.Error{
		Code: fault.Unavailable, Op: op,
		Message: "the change could not be written to the repository; nothing was changed",
		Hint:    "try again; the server's log has the cause",
		Err:     err,
	}
}
