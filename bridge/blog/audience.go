package blog

import (
	"slices"
	"strings"

	"gitpost/bridge/mf2"
)

// keepAudience makes a post for a limited audience private: a static site is public.
func keepAudience(props mf2.Properties) {
	everybody := func(v any) bool {
		s := strings.ToLower(strings.TrimSpace(mf2.Text(v)))
		return s == "" || s == "public" || s == "*" || s == "everyone" || strings.HasSuffix(s, "activitystreams#public")
	}
	if audience := props["audience"]; len(audience) > 0 && !slices.ContainsFunc(audience, everybody) {
		props["visibility"] = []any{"private"}
	}
}
