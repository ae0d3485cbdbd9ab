package bridge

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/catalog"
	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
	"gitpost/bridge/micropub"
)

// query answers GET /micropub. Without q it tells whose token it is.
func (s *Server) query(c echo.Context) error {
	who, err := s.authenticate(c)
	if err != nil {
		return err
	}
	q, err := micropub.QueryOf(c.Request())
	if err != nil {
		return err
	}
	answer, err := s.answerQuery(c, who, q)
	if err != nil {
		return err
	}
	return micropub.WriteAnswer(c.Response(), c.Request(), http.StatusOK, answer)
}

func (s *Server) answerQuery(c echo.Context, who principal, q micropub.Query) (any, error) {
	if q.Kind == "" {
		return who.verified(), nil
	}
	d, err := s.choose(who, q.Destination)
	if q.Kind == "source" && q.URL != "" {
		d, err = s.ownerOf(who, q.Destination, q.URL)
	}
	if err != nil {
		return nil, err
	}
	ctx := c.Request().Context()
	switch q.Kind {
	case "config":
		return s.configAnswer(who, d), nil
	case "syndicate-to":
		return listed("syndicate-to", d.targetsFor(q.PostType), q, Target.says)
	case "post-types":
		return listed("post-types", d.postTypes(), q, PostType.says)
	case "destination":
		return listed("destination", s.offered(who), q, Target.says)
	case "channel":
		return listed("channels", d.channels(), q, Channel.says)
	case "category":
		return d.categories(ctx, q)
	}
	if err := who.requireSome("read posts", "create", "update", "delete", "draft", "read"); err != nil {
		return nil, err
	}
	switch {
	case q.Kind == "contact":
		return s.contacts(ctx, d, q)
	case q.Kind == "geo":
		return d.nearby(ctx, q)
	case q.Kind == "source" && q.URL != "":
		if name, ok := s.contactName(q.URL); ok {
			return s.contactItem(ctx, d, name)
		}
		return d.source(ctx, q)
	case q.Kind == "source":
		return d.sourceList(ctx, q)
	}
	return nil, &fault.Error{
		Code: fault.InvalidRequest, Op: "query", Message: "q=" + q.Kind + " is not answered here",
		Hint: "q=config lists what is, under \"q\"",
	}
}

type tokenAnswer struct {
	Me       string `json:"me"`
	Scope    string `json:"scope"`
	ClientID string `json:"client_id,omitempty"`
}

// categories answers q=category with the site's tags, the most used first.
func (d *destination) categories(ctx context.Context, q micropub.Query) (any, error) {
	names := []string{}
	err := d.view(ctx, func(v *catalog.View) error {
		for _, category := range v.Categories() {
			names = append(names, category.Name)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return listed("categories", names, q, func(name string) []string { return []string{name} })
}

// source answers q=source&url=…: the post as its file is now.
func (d *destination) source(ctx context.Context, q micropub.Query) (any, error) {
	var answer any
	err := d.view(ctx, func(v *catalog.View) error {
		e, err := find(v, "query source", q.URL)
		if err != nil {
			return err
		}
		item, err := v.Item(e)
		if err != nil {
			return &fault.Error{Code: fault.InvalidRequest, Op: "query source", Message: "the file of that post, " + e.Path + ", cannot be read", Hint: "mend it in a text editor and push it", Err: err}
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

// asked are the properties that the query names; all when it names none.
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

// sourceList answers q=source without url: the site's posts, newest first.
func (d *destination) sourceList(ctx context.Context, q micropub.Query) (any, error) {
	const most = 100
	limit := q.Limit
	if limit <= 0 {
		limit = 20
	}
	for _, cursor := range []string{q.Before, q.After} {
		if cursor != "" && !catalog.ValidCursor(cursor) {
			return nil, notACursor
		}
	}
	answer := map[string]any{}
	err := d.view(ctx, func(v *catalog.View) error {
		page := v.List(catalog.Filter{
			Text: q.Filter, PostType: q.PostType, Status: q.PostStatus, Visibility: q.Visibility,
			Category: q.Category, Exists: q.Exists, NotExists: q.NotExists, Property: q.Property,
			OldestFirst: q.Order == "asc", Offset: q.Offset, Limit: min(limit, most), Before: q.Before, After: q.After,
		})
		items := make([]mf2.Item, 0, len(page.Entries))
		for _, e := range page.Entries {
			item, err := v.Item(e)
			if err != nil {
				continue // the file is being mended; it is in no list
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
