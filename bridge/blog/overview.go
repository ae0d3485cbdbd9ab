package blog

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"gitpost/bridge/catalog"
	"gitpost/bridge/config"
	"gitpost/bridge/mf2"
	"gitpost/bridge/site"
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
	Path            string // of its file
	Photo           string // URL of its first photo; "" if it has none
	Kind            string // the type's name in the microformats vocabulary
	Date            time.Time
	Draft, Hidden   bool
	Scheduled       bool
	Waiting         bool   // for the push
	Refused         string // why the Git host refuses it; "" if it does not
}

// Posts lists the site's posts for the owner.
func (b *Blog) Posts(ctx context.Context, f PostFilter) (PostList, error) {
	if c := cmp.Or(f.Before, f.After); c != "" && !catalog.ValidCursor(c) {
		return PostList{}, errCursor
	}
	var out PostList
	err := b.view(ctx, func(v *catalog.View) error {
		page := v.List(f.catalog(time.Now()))
		way := b.onTheWay()
		for _, e := range page.Entries {
			post := newPostStatus(b.Config(), v, e)
			post.Photo = photoOf(v, e)
			post.Waiting, post.Refused = way.waiting[e.Path], way.refused[e.Path]
			out.Posts = append(out.Posts, post)
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
		Name: nameOf(v, e), URL: e.Page.URL, Path: e.Path, Type: typeName(c, e.PostType), Kind: e.PostType, Date: e.Date(),
		Draft: draft, Hidden: e.Visibility == "unlisted", Scheduled: !draft && e.Date().After(time.Now()),
	}
}

// onTheWay is which files are not on the remote yet, and which of those the host refuses, with the
// reason.
type onTheWay struct {
	waiting map[string]bool
	refused map[string]string
}

func (b *Blog) onTheWay() (way onTheWay) {
	st := b.Delivery()
	if st.Unpushed == 0 {
		return way
	}
	way = onTheWay{map[string]bool{}, map[string]string{}}
	for _, r := range st.Refused {
		for _, path := range r.Paths {
			way.refused[path] = r.Reason
		}
	}
	tip := b.store.Snapshot()
	remote, err := tip.AtCommit(st.Remote)
	if err != nil {
		return way // the status page has what is wrong
	}
	deltas, _ := remote.Diff(tip)
	for _, d := range deltas {
		way.waiting[d.Path] = true
	}
	return way
}

// photoOf is the URL of a post's first photo; "" if it has none.
func photoOf(v *catalog.View, e *catalog.Entry) string {
	if !slices.Contains(e.Has, "photo") {
		return ""
	}
	item, err := v.Item(e)
	if err != nil {
		return ""
	}
	return mf2.Text(item.Properties.First("photo"))
}

// Zone is the time zone of dates that name none.
func (b *Blog) Zone() *time.Location {
	if s := b.index.site.current(); s != nil {
		return s.Zone()
	}
	return time.UTC
}

// Languages are the languages that a new post can be in, the usual one first; none on a site in one.
func (b *Blog) Languages() []string {
	if s := b.index.site.current(); s != nil {
		return s.LanguageNames()
	}
	return nil
}

// Title is what the site calls itself; its address if its configuration does not say.
func (b *Blog) Title() string {
	if s := b.index.site.current(); s != nil && s.Title() != "" {
		return s.Title()
	}
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(b.Me(), "https://"), "http://"), "/")
}

// Markdown turns HTML into Markdown, as the posts of apps that send HTML are.
func Markdown(html string) (string, error) { return site.FromHTML(html) }

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
