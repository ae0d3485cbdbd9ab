package micropub

import (
	"math"
	"slices"
	"strings"

	"gitpost/bridge/mf2"
)

const prefix = "mp-"

// internalURL is the address of a contact, which the extension's servers add to its h-card.
const internalURL = "_internal_url"

// isCommand reports whether a name is an mp-* parameter.
func isCommand(name string) bool { return strings.HasPrefix(name, prefix) && len(name) > len(prefix) }

// set takes the values of one mp-* parameter, or of its unprefixed form of the drafts. Apps
// send unset ones as empty strings.
func (c *Commands) set(name string, list []any) {
	switch name = strings.TrimPrefix(name, prefix); name {
	case "slug":
		if s := strings.TrimSpace(firstWord(list)); s != "" {
			c.Slug = s
		}
	case "destination":
		for _, s := range texts(list) {
			if s = strings.TrimSpace(s); c.Destination != "" && s != "" && s != c.Destination {
				c.torn = true
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

// targets are the addresses in one value of syndicate-to: the drafts show several, joined by
// commas. A comma before anything else than an address belongs to the one that it stands in.
func targets(s string) []string {
	var out []string
	for _, piece := range strings.Split(s, ",") {
		next := strings.Trim(piece, " \t\r\n")
		if last := len(out) - 1; last >= 0 && !strings.HasPrefix(next, "https://") && !strings.HasPrefix(next, "http://") {
			out[last] += "," + piece
			continue
		}
		out = append(out, next)
	}
	return out
}

// check refuses several destinations, of which only one would get the post, and control characters. Names are counted with the properties'.
func (c *Commands) check() error {
	if c.torn {
		return refuse("the post names more than one mp-destination", "send a post to each of them")
	}
	for _, s := range slices.Concat([]string{c.Slug, c.Destination}, c.SyndicateTo, c.Channel) {
		if err := checkText("an mp- parameter", s); err != nil {
			return err
		}
	}
	return checkProperties(Limits{Properties: math.MaxInt}, c.Other)
}

// firstWord is the first value that says something.
func firstWord(list []any) string {
	if words := texts(list); len(words) > 0 {
		return words[0]
	}
	return ""
}

// texts are the values as text, without empty ones. An object stands for its uid, as a
// target of q=syndicate-to does, or for what mf2.Text reads in it.
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

// joinAlts gives each photo the alternative text at its place: a photo with one becomes
// {value, alt}. Texts are positional, an empty one means none; a photo that brings its own
// keeps it.
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
