package blog

import (
	"slices"
	"strings"

	"gitpost/bridge/mf2"
)

// keepAudience makes a post that is meant for a few people a private one: a static site shows
// what it has to everybody.
func keepAudience(props mf2.Properties) {
	everybody := func(v any) bool {
		s := strings.ToLower(strings.TrimSpace(mf2.Text(v)))
		return s == "" || s == "public" || s == "*" || s == "everyone" || strings.HasSuffix(s, "activitystreams#public")
	}
	if audience := props["audience"]; len(audience) > 0 && !slices.ContainsFunc(audience, everybody) {
		props["visibility"] = []any{"private"}
	}
}
