package blog

import (
	"cmp"
	"context"
	"net/url"
	"strings"

	"gitpost/bridge/catalog"
	"gitpost/bridge/config"
	"gitpost/bridge/site"
	"gitpost/gitstore"
)

// Status is what the owner wants to know of a site.
type Status struct {
	Me     string
	Remote string // without credentials

	Closed  string          // why the site cannot be used yet; then the rest is empty
	Store   gitstore.Status // how far its commits have come
	Problem string          // of its configuration or its schedule; "" when there is none
	Refused []Refusal       // what the host refuses

	Posts      []PostStatus     // the newest
	Unreadable []*catalog.Entry // some of the files that cannot be read
}

// Status returns what the owner wants to know of the site.
func (b *Blog) Status(ctx context.Context) (Status, error) {
	s := Status{Me: b.Me(), Remote: withoutCredentials(b.Config().Repo), Closed: b.closedFor()}
	if s.Closed != "" {
		return s, nil
	}
	s.Store, s.Problem = b.store.Status(), cmp.Or(b.index.site.problem(), b.schedule.problem())
	s.Refused = refusals(s.Store)
	err := b.view(ctx, func(v *catalog.View) error {
		const most = 10
		for _, e := range v.List(catalog.Filter{Limit: most}).Entries {
			post := newPostStatus(b.Config(), v, e)
			if post.Draft {
				post.URL = "" // it is nowhere
			}
			s.Posts = append(s.Posts, post)
		}
		unreadable := v.Unreadable()
		s.Unreadable = unreadable[:min(len(unreadable), most)]
		return nil
	})
	return s, err
}

// nameOf is a post's name, else its first words, else its file.
func nameOf(v *catalog.View, e *catalog.Entry) string {
	const most = 90
	text := strings.Join(strings.Fields(cmp.Or(e.Name, e.Summary)), " ")
	if text == "" { // only then is the file read
		if item, err := v.Item(e); err == nil {
			return cmp.Or(site.Beginning(item.Properties, most), e.Path)
		}
	}
	if letters := []rune(text); len(letters) > most {
		text = strings.TrimSpace(string(letters[:most])) + "…"
	}
	return cmp.Or(text, e.Path)
}

// typeName is a post type in words.
func typeName(c *config.Site, postType string) string {
	for _, t := range c.OfferedTypes() {
		if t.Type == postType {
			return t.Name
		}
	}
	n := min(len(postType), 1)
	return cmp.Or(strings.ToUpper(postType[:n])+postType[n:], "Page")
}

// withoutCredentials is a remote's address as it may be shown.
func withoutCredentials(remote string) string {
	if u, err := url.Parse(remote); err == nil && u.User != nil && (u.Scheme == "https" || u.Scheme == "http") {
		u.User = nil
		return u.String()
	}
	return remote
}
