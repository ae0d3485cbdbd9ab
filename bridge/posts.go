package bridge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"gitpost/bridge/catalog"
	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
	"gitpost/bridge/state"
	"gitpost/gitstore"
)

// repository is what posts need of a Git store.
type repository interface {
	Snapshot() *gitstore.Snapshot
	Update(ctx context.Context, edit gitstore.Edit) (*gitstore.Commit, error)
	WaitPushed(ctx context.Context, c *gitstore.Commit) gitstore.Push
}

// uploads is what posts need to know of staged files.
type uploads interface {
	Upload(ctx context.Context, name string) (state.Upload, error)
	MarkCommitted(ctx context.Context, uploads []state.Upload, at time.Time) error
}

// posts carries out Micropub's commands on the repository. It is safe for concurrent use.
type posts struct {
	repo    repository
	catalog *catalog.Catalog
	uploads uploads
	staged  func(file string) (io.ReadCloser, error)
	config  func() *Config
	mine    func(url string) bool // whether an upload's address is one of this site
	log     *slog.Logger
	now     func() time.Time
}

// outcome is what a client is told of a change that is durable.
type outcome struct {
	URL    string
	Moved  bool // the URL is not the one that the client named
	Push   gitstore.Push
	Waited bool // Push says something: push_wait is not 0
	Item   mf2.Item
}

// change runs one edit: compute is given a view of the newest state and may run again.
func (p *posts) change(ctx context.Context, compute func(v *catalog.View, at *gitstore.Snapshot) (gitstore.Change, error)) (*gitstore.Commit, error) {
	return p.repo.Update(ctx, func(at *gitstore.Snapshot) (gitstore.Change, error) {
		var change gitstore.Change
		err := p.catalog.At(ctx, indexed{at}, func(v *catalog.View) error {
			var err error
			change, err = compute(v, at)
			return err
		})
		return change, err
	})
}

// deliver waits, as long as the configuration says, until a durable commit is on the remote.
func (p *posts) deliver(ctx context.Context, c *gitstore.Commit, o *outcome) {
	wait := p.config().PushWait
	if wait <= 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	o.Push, o.Waited = p.repo.WaitPushed(ctx, c), true
	if !o.Push.Pushed {
		p.log.Warn("the post is safe here and not pushed yet", "url", o.URL, "reason", o.Push.Reason)
	}
}

// find is the post at an URL that a client named.
func find(v *catalog.View, op, url string) (*catalog.Entry, error) {
	e := v.Lookup(url)
	if e == nil {
		return nil, &fault.Error{
			Code: fault.InvalidRequest, Op: op,
			Message: fmt.Sprintf("there is no post at %s", url),
			Hint:    "take the URL from the Location of the post, or from q=source",
		}
	}
	if e.Problem != "" {
		return nil, &fault.Error{
			Code: fault.InvalidRequest, Op: op,
			Message: fmt.Sprintf("the file of that post, %s, cannot be read: %s", e.Path, e.Problem),
			Hint:    "mend the file in a text editor and push it",
		}
	}
	return e, nil
}

// describe is the text of a commit: what happened, where, and on whose behalf.
func describe(verb, subject string, trailers ...string) string {
	var b strings.Builder
	b.WriteString(verb)
	if subject = onOneLine(subject, 60); subject != "" {
		b.WriteString(": ")
		b.WriteString(subject)
	}
	b.WriteString("\n\n")
	for i := 0; i+1 < len(trailers); i += 2 {
		if value := onOneLine(trailers[i+1], 1000); value != "" {
			fmt.Fprintf(&b, "%s: %s\n", trailers[i], value)
		}
	}
	return b.String()
}

// Trailers of gitpost's commits. Undelete reads them; people may grep for them.
const (
	trailerAction = "Gitpost-Action"
	trailerURL    = "Gitpost-Url"
	trailerClient = "Gitpost-Client"
	trailerPath   = "Gitpost-Path"

	trailerFormerURL  = "Gitpost-Former-Url" // of a post that an update moved
	trailerFormerPath = "Gitpost-Former-Path"
	trailerBlob       = "Gitpost-Blob"
)

// onOneLine is s on one line, cut after most characters at a word where one ends.
func onOneLine(s string, most int) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 }), " ")
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	cut := string(runes[:most])
	if i := strings.LastIndexByte(cut, ' '); i > len(cut)/2 {
		cut = cut[:i]
	}
	return cut + "…"
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

// storeFault turns what gitstore reports into what a client is told; errors of edits pass.
func storeFault(op string, err error) error {
	var known *fault.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	var path *gitstore.PathError
	if errors.As(err, &path) { // a rule of the repository, such as Git LFS for that folder
		return &fault.Error{Code: fault.InvalidRequest, Op: op, Message: fmt.Sprintf("%s cannot be written: %s", path.Path, path.Reason), Hint: path.Hint, Err: err}
	}
	if known := diskFault(op, err); known != nil {
		return known
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return &fault.Error{Code: fault.Unavailable, Op: op, Message: "the request ended before the change was safe", Hint: "send it again", Err: err}
	}
	return &fault.Error{
		Code: fault.Unavailable, Op: op,
		Message: "the change could not be written to the repository; nothing was changed",
		Hint:    "try again; the server's log has the cause",
		Err:     err,
	}
}
