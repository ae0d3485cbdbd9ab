package blog

import (
	"fmt"
	"strings"

	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
	"gitpost/bridge/micropub"
)

// hideLocation does what location-visibility asks for: "private" takes every place and
// coordinate out of the post, "text" (WordPress: "protected") leaves the words that name a
// place. It runs before anything else sees the post, so that neither the file nor its name nor
// the commit's message tells.
func hideLocation(op string, props mf2.Properties) (hidden bool, err error) {
	hidden, labels, err := hiding(op, props[mf2.LocationVisibility])
	if hidden {
		mf2.HideLocation(props, labels)
	}
	return hidden, err
}

// hiding reads the values of location-visibility.
func hiding(op string, values []any) (hidden, labels bool, err error) {
	labels = true
	for _, v := range values {
		switch s, _ := v.(string); strings.ToLower(strings.TrimSpace(s)) {
		case "public":
		case "text", "protected":
			hidden = true
		case "private":
			hidden, labels = true, false
		default:
			return false, false, &fault.Error{
				Code: fault.InvalidRequest, Op: op,
				Message: fmt.Sprintf("location-visibility %q is not known", mf2.Text(v)),
				Hint:    "send public, private or text",
			}
		}
	}
	return hidden, labels, nil
}

// setsLocationVisibility reports whether an update says who may know the post's location. One
// that does hides what the file has; another one leaves it as its author wrote it.
func setsLocationVisibility(cmd *micropub.Update) bool {
	return len(cmd.Replace[mf2.LocationVisibility]) > 0 || len(cmd.Add[mf2.LocationVisibility]) > 0
}

// withoutHiddenPlaces is an update without the places that it would bring into a post that
// hides them.
func withoutHiddenPlaces(op string, props mf2.Properties, cmd *micropub.Update) *micropub.Update {
	hidden, labels, err := hiding(op, props[mf2.LocationVisibility])
	if err != nil || !hidden || setsLocationVisibility(cmd) {
		return cmd // an unknown value that a person wrote there does not concern this request
	}
	cleaned := *cmd
	cleaned.Replace, cleaned.Add = cmd.Replace.Clone(), cmd.Add.Clone()
	mf2.HideLocation(cleaned.Replace, labels)
	mf2.HideLocation(cleaned.Add, labels)
	return &cleaned
}

// keepPlacesOut refuses a post that hides where it was made but comes with files that tell:
// where media.metadata is keep-location, pictures keep their coordinates.
func (w *writer) keepPlacesOut(op string, hidden bool, files staged) error {
	if !hidden || w.server().MediaMetadata != "keep-location" || len(files.all) == 0 {
		return nil
	}
	return &fault.Error{
		Code: fault.InvalidRequest, Op: op,
		Message: "the post hides its location, but its files may reveal it: gitpost is configured to keep the " +
			"location in photos",
		Hint: `take "media.metadata: keep-location" out of gitpost's configuration and send the files again, or post without files`,
	}
}

// saysNothing reports whether nothing is left of a post but how it is to be kept.
func saysNothing(props mf2.Properties) bool {
	for name, values := range props {
		switch name {
		case "post-status", "visibility", mf2.LocationVisibility, "published", "updated", "created", "syndication",
			syndicateTo, channel, "audience":
			continue
		}
		if len(values) > 0 {
			return false
		}
	}
	return true
}
