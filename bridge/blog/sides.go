package blog

import (
	"context"
	"fmt"
	"path"

	"gitpost/bridge/catalog"
	"gitpost/bridge/history"
	"gitpost/gitstore"
)

// followSides moves the side files of posts that somebody renamed without them, as far as the history
// says where the posts are.
func (w *writer) followSides(ctx context.Context) error {
	some := false
	err := w.catalog.At(ctx, indexed{w.repo.Snapshot()}, func(v *catalog.View) error {
		for _, stray := range v.StraySides() {
			some = some || v.Follow(stray) != ""
		}
		return nil
	})
	if err != nil || !some {
		return err
	}
	_, err = w.change(ctx, func(v *catalog.View, at *gitstore.Snapshot) (gitstore.Change, error) {
		var change gitstore.Change
		taken := map[string]bool{}
		for _, from := range v.StraySides() {
			to := v.Follow(from)
			if to == "" || taken[to] {
				continue
			}
			data, err := at.ReadFile(from)
			if err != nil {
				return change, fmt.Errorf("read %s: %w", from, err)
			}
			taken[to] = true
			change.Files = append(change.Files, gitstore.File{Path: to, Data: data}, gitstore.File{Path: from, Delete: true})
			change.Message = history.Message("Move side file", path.Base(from)+" to "+path.Base(to), history.Action, "update",
				history.Path, to, history.Client, "gitpost")
		}
		return change, nil
	})
	return err
}
