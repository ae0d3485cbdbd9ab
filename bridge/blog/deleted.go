package blog

import (
	"context"
	"strings"
	"time"

	"gitpost/bridge/catalog"
	"gitpost/bridge/history"
	"gitpost/gitstore"
)

// DeletedPost is a post that was deleted through gitpost.
type DeletedPost struct {
	Name, URL string
	When      time.Time
}

// Deleted lists the posts that were deleted through gitpost and are not there again, newest first.
// It looks at the newest commits only.
func (b *Blog) Deleted(ctx context.Context, limit int) (list []DeletedPost, err error) {
	if err := b.usable(); err != nil {
		return nil, err
	}
	const most = 5000 // commits
	var found []DeletedPost
	seen := map[string]bool{}
	n := 0
	_, err = b.store.Snapshot().LogSince(ctx, "", func(c gitstore.LogEntry) bool {
		n++
		t := history.Trailers(c.Message)
		if url := t[history.URL]; t[history.Action] == "delete" && url != "" && !seen[url] {
			seen[url] = true
			subject, _, _ := strings.Cut(c.Message, "\n")
			_, name, _ := strings.Cut(subject, ": ")
			found = append(found, DeletedPost{Name: name, URL: url, When: c.When})
		}
		return n < most
	})
	if err != nil {
		return nil, storeFault("list deleted posts", err)
	}
	err = b.view(ctx, func(v *catalog.View) error {
		for _, d := range found {
			if v.Lookup(d.URL) == nil && len(list) < limit {
				list = append(list, d)
			}
		}
		return nil
	})
	return list, err
}
