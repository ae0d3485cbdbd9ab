package api

import (
	"gitpost/bridge/access"
	"gitpost/bridge/blog"
	"gitpost/bridge/config"
	"gitpost/bridge/mf2"
	"gitpost/bridge/micropub"
)

// configAnswer is what apps ask first: where files go, what a post may have, and which queries
// there are.
func (a queryRoutes) configAnswer(who access.Principal, d *blog.Blog) map[string]any {
	return map[string]any{
		"media-endpoint":      a.Config().URL + "/media",
		"syndicate-to":        d.Config().TargetsFor(nil),
		"destination":         a.Blogs.Offered(who),
		"post-types":          d.Config().OfferedTypes(),
		"channels":            append([]config.Channel{}, d.Config().Channels...),
		"discovery":           a.Config().Discovery(d.Me()),
		"q":                   micropub.Queries,
		"properties":          properties,
		"mp":                  commands,
		"post-status":         []string{"published", "draft"},
		"visibility":          d.Config().Visibilities(),
		"location-visibility": []string{"public", "text", "private"},
	}
}

// properties are those that gitpost knows how to write for the site's layouts. Every other one
// is kept too.
var properties = []string{
	"audience", "audio", "bookmark-of", "category", "checkin", "content", "end", "in-reply-to", "like-of", "location",
	mf2.LocationVisibility, "name", "photo", "post-status", "published", "repost-of", "rsvp", "start", "summary",
	"syndication",
	"updated", "video", "visibility",
}

// commands are the mp-* parameters that mean something here, without their prefix.
var commands = []string{"channel", "destination", "photo-alt", "slug", "syndicate-to"}

// targetTexts is what a filter searches.
func targetTexts(t config.Target) []string { return []string{t.UID, t.Name} }
