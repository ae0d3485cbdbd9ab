package site

import (
	"fmt"
	"slices"
	"strings"

	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
	"gitpost/bridge/site/generator"
)

// FreeProperty reports whether an owner may let apps write a property of that name at top level.
func FreeProperty(name string) bool { return anySite.Writes(name) || anySite.Free(name) }

// anySite is what the vocabularies of all generators have in common.
var anySite = generator.NewVocabulary(nil, "", generator.Kebab)

// opens reports whether apps may write a property at top level: those of a closed list, and those
// that the owner added.
func (w *writer) opens(property string) bool {
	if w.rules.Terms[strings.ToLower(property)] {
		return false // its values would become pages
	}
	return w.rules.Writes(property) ||
		w.rules.Free(property) && slices.Contains(w.site.options.Properties, property)
}

// refuseOwnKey is the error for changing a property that the document has under a key which is
// not for apps to write: a person wrote it, and a theme may read it as a switch.
func (w *writer) refuseOwnKey(property string) error {
	return w.refuseOwnKeyIn(w.reading(), property)
}

func (w *writer) refuseOwnKeyIn(now *reading, property string) error {
	key, has := now.key(property)
	if !has || w.opens(property) {
		return nil
	}
	return &fault.Error{
		Code: fault.InvalidRequest, Op: "update post",
		Message: fmt.Sprintf("%q is a key of the site's own in this post, which apps must not change", key),
		Hint:    fmt.Sprintf("change it in a text editor, or add %q to site.properties in gitpost.yaml", property),
	}
}

// goesBelow reports whether a property is written under the mf2 key whatever its values are.
func (w *writer) goesBelow(property string) bool {
	switch property {
	case "content", statusProperty, visibilityProperty, "name", "summary", "category", "published", "updated", "photo",
		"audio", generator.SyndicateTo, "url", languageProperty:
		return false
	}
	return !w.opens(property)
}

// fewBelow is how many properties of the mf2 key an update changes one by one, so that the lines of the
// others stay as they are.
const fewBelow = 8

// belowAmong splits off the changed properties that are to be written together; none when they are few.
func (w *writer) belowAmong(changed []string) (others, below []string) {
	for _, property := range changed {
		if w.goesBelow(property) {
			below = append(below, property)
		} else {
			others = append(others, property)
		}
	}
	if len(below) <= fewBelow {
		return changed, nil
	}
	return others, below
}

// writeBelow writes properties under the mf2 key together, and deletes those without values. One by
// one each would write all others again.
func (w *writer) writeBelow(properties []string, item mf2.Item) error {
	if len(properties) == 0 {
		return nil
	}
	v, _ := w.doc.Get(w.rules.Own(mf2Key)...)
	m, isMap := plain(v).(map[string]any)
	if !isMap {
		m = map[string]any{}
	}
	before := w.reading()
	for _, property := range properties {
		if err := w.refuseOwnKeyIn(before, property); err != nil {
			return err
		}
		if values := item.Properties[property]; len(values) > 0 {
			m[property] = flatten(values)
		} else {
			delete(m, property)
		}
	}
	if err := w.setAllExtra(m); err != nil {
		return unwritable("write post", mf2Key, err)
	}
	now := w.reading()
	for _, property := range properties {
		values := item.Properties[property]
		if w.site.equal(property, now.property(property), values) {
			continue
		}
		if err := w.write(property, values, item); err != nil {
			return err
		}
		now = w.reading()
	}
	return nil
}

func (w *writer) setAllExtra(m map[string]any) error {
	if len(m) == 0 {
		return w.doc.Delete(w.rules.Own(mf2Key)...)
	}
	return w.doc.Set(ordered(m), w.rules.Own(mf2Key)...)
}
