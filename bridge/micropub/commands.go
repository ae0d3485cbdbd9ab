package micropub

import (
	"math"
	"strings"

	"gitpost/bridge/mf2"
)

const prefix = "mp-"

// internalURL is the property with the URL of a contact, as servers of the extension add it.
const internalURL = "_internal_url"

// isCommand reports whether a name is an mp-* parameter.
func isCommand(name string) bool { return strings.HasPrefix(name, prefix) && len(name) > len(prefix) }

// set sets an mp-* parameter, which may be given by its unprefixed name. Empty strings are
// ignored: apps send them for unset parameters.
func (c *Commands) set(name string, list []any) {
	list, _ = mf2.WithoutControls(list, "").([]any)
	switch name = strings.TrimPrefix(name, prefix); name {
	case "slug":
		if s := strings.TrimSpace(firstValue(list)); s != "" {
			c.Slug = s
		}
	case "language":
		if s := strings.TrimSpace(firstValue(list)); s != "" {
			c.Language = s
		}
	case "destination":
		for _, s := range texts(list) {
			if s = strings.TrimSpace(s); c.Destination != "" && s != "" && s != c.Destination {
				c.ambiguous = true
			} else if s != "" {
				c.Destination = s
			}
		}
	case "syndicate-to":
		for _, s := range texts(list) {
			c.SyndicateTo = append(c.SyndicateTo, targets(s)...)
		}
	case "channel":
		c.Channel = append(c.Channel, texts(list)...)
	default:
		if c.Other == nil {
			c.Other = mf2.Properties{}
		}
		for _, v := range list {
			c.Other[name] = append(c.Other[name], nested(v))
		}
	}
}

// targets splits one value of syndicate-to, in which the drafts join several URLs by commas. A
// comma that is not followed by a URL is part of the value.
func targets(s string) []string {
	const space = " \t\r\n"
	var out []string
	start := 0
	for i := range len(s) {
		if s[i] != ',' {
			continue
		}
		next := strings.TrimLeft(s[i+1:], space)
		if strings.HasPrefix(next, "https://") || strings.HasPrefix(next, "http://") {
			out = append(out, strings.Trim(s[start:i], space))
			start = i + 1
		}
	}
	return append(out, strings.Trim(s[start:], space))
}

// check refuses several destinations, and what no property may be.
func (c *Commands) check() error {
	if c.ambiguous {
		return refuse("more than one mp-destination", "send one request for each destination")
	}
	return checkProperties(Limits{Properties: math.MaxInt}.withDefaults(), c.Other)
}

// firstValue returns the first value that is not empty, as text.
func firstValue(list []any) string {
	if words := texts(list); len(words) > 0 {
		return words[0]
	}
	return ""
}

// texts returns the values as text, without empty ones. An object is represented by its uid,
// like a target of q=syndicate-to, or else by mf2.Text.
func texts(list []any) []string {
	var out []string
	for _, v := range list {
		s := mf2.Text(v)
		if object, ok := v.(map[string]any); ok {
			if uid := mf2.Text(object["uid"]); uid != "" {
				s = uid
			}
		}
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

// joinAlts adds to each photo the alternative text at the same position: it becomes
// {value, alt}. An empty text means none; a photo that has its own keeps it.
func joinAlts(properties mf2.Properties, alts []any) {
	photos := properties["photo"]
	for i := range min(len(photos), len(alts)) {
		alt, ok := alts[i].(string)
		if !ok || alt == "" {
			continue
		}
		switch photo := photos[i].(type) {
		case string:
			if photo == "" {
				continue // an empty field
			}
			photos[i] = map[string]any{"value": photo, "alt": alt}
		case map[string]any:
			if s, _ := photo["alt"].(string); s == "" && !mf2.IsItem(photo) {
				photo["alt"] = alt
			}
		}
	}
}
