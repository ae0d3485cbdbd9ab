package pages

import (
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/blog"
	"gitpost/bridge/delivery"
	"gitpost/bridge/fault"
	"gitpost/bridge/language"
	"gitpost/bridge/state"
)

// deliveryRow is one delivery on the page of its post.
type deliveryRow struct {
	ID          int64
	What        language.Text
	Target      string
	Words       []language.Sentence
	Link        string // what came back, such as the address of a copy
	Retry, Skip bool   // what the owner may do about it
}

// unshown returns, of some posts, those that the site does not show as they are.
func (p *Pages) unshown(c echo.Context, b *blog.Blog, posts []blog.PostStatus) (map[string]state.Delivery, error) {
	var urls []string
	for _, post := range posts {
		urls = append(urls, post.URL)
	}
	return p.Deliveries.Unshown(c.Request().Context(), b.Me(), urls)
}

// deliveriesOf lists what is done about a post.
func (p *Pages) deliveriesOf(c echo.Context, b *blog.Blog, post string) (list []deliveryRow, err error) {
	rows, err := p.Deliveries.OfPost(c.Request().Context(), b.Me(), post)
	for _, row := range rows {
		waits := row.State == state.DeliveryWaiting
		list = append(list, deliveryRow{
			ID: row.ID, What: deliveryNames[row.Kind], Target: row.Target, Words: deliveryWords(row, time.Now()),
			Link: row.Link, Retry: row.State == state.DeliveryFailed || waits && row.Tries > 0,
			Skip: row.State == state.DeliveryFailed || waits && row.Tries > 0,
		})
	}
	return list, err
}

var deliveryNames = map[string]language.Text{delivery.Live: language.Text("On the site"),
	delivery.Webmention: language.Text("Webmention"), delivery.Context: language.Text("What it responds to"),
	delivery.Syndication: language.Text("Copy"), delivery.Document: language.Text("Document on standard.site"),
	delivery.WriteBack: language.Text("Addresses of copies in the file")}

// deliver answers POST /posts/delivery: do is retry or skip.
func (p postsPages) deliver(c echo.Context, _ visitor) error {
	id, err := strconv.ParseInt(c.FormValue("id"), 10, 64)
	if err != nil {
		return &fault.Error{Code: fault.InvalidRequest, Op: "change delivery", Message: "no delivery is named",
			Hint: "go back and use the buttons of the page"}
	}
	ctx := c.Request().Context()
	switch do := c.FormValue("do"); do {
	case "retry":
		err = p.Deliveries.Retry(ctx, id)
	case "skip":
		err = p.Deliveries.Skip(ctx, id)
	default:
		err = &fault.Error{Code: fault.InvalidRequest, Op: "change delivery", Message: fmt.Sprintf("%q cannot be done", do),
			Hint: "use retry or skip"}
	}
	if err != nil {
		return err
	}
	return p.goTo(c, "/posts/edit?url="+url.QueryEscape(c.FormValue("url")))
}
