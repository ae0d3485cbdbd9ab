package blog

import (
	"cmp"
	"context"
	"time"

	"gitpost/bridge/catalog"
	"gitpost/bridge/config"
)

// PostFilter chooses posts for the owner's list. Zero fields choose all.
type PostFilter struct {
	Text   string // in name, summary, tags and slug, without regard to case
	Type   string
	Tag    string
	State  string // "draft", "scheduled", "unlisted" or "published"
	Before string // cursors of a PostList
	After  string
	Limit  int
}

// PostList is a part of the owner's list, newest first.
type PostList struct {
	Posts         []PostStatus
	Before, After string // cursors; "" if there are no more posts in that direction
}

// PostStatus is a post in the owner's list.
type PostStatus struct {
	Name, URL, Type string // Type: in words
	Kind            string // the type's name in the microformats vocabulary
	Date            time.Time
	Draft, Hidden   bool
	Scheduled       bool
}

// Posts lists the site's posts for the owner.
func (b *Blog) Posts(ctx context.Context, f PostFilter) (PostList, error) {
	if c := cmp.Or(f.Before, f.After); c != "" && !catalog.ValidCursor(c) {
		return PostList{}, errCursor
	}
	var out PostList
	err := b.view(ctx, func(v *catalog.View) error {
		page := v.List(f.catalog(time.Now()))
		for _, e := range page.Entries {
			out.Posts = append(out.Posts, newPostStatus(b.Config(), v, e))
		}
		out.Before, out.After = page.Before, page.After
		if f.Before == "" && f.After == "" {
			out.Before = "" // nothing is newer than the newest
		}
		return nil
	})
	return out, err
}

// catalog is the filter as the catalog takes it.
func (f PostFilter) catalog(now time.Time) catalog.Filter {
	out := catalog.Filter{Text: f.Text, Limit: f.Limit, Before: f.Before, After: f.After}
	if f.Type != "" {
		out.PostType = []string{f.Type}
	}
	if f.Tag != "" {
		out.Category = []string{f.Tag}
	}
	switch f.State {
	case "draft":
		out.Status = []string{"draft"}
	case "unlisted":
		out.Visibility = []string{"unlisted"}
	case "published", "scheduled":
		out.Status = []string{"published"}
		published := f.State == "published"
		out.Visible = func(_, _ string, isPublished bool) bool { return isPublished == published }
	}
	return out
}

func newPostStatus(c *config.Site, v *catalog.View, e *catalog.Entry) PostStatus {
	draft := e.Status == "draft"
	return PostStatus{
		Name: nameOf(v, e), URL: e.Page.URL, Type: typeName(c, e.PostType), Kind: e.PostType, Date: e.Date(),
		Draft: draft, Hidden: e.Visibility == "unlisted", Scheduled: !draft && e.Date().After(time.Now()),
	}
}

// Tags lists the tags of all posts, the most used first.
func (b *Blog) Tags(ctx context.Context) (names []string, err error) {
	err = b.view(ctx, func(v *catalog.View) error {
		for _, category := range v.Categories(nil) {
			names = append(names, category.Name)
		}
		return nil
	})
	return names, err
}
