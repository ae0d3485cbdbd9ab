package site

import (
	"fmt"
	"path"
	"strings"

	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
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
	case w.site.profile.name() == "jekyll":
		err = w.doc.Set(false, "published")
	default:
		err = w.doc.Set(true, "draft")
	}
	if err == nil && status != "draft" && status != "" && status != "published" && status != "publish" {
		err = w.setApart(statusProperty, values)
	} else if err == nil {
		err = w.deleteApart(statusProperty)
	}
	if err != nil {
		return unwritable("write post", statusProperty, err)
	}
	return nil
}

func (w *writer) publish() error {
	if w.site.profile.name() == "jekyll" {
		if _, has := w.doc.Get("published"); has {
			return w.doc.Delete("published")
		}
		return nil
	}
	if v, has := w.doc.Get("draft"); has && v != false {
		return w.doc.Set(false, "draft")
	}
	return nil
}

// writeVisibility keeps a post out of lists by the generator's own means. What a static
// site cannot do is refused; only a draft may carry any visibility.
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
		return w.deleteApart(visibilityProperty)
	}
	status := item.Properties.Text(statusProperty)
	if visibility != "unlisted" {
		if status == "" || status == "published" || status == "publish" {
			return &fault.Error{
				Code: fault.InvalidRequest, Op: op,
				Message: fmt.Sprintf("a static site cannot keep a post with visibility %q from its readers", visibility),
				Hint:    "post it as a draft (post-status=draft)",
			}
		}
		if err := w.setApart(visibilityProperty, values); err != nil {
			return unwritable(op, visibilityProperty, err)
		}
		return nil
	}
	if w.site.profile.name() == "jekyll" {
		if _, ok := w.site.unlistedFolder(); !ok {
			return &fault.Error{
				Code: fault.InvalidRequest, Op: op,
				Message: "this Jekyll site has no place for unlisted posts: site.posts lists every post",
				Hint:    `add a collection to _config.yml ("collections: {unlisted: {output: true}}"), or send visibility=public`,
			}
		}
		if draftStatus(item) { // _drafts does not say it any more
			if err := w.doc.Set(false, "published"); err != nil {
				return unwritable(op, statusProperty, err)
			}
		}
		return w.list(false)
	}
	if err := w.list(false); err != nil {
		return unwritable(op, visibilityProperty, err)
	}
	return w.deleteApart(visibilityProperty)
}

// list lets the page appear in lists, or keeps it out.
func (w *writer) list(listed bool) error {
	if w.site.profile.name() == "jekyll" {
		return w.index(listed)
	}
	tags := w.reading().property("category")
	if err := w.listing(listed); err != nil || len(tags) == 0 {
		return err
	}
	return w.writeCategory(tags) // which stand elsewhere in an unlisted page
}

// listing writes Hugo's own key for it.
func (w *writer) listing(listed bool) error {
	if !listed {
		return w.doc.Set("never", w.site.buildKey(), "list")
	}
	for _, key := range []string{"build", "_build"} {
		v, ok := w.doc.Get(key)
		m, isMap := v.(map[string]any)
		if !ok || !isMap || !listsNever(m["list"]) {
			continue
		}
		if len(m) == 1 {
			if err := w.doc.Delete(key); err != nil {
				return err
			}
		} else if err := w.doc.Delete(key, "list"); err != nil {
			return err
		}
	}
	return nil
}

// hideCategory keeps the tags of an unlisted page from Hugo, which lists the page under its
// terms all the same (build.list: never; in .Site.Taxonomies in all versions). A page with two
// keys for them, which a hand wrote, keeps both.
func (w *writer) hideCategory(values []any) (moved bool, err error) {
	if w.site.profile.name() != "hugo" || !w.reading().unlisted() {
		return false, nil
	}
	if len(w.reading().allKeys("category")) > 1 {
		return false, nil
	}
	if err := w.clear("category"); err != nil {
		return false, err
	}
	return true, w.setApart("category", values)
}

// index keeps a document of Jekyll's collection of unlisted posts out of what goes through all
// collections: jekyll-sitemap, and the search of Minimal Mistakes.
func (w *writer) index(listed bool) error {
	keys := []string{"sitemap"}
	for _, setting := range []string{"theme", "remote_theme"} {
		v, _ := w.site.profile.setting(setting)
		if theme, _ := v.(string); strings.Contains(theme, "minimal-mistakes") {
			keys = append(keys, "search")
		}
	}
	for _, key := range keys {
		v, has := w.doc.Get(key)
		var err error
		switch {
		case !listed:
			err = w.doc.Set(false, key)
		case has && v == false && w.reading().unlisted():
			err = w.doc.Delete(key)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// buildKey is what Hugo calls its build options: _build until 0.145.
func (s *Site) buildKey() string {
	if atLeast(s.profile.version(), "0.145.0") {
		return "build"
	}
	return "_build"
}

func listsNever(v any) bool { return v == "never" || v == false }

// unlisted tells whether the page is built and in no list.
func (r *reading) unlisted() bool {
	if r.site.profile.name() == "jekyll" {
		folder, ok := r.site.unlistedFolder()
		return ok && strings.HasPrefix(r.page.Path, folder+"/")
	}
	for _, key := range []string{"build", "_build"} {
		if v, ok := r.doc.Get(key, "list"); ok {
			return listsNever(v)
		}
	}
	return false
}

// unlistedFolder is the folder of the Jekyll collection that keeps unlisted posts: one with
// output: true that is called unlisted.
func (s *Site) unlistedFolder() (string, bool) {
	if s.profile.name() != "jekyll" {
		return "", false
	}
	if v, _ := s.profile.setting("collections", "unlisted", "output"); v == true {
		return path.Join(s.profile.contentDir(), "_unlisted"), true
	}
	return "", false
}

// postLayout is the layout that Jekyll's posts need to look like the site, on a site that has no
// post yet to learn it from: "" where none is known, or where defaults of the configuration
// may name one.
func (s *Site) postLayout() string {
	if defaults, _ := s.profile.setting("defaults"); defaults != nil {
		return ""
	}
	v, _ := s.profile.setting("theme")
	theme, _ := v.(string)
	switch {
	case s.theme.layouts["post"], theme == "minima", strings.HasPrefix(theme, "jekyll-theme-"):
		return "post"
	case s.theme.layouts["default"]: // what jekyll new --blank makes
		return "default"
	}
	return ""
}
