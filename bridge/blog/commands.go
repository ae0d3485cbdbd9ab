package blog

import (
	"fmt"
	"slices"
	"strings"

	"gitpost/bridge/config"
	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
	"gitpost/bridge/micropub"
)

// Properties that remember what a command asked for. Who makes the copies, gitpost (see delivery) or
// another tool, reads from the file where the author wants them, and adds their addresses as
// syndication.
const (
	syndicateTo = "syndicate-to"
	channel     = "channel"
)

// remember writes into a post what its commands ask for and its file must keep.
func remember(c *config.Site, op string, props mf2.Properties, asked micropub.Commands) error {
	if asked.Language != "" {
		props["lang"] = []any{asked.Language}
	}
	known := alikeOf(props[syndicateTo])
	for _, target := range asked.SyndicateTo {
		if !known.has(target) {
			known.add(target)
			props[syndicateTo] = append(props[syndicateTo], target)
		}
	}
	if err := checkTargets(c, op, asked.SyndicateTo); err != nil {
		return err
	}
	if len(asked.Channel) == 0 {
		return nil
	}
	if err := checkChannels(c, op, asked.Channel); err != nil {
		return err
	}
	props[channel] = make([]any, len(asked.Channel))
	for i, uid := range asked.Channel {
		props[channel][i] = uid
	}
	return nil
}

// checkTargets refuses syndication targets that the site does not have. A site that
// configures none keeps all targets as they came: its tools may serve any.
func checkTargets(c *config.Site, op string, named []string) error {
	targets := c.SyndicateTo
	for _, uid := range named {
		if len(targets) > 0 && !slices.ContainsFunc(targets, func(t config.Target) bool { return t.UID == uid }) {
			return &fault.Error{
				Code: fault.InvalidRequest, Op: op,
				Message: fmt.Sprintf("%q is not a syndication target of this site", uid),
				Hint:    "send one of " + uids(targets) + "; nothing was posted",
			}
		}
	}
	return nil
}

func checkChannels(c *config.Site, op string, named []string) error {
	channels := c.Channels
	for _, uid := range named {
		if len(channels) > 0 && channelOf(c, uid) == nil {
			targets := make([]config.Target, len(channels))
			for i, ch := range channels {
				targets[i].UID = ch.UID
			}
			return &fault.Error{
				Code: fault.InvalidRequest, Op: op,
				Message: fmt.Sprintf("this site has no channel %q", uid),
				Hint:    "send one of " + uids(targets) + "; nothing was posted",
			}
		}
	}
	return nil
}

// channelOf is the configured channel of that uid; nil when there is none.
func channelOf(c *config.Site, uid string) *config.Channel {
	channels := c.Channels
	if i := slices.IndexFunc(channels, func(ch config.Channel) bool { return ch.UID == uid }); i >= 0 {
		return &channels[i]
	}
	return nil
}

// channelPath is the path pattern of the first of the channels that has one. A post that comes
// into another one moves there; one that leaves its channel stays where it is.
func channelPath(c *config.Site, named []string) string {
	for _, uid := range named {
		if ch := channelOf(c, uid); ch != nil && ch.Path != "" {
			return ch.Path
		}
	}
	return ""
}

func uids(targets []config.Target) string {
	var names []string
	for _, t := range targets {
		names = append(names, t.UID)
	}
	return strings.Join(names, ", ")
}

// namedIn are the texts of values.
func namedIn(values []any) []string {
	var names []string
	for _, v := range values {
		if s := mf2.Text(v); s != "" {
			names = append(names, s)
		}
	}
	return names
}
