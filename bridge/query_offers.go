package bridge

import (
	"slices"

	"gitpost/bridge/micropub"
)

// configAnswer is what apps ask first: where files go, what a post may have, and what else can
// be asked.
func (s *Server) configAnswer(who principal, d *destination) map[string]any {
	return map[string]any{
		"media-endpoint":      s.config().URL + "/media",
		"syndicate-to":        d.targetsFor(nil),
		"destination":         s.offered(who),
		"post-types":          d.postTypes(),
		"channels":            d.channels(),
		"discovery":           s.config().Discovery(d.me()),
		"q":                   micropub.Queries,
		"properties":          properties,
		"mp":                  commands,
		"post-status":         []string{"published", "draft"},
		"visibility":          d.visibilities(),
		"location-visibility": []string{"public", "text", "private"},
	}
}

// properties are those that gitpost knows how to write for the site's layouts. Every other one
// is kept too.
var properties = []string{
	"audience", "audio", "bookmark-of", "category", "checkin", "content", "end", "in-reply-to", "like-of", "location",
	locationVisibility, "name", "photo", "post-status", "published", "repost-of", "rsvp", "start", "summary", "syndication",
	"updated", "video", "visibility",
}

// commands are the mp-* parameters that mean something here, without their prefix.
var commands = []string{"channel", "destination", "photo-alt", "slug", "syndicate-to"}

func (d *destination) visibilities() []string {
	if d.config().Private == "draft" {
		return []string{"public", "unlisted", "private"}
	}
	return []string{"public", "unlisted"}
}

func (d *destination) postTypes() []PostType {
	if types := d.config().PostTypes; len(types) > 0 {
		return types
	}
	return standardTypes
}

func (d *destination) channels() []Channel {
	return append([]Channel{}, d.config().Channels...)
}

// targetsFor are the syndication targets that take posts of one of the types; without a type,
// all.
func (d *destination) targetsFor(types []string) []Target {
	targets := []Target{}
	for _, t := range d.config().SyndicateTo {
		if len(types) == 0 || len(t.PostTypes) == 0 || slices.ContainsFunc(types, func(s string) bool { return slices.Contains(t.PostTypes, s) }) {
			targets = append(targets, t)
		}
	}
	return targets
}

// says is what a filter looks in.
func (t Target) says() []string { return []string{t.UID, t.Name} }

func (c Channel) says() []string { return []string{c.UID, c.Name} }

func (t PostType) says() []string { return []string{t.Type, t.Name} }
