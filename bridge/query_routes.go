package bridge

import (
	"context"
	"net/http"
	"strings"

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
	q, err := micropub.ParseQuery(c.QueryParams())
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
	d, err := s.choose(who, q.Destination)
	if q.Kind == "source" && q.URL != "" {
		d, err = s.owner(who, q.Destination, q.URL)
	}
	if err != nil {
		return nil, err
	}
	switch q.Kind {
	case "":
		return who.verified(), nil
	case "config":
		return s.configAnswer(who, d), nil
	case "syndicate-to":
		return map[string]any{"syndicate-to": d.targets()}, nil
	case "post-types":
		return map[string]any{"post-types": postTypes}, nil
	case "destination":
		return map[string]any{"destination": s.offered(who)}, nil
	case "channel":
		return map[string]any{"channels": []any{}}, nil
	case "category":
		return d.categories(c.Request().Context(), q)
	case "source":
		if err := who.require("read posts", "create", "update", "delete", "draft", "read"); err != nil {
			return nil, err
		}
		if q.URL != "" {
			return d.source(c.Request().Context(), q)
		}
		return d.sourceList(c.Request().Context(), q)
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

// configAnswer is what apps ask first: where files go, and what else can be asked.
func (s *Server) configAnswer(who principal, d *destination) map[string]any {
	return map[string]any{
		"media-endpoint": s.config().URL + "/media",
		"syndicate-to":   d.targets(),
		"destination":    s.offered(who),
		"post-types":     postTypes,
		"channels":       []any{},
		"discovery":      s.config().Discovery(d.me()),
		"q":              []string{"config", "source", "syndicate-to", "category", "post-types", "channel", "destination"},
	}
}

type postType struct {
	Type string `json:"type"`
	Name string `json:"name"`
}

var postTypes = []postType{
	{"note", "Note"}, {"article", "Article"}, {"photo", "Photo"}, {"video", "Video"}, {"audio", "Audio"},
	{"reply", "Reply"}, {"like", "Like"}, {"repost", "Repost"}, {"bookmark", "Bookmark"},
	{"rsvp", "RSVP"}, {"event", "Event"}, {"checkin", "Check-in"},
}

func (d *destination) targets() []Target {
	if targets := d.config().SyndicateTo; targets != nil {
		return targets
	}
	return []Target{}
}

// categories answers q=category with the site's tags, the most used first.
func (d *destination) categories(ctx context.Context, q micropub.Query) (any, error) {
	names := []string{}
	err := d.view(ctx, func(v *catalog.View) error {
		for _, category := range v.Categories() {
			if strings.Contains(strings.ToLower(category.Name), strings.ToLower(q.Filter)) {
				names = append(names, category.Name)
			}
		}
		return nil
	})
	names = names[min(q.Offset, len(names)):]
	if q.Limit > 0 {
		names = names[:min(q.Limit, len(names))]
	}
	return map[string]any{"categories": names}, err
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
		all, some := withDefaults(item, e).Properties, mf2.Properties{}
		for _, name := range q.Properties {
			if values, ok := all[name]; ok {
				some[name] = values
			}
		}
		answer = map[string]any{"properties": some}
		return nil
	})
	return answer, err
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
			items = append(items, withDefaults(item, e))
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
