package site

import (
	"fmt"
	"strings"

	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
	"gitpost/bridge/site/generator"
)

// writeStatus makes the post a draft, or publishes it. A status that is neither keeps the
// post off the site: nothing is published by accident.
func (w *writer) writeStatus(values []any) error {
	status := ""
	if len(values) > 0 {
		status = mf2.Text(values[0])
	}
	var err error
	switch {
	case status == "" || status == "published" || status == "publish":
		err = w.publish()
	case w.rules.Draft.Refusal != "":
		return &fault.Error{Code: fault.InvalidRequest, Op: "write post", Message: w.rules.Draft.Refusal,
			Hint: w.rules.Draft.Hint}
	default:
		err = w.doc.Set(w.rules.Draft.On, w.rules.Draft.Key)
	}
	if err == nil && status != "draft" && status != "" && status != "published" && status != "publish" {
		err = w.setExtra(statusProperty, values)
	} else if err == nil {
		err = w.deleteExtra(statusProperty)
	}
	if err != nil {
		return unwritable("write post", statusProperty, err)
	}
	return nil
}

func (w *writer) publish() error {
	draft := w.rules.Draft
	v, has := w.doc.Get(draft.Key)
	switch {
	case has && draft.Off == nil:
		return w.doc.Delete(draft.Key)
	case has && v != draft.Off:
		return w.doc.Set(draft.Off, draft.Key)
	}
	return nil
}

// writeVisibility keeps a post out of lists in the generator's own way. A visibility that a static
// site cannot honour is refused, except for a draft.
func (w *writer) writeVisibility(values []any, item mf2.Item) error {
	const op = "write post"
	visibility := ""
	if len(values) > 0 {
		visibility = mf2.Text(values[0])
	}
	if visibility == "" || visibility == "public" {
		if err := w.list(true); err != nil {
			return unwritable(op, visibilityProperty, err)
		}
		return w.deleteExtra(visibilityProperty)
	}
	status := item.Properties.Text(statusProperty)
	if visibility != "unlisted" {
		if status == "" || status == "published" || status == "publish" {
			return &fault.Error{
				Code: fault.InvalidRequest, Op: op,
				Message: fmt.Sprintf("a static site cannot restrict who reads a post with visibility %q", visibility),
				Hint:    "post it as a draft (post-status=draft)",
			}
		}
		if err := w.setExtra(visibilityProperty, values); err != nil {
			return unwritable(op, visibilityProperty, err)
		}
		return nil
	}
	unlisted := &w.rules.Unlisted
	if unlisted.Refusal != "" {
		return &fault.Error{Code: fault.InvalidRequest, Op: op, Message: unlisted.Refusal, Hint: unlisted.Hint}
	}
	if unlisted.Folder != "" && draftStatus(item) { // its folder no longer says so
		if err := w.doc.Set(w.rules.Draft.On, w.rules.Draft.Key); err != nil {
			return unwritable(op, statusProperty, err)
		}
	}
	if err := w.list(false); err != nil {
		return unwritable(op, visibilityProperty, err)
	}
	return w.deleteExtra(visibilityProperty)
}

// list lets the page appear in lists, or keeps it out.
func (w *writer) list(listed bool) error {
	tags := w.reading().property("category")
	was := w.reading().unlisted()
	for _, key := range w.rules.Unlisted.Keys {
		var err error
		if !listed {
			err = w.doc.Set(key.Value, key.Paths[0]...)
		} else if was {
			err = w.switchOff(key)
		}
		if err != nil {
			return err
		}
	}
	if !w.rules.Unlisted.HideTags || len(tags) == 0 {
		return nil
	}
	return w.writeCategory(tags) // an unlisted page keeps them under the mf2 key
}

// switchOff removes a key from all its places, and the map around it if that is then empty.
func (w *writer) switchOff(key generator.Switch) error {
	for _, path := range key.Paths {
		v, ok := w.doc.Get(path...)
		if !ok || !key.Means(v) {
			continue
		}
		if outer := path[:len(path)-1]; len(outer) > 0 {
			around, _ := w.doc.Get(outer...)
			if m, isMap := around.(map[string]any); isMap && len(m) == 1 {
				path = outer
			}
		}
		if err := w.doc.Delete(path...); err != nil {
			return err
		}
	}
	return nil
}

// hideCategory keeps the tags of an unlisted page from the generator, where that lists the page
// under its terms all the same. A page with two keys for them, which its author wrote, keeps both.
func (w *writer) hideCategory(values []any) (moved bool, err error) {
	if !w.rules.Unlisted.HideTags || !w.reading().unlisted() {
		return false, nil
	}
	if len(w.reading().allKeys("category")) > 1 {
		return false, nil
	}
	if err := w.clear("category"); err != nil {
		return false, err
	}
	return true, w.setExtra("category", values)
}

// unlisted reports whether the page is built and in no list.
func (r *reading) unlisted() bool {
	unlisted := &r.rules.Unlisted
	if unlisted.Folder != "" {
		return strings.HasPrefix(r.page.Path, unlisted.Folder+"/")
	}
	for _, key := range unlisted.Keys {
		for _, path := range key.Paths {
			if v, ok := r.doc.Get(path...); ok {
				return key.Means(v)
			}
		}
	}
	return false
}
