package blog

import (
	"context"

	"gitpost/bridge/access"
	"gitpost/bridge/catalog"
	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
	"gitpost/bridge/micropub"
)

// queries answers what apps and pages ask about the posts of a site.
type queries struct {
	view     func(ctx context.Context, f func(*catalog.View) error) error
	places   places
	contacts contacts
}

// Categories answers q=category with the site's tags, the most used first.
func (s *queries) Categories(ctx context.Context, who access.Principal, q micropub.Query) (any, error) {
	names := []string{}
	err := s.view(ctx, func(v *catalog.View) error {
		for _, category := range v.Categories(visibleTo(who)) {
			names = append(names, category.Name)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return ListAnswer("categories", names, q, func(name string) []string { return []string{name} })
}

// Source answers q=source&url=…: the post as its file is now.
func (s *queries) Source(ctx context.Context, who access.Principal, q micropub.Query) (any, error) {
	var answer any
	err := s.view(ctx, func(v *catalog.View) error {
		e, err := findFor(v, "query source", q.URL, who, access.ReadUnpublished)
		if err != nil {
			return err
		}
		item, err := v.Item(e)
		if err != nil {
			return &fault.Error{Code: fault.InvalidRequest, Op: "query source", Message: "the file of that post, " +
				e.Path + ", cannot be read", Hint: "fix it in a text editor and push it", Err: err}
		}
		if len(q.Properties) == 0 {
			answer = withDefaults(item, e)
			return nil
		}
		answer = map[string]any{"properties": asked(withDefaults(item, e).Properties, q)}
		return nil
	})
	return answer, err
}

// asked returns the properties that the query names; all when it names none.
func asked(all mf2.Properties, q micropub.Query) mf2.Properties {
	if len(q.Properties) == 0 {
		return all
	}
	some := mf2.Properties{}
	for _, name := range q.Properties {
		if values, ok := all[name]; ok {
			some[name] = values
		}
	}
	return some
}

// withDefaults adds what the file need not say: where the post is, and that it is published.
func withDefaults(item mf2.Item, e *catalog.Entry) mf2.Item {
	if len(item.Properties["url"]) == 0 {
		item.Properties["url"] = []any{e.Page.URL}
	}
	if len(item.Properties["post-status"]) == 0 {
		item.Properties["post-status"] = []any{e.Status}
	}
	return item
}

// List answers q=source without url: the site's posts, newest first.
func (s *queries) List(ctx context.Context, who access.Principal, q micropub.Query) (any, error) {
	const most = 100
	limit := q.Limit
	if limit <= 0 {
		limit = 20
	}
	for _, cursor := range []string{q.Before, q.After} {
		if cursor != "" && !catalog.ValidCursor(cursor) {
			return nil, errCursor
		}
	}
	answer := map[string]any{}
	err := s.view(ctx, func(v *catalog.View) error {
		page := v.List(catalog.Filter{
			Text: q.Filter, PostType: q.PostType, Status: q.PostStatus, Visibility: q.Visibility,
			Category: q.Category, Exists: q.Exists, NotExists: q.NotExists, Property: q.Property,
			OldestFirst: q.Order == "asc", Offset: q.Offset, Limit: min(limit, most), Before: q.Before, After: q.After,
			Visible: visibleTo(who),
		})
		items := make([]mf2.Item, 0, len(page.Entries))
		for _, e := range page.Entries {
			item, err := v.Item(e)
			if err != nil {
				continue // the file is being fixed; it is in no list
			}
			item.Properties = asked(withDefaults(item, e).Properties, q)
			items = append(items, item)
		}
		answer["items"] = items
		paging := map[string]string{}
		if page.Before != "" {
			paging["before"] = page.Before
		}
		if page.After != "" {
			paging["after"] = page.After
		}
		if len(paging) > 0 {
			answer["paging"] = paging
		}
		return nil
	})
	return answer, err
}

// Has reports whether the URL is one of the site's posts.
func (s *queries) Has(url string) bool { return s.entry(url) != nil }

// entry returns the post at a URL, or nil.
func (s *queries) entry(url string) *catalog.Entry {
	var e *catalog.Entry
	err := s.view(context.Background(), func(v *catalog.View) error {
		e = v.Lookup(url)
		return nil
	})
	if err != nil {
		return nil
	}
	return e
}
