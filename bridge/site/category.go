package site

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
)

// categoryKeys are the keys whose values are a part of the URL on some generators.
var categoryKeys = []string{"categories", "category"}

// inURL are the categories of the post that are a part of its URL.
func (r *reading) inURL() (values []any) {
	if !r.rules.CategoriesInURL {
		return nil
	}
	for _, key := range categoryKeys {
		if f, ok := r.doc.Field(key); ok {
			values = append(values, r.tags(key, f)...)
		}
	}
	return values
}

// tagKey is the one of TagKeys whose tags the generator takes; "" when none has a value.
func (r *reading) tagKey() string {
	for _, key := range r.rules.TagKeys {
		if v, ok := r.doc.Get(key); ok && v != nil && v != false {
			return key
		}
	}
	return ""
}

// withCategories adds the categories that are a part of the URL to the tags.
func (r *reading) withCategories(tags []any) []any {
	out, known := slices.Clone(tags), mf2.SetOf(tags)
	for _, v := range r.inURL() {
		if known.Add(v) {
			out = append(out, v)
		}
	}
	return out
}

// without returns the values that others do not have.
func without(values, others []any) []any {
	var out []any
	known := mf2.SetOf(others)
	for _, v := range values {
		if !known.Has(v) {
			out = append(out, v)
		}
	}
	return out
}

// reviseCategory adds tags to the post's list and takes others out of it. What its author wrote
// stays as it is written, and categories that are a part of the URL stay altogether.
func (w *writer) reviseCategory(before, want []any) error {
	if moved, err := w.hideCategory(want); moved || err != nil {
		return err
	}
	fixed := w.reading().inURL()
	added, removed := without(want, before), without(without(before, want), fixed)
	if len(added)+len(removed) == 0 && len(without(before, want)) > 0 {
		return &fault.Error{
			Code: fault.InvalidRequest, Op: "update post",
			Message: fmt.Sprintf("%s is a category of the post, which its URL has", mf2.Text(without(before, want)[0])),
			Hint:    "change the categories in a text editor; the post moves then",
		}
	}
	path := w.path("category")
	from := strings.Join(path, ".") // where the tags are: another key, such as tag, may have them
	if key, ok := w.reading().key("category"); ok && (len(fixed) == 0 || !slices.Contains(categoryKeys, key)) {
		from = key
	}
	f, _ := w.doc.Field(strings.Split(from, ".")...)
	var list []any
	gone := mf2.SetOf(removed)
	for _, item := range w.listOf(from, f.Value) {
		if !gone.Has(mf2.Text(item)) {
			list = append(list, item)
		}
	}
	list = append(list, tagsOf(added)...)
	var err error
	if from != strings.Join(path, ".") && len(removed) > 0 {
		err = w.doc.Delete(strings.Split(from, ".")...)
	}
	switch {
	case err != nil:
	case len(list) > 0:
		if words, ok := w.asWords(from, f.Value, removed, added); ok && from == strings.Join(path, ".") {
			err = w.doc.Set(words, path...)
		} else {
			err = w.doc.Set(list, path...)
		}
	case (len(want) == 0 || len(fixed) > 0) && !w.standsIn(from):
		err = w.doc.Delete(path...)
	default:
		err = w.doc.Set([]any{}, path...)
	}
	if err != nil {
		return err
	}
	now, _ := w.reading().said("category")
	if len(without(without(want, now), fixed)) == 0 {
		return w.deleteExtra("category")
	}
	return w.setExtra("category", want)
}

// standsIn reports whether another one of TagKeys would count if a key were gone.
func (w *writer) standsIn(key string) bool {
	return slices.Contains(w.rules.TagKeys, key) && slices.ContainsFunc(w.rules.TagKeys, func(other string) bool {
		_, has := w.doc.Get(other)
		return has && other != key
	})
}

// listOf is the tags under a key, each as it is written.
func (w *writer) listOf(key string, value any) []any {
	switch v := value.(type) {
	case nil:
		return nil
	case []any:
		return v
	case string:
		if slices.Contains(w.rules.SplitTags, key) {
			return anyList(strings.Fields(v))
		}
	}
	return []any{value}
}

// asWords is a text of words with others removed and added; ok is false where a key has no such text,
// or one of them is no word.
func (w *writer) asWords(key string, value any, removed, added []any) (words string, ok bool) {
	words, isText := value.(string)
	if !isText || !slices.Contains(w.rules.SplitTags, key) {
		return "", false
	}
	gone := map[string]bool{}
	for _, v := range removed {
		gone[mf2.Text(v)] = true
	}
	var kept strings.Builder
	for len(words) > 0 { // a word with the space before it
		rest := strings.TrimLeftFunc(words, unicode.IsSpace)
		end := strings.IndexFunc(rest, unicode.IsSpace)
		if end < 0 {
			end = len(rest)
		}
		if !gone[rest[:end]] {
			kept.WriteString(words[:len(words)-len(rest)+end])
		}
		words = rest[end:]
	}
	for _, v := range added {
		tag, isText := v.(string)
		if !isText || len(strings.Fields(tag)) != 1 {
			return "", false
		}
		kept.WriteString(" " + strings.TrimSpace(tag))
	}
	words = kept.String()
	if len(removed) > 0 {
		words = strings.TrimLeftFunc(words, unicode.IsSpace)
	}
	return strings.TrimLeft(words, " "), len(strings.Fields(words)) > 0
}

// sameCategories compares what was read with what was sent: categories that are a part of the URL
// stay, and where they stand does not matter.
func (w *writer) sameCategories(got, want []any) bool {
	fixed := w.reading().inURL()
	if len(fixed) == 0 {
		return false
	}
	return len(without(without(got, want), fixed)) == 0 && len(without(want, got)) == 0
}
