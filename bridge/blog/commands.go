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

// Properties that remember what a command asked for. gitpost itself syndicates nothing: the
// tool that does reads from the file where the author wants copies, and an app adds their
// addresses as syndication.
const (
	syndicateTo = "syndicate-to"
	channel     = "channel"
)

// remember writes into a post what its commands ask for and its file must keep.
func (w *writer) remember(op string, props mf2.Properties, c micropub.Commands) error {
	for _, target := range c.SyndicateTo {
		if !contains(props[syndicateTo], target) {
			props[syndicateTo] = append(props[syndicateTo], target)
		}
	}
	if err := w.checkTargets(op, c.SyndicateTo); err != nil {
		return err
	}
	if len(c.Channel) == 0 {
		return nil
	}
	if err := w.checkChannels(op, c.Channel); err != nil {
		return err
	}
	props[channel] = make([]any, len(c.Channel))
	for i, uid := range c.Channel {
		props[channel][i] = uid
	}
	return nil
}

// checkTargets refuses syndication targets that the site does not have. A site that
// configures none keeps all targets as they came: its tools may serve any.
func (w *writer) checkTargets(op string, named []string) error {
	targets := w.config().SyndicateTo
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

func (w *writer) checkChannels(op string, named []string) error {
	channels := w.config().Channels
	for _, uid := range named {
		if len(channels) > 0 && w.channel(uid) == nil {
			targets := make([]config.Target, len(channels))
			for i, c := range channels {
				targets[i].UID = c.UID
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

// channel is the configured channel of that uid; nil when there is none.
func (w *writer) channel(uid string) *config.Channel {
	channels := w.config().Channels
	if i := slices.IndexFunc(channels, func(c config.Channel) bool { return c.UID == uid }); i >= 0 {
		return &channels[i]
	}
	return nil
}

// channelPath is the path pattern of the first of the channels that has one. A post that comes
// into another one moves there; one that leaves its channel stays where it is.
func (w *writer) channelPath(named []string) string {
	for _, uid := range named {
		if c := w.channel(uid); c != nil && c.Path != "" {
			return c.Path
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
