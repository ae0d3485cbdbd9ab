package site

import (
	"fmt"
	"slices"
	"strings"

	"gitpost/bridge/fault"
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
	key, has := w.reading().key(property)
	if !has || w.opens(property) {
		return nil
	}
	return &fault.Error{
		Code: fault.InvalidRequest, Op: "update post",
		Message: fmt.Sprintf("%q is a key of the site's own in this post, which apps must not change", key),
		Hint:    fmt.Sprintf("change it in a text editor, or add %q to site.properties in gitpost.yaml", property),
	}
}
