package blog

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"gitpost/bridge/config"
	"gitpost/bridge/fault"
	"gitpost/gitstore"
)

// Sync fetches now and brings the index to what came. It also has what waits pushed; that this fails
// is no error of Sync, and Delivery tells it.
func (b *Blog) Sync(ctx context.Context) error {
	const op = "push hook"
	if err := b.usable(); err != nil {
		return err
	}
	if err := b.store.Sync(ctx); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var remote *gitstore.RemoteError
		if !errors.As(err, &remote) || remote.Op != "push to" {
			return &fault.Error{Code: fault.Unavailable, Op: op, Message: "the remote could not be fetched",
				Hint: "see /readyz", Err: err}
		}
	}
	if err := b.index.Advance(ctx, indexed{b.store.Snapshot()}); err != nil {
		return &fault.Error{Code: fault.Unavailable, Op: op,
			Message: "the site cannot be read as it is now in the repository", Hint: "the server's log has the cause",
			Err: err}
	}
	return nil
}

// RepositoryAddress returns what the ways to write a repository's address have in common: host and
// path. https://git.example/ada/blog.git and git@git.example:ada/blog are the same.
func RepositoryAddress(s string) string {
	if u, err := url.Parse(s); err == nil && u.Scheme != "" && u.Path != "" {
		s = u.Hostname() + u.Path // file:// has no host
	} else if config.IsSCPLike(s) {
		s = strings.Replace(s[strings.Index(s, "@")+1:], ":", "/", 1)
	}
	return strings.ToLower(strings.TrimSuffix(strings.TrimRight(s, "/"), ".git"))
}
