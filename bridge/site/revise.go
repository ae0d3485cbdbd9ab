package site

import (
	"fmt"
	"net/url"
	"path"
	"strings"

	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
	"gitpost/frontmatter"
)

// Revise changes a post in place: edit is given the item as Item reads it and changes it;
// only the keys whose properties changed are written. The post moves when what its URL is
// made of changed: an mp-slug that edit leaves among the properties, an mp-path (a pattern, as
// Post.Path), the date in its path, or its publication out of _drafts.
func (s *Site) Revise(lib Library, src Source, edit func(*mf2.Item) error) (Revision, error) {
	const op = "update post"
	doc, err := s.ParseSource(src)
	if err != nil {
		return Revision{}, &fault.Error{
			Code: fault.InvalidRequest, Op: op,
			Message: fmt.Sprintf("%s cannot be read: %s", src.Path, err),
			Hint:    "fix the file in a text editor", Err: err,
		}
	}
	page := s.generator.Locate(src.Path, doc, lib)
	before := s.Item(page, doc)
	delete(before.Properties, slugCommand) // commands are edit's
	delete(before.Properties, pathCommand)
	after := before.Clone()
	if err := edit(&after); err != nil {
		return Revision{}, err
	}
	asked, pattern := after.Properties.Text(slugCommand), after.Properties.Text(pathCommand)
	want := prepared(after)
	if s.inHTML(src.Path, doc) && !same(want.Properties["content"], before.Properties["content"]) {
		if want.Properties["content"] = s.asHTML(want.Properties["content"]); want.Properties["content"] == nil {
			delete(want.Properties, "content")
		}
	}
	if err := s.settleLanguage(op, &want, s.usualLanguage(lib)); err != nil {
		return Revision{}, err
	}
	w := &writer{site: s, doc: doc, page: page, rules: s.rules, memory: s.remembered(doc), contexts: s.contextsOf(lib)}
	for _, property := range []string{"url", "published"} {
		_, keyed := w.reading().key(property)
		if !keyed && !w.inExtra(property) && same(want.Properties[property], before.Properties[property]) {
			delete(want.Properties, property) // the page's own URL, and the date of its file name
			delete(before.Properties, property)
		}
	}
	text := doc.Body()
	if err := w.revise(lib, before, want); err != nil {
		return Revision{}, err
	}
	if err := w.refuseAlts(op, src.Path, before, want); err != nil {
		return Revision{}, err
	}
	if doc.Body() != text {
		if err := s.refuseMarkup(op, src.Path, doc); err != nil {
			return Revision{}, err
		}
	}
	made, err := s.move(lib, w, page, before, want, asked, pattern)
	if err != nil {
		return Revision{}, err
	}
	if s.publishes(page, before, want) {
		if made.Page, err = s.ensurePublished(op, lib, w.doc, made.Page); err != nil {
			return Revision{}, err
		}
	}
	if err := w.verify(made.Page, want); err != nil {
		return Revision{}, err
	}
	if made.Page.Date.IsZero() && !page.Date.IsZero() && made.Page.URL != page.URL {
		return Revision{}, &fault.Error{
			Code: fault.InvalidRequest, Op: op, Message: "the post's URL contains its date, so the date cannot be deleted",
			Hint: `send another date, {"replace": {"published": ["2026-05-23T18:40:00Z"]}}`,
		}
	}
	made.Data, made.Side = doc.Bytes(), s.sideText(doc, src.Side)
	if err := s.refuseEncoding(op, src.Data, made.Data); err != nil {
		return Revision{}, err
	}
	return made, s.readable(op, made)
}

// revise writes the properties that differ.
func (w *writer) revise(lib Library, before, want mf2.Item) error {
	const op = "update post"
	changed := changes(before, want)
	if len(changed) == 0 && sameTypes(before.Type, want.Type) {
		return nil
	}
	w.learned = w.site.learnFrom(w.site.newest(lib, want.Properties.Text(languageProperty)), w.page.Path)
	w.learned.style = frontmatter.Style{}
	hadTitle := w.reading().hasOwnTitle()
	if !sameTypes(before.Type, want.Type) {
		if err := w.writeType(want.Type); err != nil {
			return unwritable(op, typeKey, err)
		}
	}
	changed, below := w.belowAmong(changed)
	if err := w.writeBelow(below, want); err != nil {
		return err
	}
	for _, property := range changed {
		values := want.Properties[property]
		if property == "category" && (len(values) > 0 || w.rules.CategoriesInURL) {
			if err := w.reviseCategory(before.Properties[property], values); err != nil {
				return unwritable(op, property, err)
			}
			continue
		}
		if len(values) == 0 {
			if err := w.remove(property, want); err != nil {
				return err
			}
			continue
		}
		if property == "photo" {
			w.findImage(before.Properties["photo"])
		}
		if err := w.write(property, values, want); err != nil {
			return err
		}
	}
	if err := w.reviseBody(before, want, changed); err != nil {
		return err
	}
	if err := w.renewTitle(before, want, hadTitle); err != nil {
		return err
	}
	if err := w.memory.keep(w.doc, w.rules); err != nil {
		return unwritable(op, memoryKey, err)
	}
	return nil
}

// changes names the properties that differ, in the order of writing.
func changes(before, want mf2.Item) []string {
	both := mf2.Properties{}
	for name := range before.Properties {
		both[name] = nil
	}
	for name := range want.Properties {
		both[name] = nil
	}
	var changed []string
	for _, name := range inOrder(both) {
		if !same(before.Properties[name], want.Properties[name]) {
			changed = append(changed, name)
		}
	}
	return changed
}

func sameTypes(a, b []string) bool { return strings.Join(a, " ") == strings.Join(b, " ") }

// remove deletes a property.
func (w *writer) remove(property string, want mf2.Item) error {
	const op = "update post"
	switch property {
	case "content":
		return nil
	case statusProperty:
		return w.writeStatus(nil)
	case visibilityProperty:
		return w.writeVisibility(nil, want)
	case "photo":
		if key := w.imagesOf(w.reading().property("photo")); key != "" {
			if err := w.doc.Delete(w.keyPath(key)...); err != nil {
				return unwritable(op, key, err)
			}
			if err := w.writeCoverAlt(key, ""); err != nil {
				return unwritable(op, key, err)
			}
		}
	}
	if err := w.refuseOwnKey(property); err != nil {
		return err
	}
	if err := w.deleteExtra(property); err != nil {
		return unwritable(op, property, err)
	}
	if err := w.clear(property); err != nil {
		return unwritable(op, property, err)
	}
	if property == "published" {
		return nil // the file name may still date it
	}
	for range 8 { // another key may say the same property
		if len(w.reading().property(property)) == 0 {
			return nil
		}
		key, ok := w.reading().key(property)
		if !ok {
			return nil
		}
		if empty, ok := blocking[property]; ok && bare(w.rules, key) != "photos" {
			if err := w.doc.Set(empty, w.rules.Key(property)); err != nil {
				return unwritable(op, property, err)
			}
			continue
		}
		if err := w.doc.Delete(strings.Split(key, ".")...); err != nil {
			return unwritable(op, property, err)
		}
	}
	return nil
}

// blocking are the properties for which another key can stand in; an empty value prevents that.
var blocking = map[string]any{"summary": "", "category": []any{}, "photo": []any{}}

// findImage finds the key of the post's picture for link previews. A post whose photos are not in
// such a key has none, or a picture that its author chose, which stays.
func (w *writer) findImage(photos []any) {
	if key := w.imagesOf(photos); key != "" {
		w.coverAt = key
		return
	}
	w.noImage = w.has(w.keyPath(w.coverKey())) || len(pictureURLs(photos)) > 0
}

// imagesOf is the key that has the plain URLs of the photos, "" when none has.
func (w *writer) imagesOf(photos []any) string {
	urls := pictureURLs(photos)
	for _, key := range w.coverKeys() {
		v, ok := w.doc.Get(w.keyPath(key)...)
		if ok && len(urls) > 0 && w.site.pictures(v, urls, w.page) {
			return key
		}
	}
	return ""
}

// reviseBody writes the content when it changed, and the text of the body template when what it
// shows changed and nobody edited that text.
func (w *writer) reviseBody(before, want mf2.Item, changed []string) error {
	for _, property := range changed {
		if property == "content" {
			w.bare = w.withoutAdded(before)
			return w.writeBody(want)
		}
	}
	return w.renewAdded(before, want)
}

// move decides whether the post must move, and what its page is then.
func (s *Site) move(lib Library, w *writer, page Page, before, want mf2.Item, asked, pattern string) (Revision, error) {
	at, slug, ok := s.placementOf(page, w.doc, before, want)
	stay := Revision{Path: page.Path, Page: s.generator.Locate(page.Path, w.doc, lib)}
	w.page = stay.Page
	if !ok {
		return s.keepAlias(lib, w, page, stay)
	}
	if pattern != "" {
		at.pattern = whole(s.rooted(pattern, s.rules.Content))
		if n := s.generator.Naming(page.Path); n.Bundle { // its files stay beside it
			at.pattern = strings.TrimSuffix(strings.TrimSuffix(at.pattern, ".md"), "/index") + n.End
		}
	}
	at.pattern = s.inLanguageOf(want, at.pattern)
	if asked != "" {
		if made := makeSlug(asked, 100); made != "" {
			slug = made
		}
	}
	other, taken := lib.PathOf(stay.Page.URL)
	taken = taken && other != page.Path && stay.Page.URL != page.URL
	if asked == "" && !taken && (at.path(slug) == page.Path || pattern == "" &&
		s.keepsPath(page, w.doc, before, at.path(slug))) {
		return s.keepAlias(lib, w, page, stay)
	}
	if asked != "" {
		if err := w.dropSlug(); err != nil {
			return Revision{}, err
		}
	}
	if err := w.keepDate(page, at); err != nil {
		return Revision{}, err
	}
	made, err := s.place(lib, w.doc, at, slug, want, page.Path)
	if err != nil {
		return Revision{}, err
	}
	if made.Path != page.Path {
		made.Was = page.Path
	}
	w.page = made.Page
	return s.keepAlias(lib, w, page, made)
}

// keepsPath reports whether the post belonged at that path before the update too: its author named
// the file differently, for example with another day than its date's, and it stays.
func (s *Site) keepsPath(page Page, doc *frontmatter.Document, before mf2.Item, to string) bool {
	was, slug, ok := s.placementOf(page, doc, before, before)
	return ok && was.path(slug) == to
}

// keepDate writes the date of the old file name to the front matter if the new name has none.
func (w *writer) keepDate(page Page, at placement) error {
	_, pattern, _, _ := w.site.dissect(page.Path, page.Date)
	_, keyed := w.reading().key("published")
	if keyed || at.dated() || !uses(pattern, "day", "date") || page.Date.IsZero() {
		return nil
	}
	m, _ := readMoment(stamp(page.Date, false), w.rules.Zone)
	if err := w.doc.Set(m.timestamp(w.rules), w.key("published")); err != nil {
		return unwritable("update post", "published", err)
	}
	return nil
}

// dropSlug removes the keys that fix the last part of the URL, as another is asked for.
func (w *writer) dropSlug() error {
	for _, key := range []string{w.rules.SlugKey(), w.rules.Address} {
		if _, ok := w.doc.Get(key); !ok {
			continue
		}
		if err := w.doc.Delete(key); err != nil {
			return unwritable("update post", key, err)
		}
	}
	return nil
}

// placementOf is the pattern that the post's own path follows, with its date as it is now.
func (s *Site) placementOf(page Page, doc *frontmatter.Document, before, want mf2.Item) (at placement, slug string,
	ok bool) {
	old := page.Date
	section, pattern, slug, ok := s.dissect(page.Path, old)
	if !ok {
		return placement{}, "", false
	}
	when := old
	if m, ok := readMoment(want.Properties.First("published"), s.rules.Zone); ok {
		when = m.time
		if s.rules.SiteDay {
			when = when.In(s.rules.Zone)
		}
	}
	section, pattern = s.folderFor(page, section, pattern, want)
	if when.IsZero() && path.Base(section) == path.Base(s.rules.Posts) && uses(s.rules.PostPattern, "day") {
		when = s.now()
	}
	if when.IsZero() {
		if strings.Contains(pattern, "{") && strings.Contains(pattern, "year") {
			return placement{}, "", false
		}
		when = s.now()
	}
	return placement{pattern: path.Join(section, pattern), at: when, postType: mf2.PostType(want),
		section: path.Base(section)}, slug, true
}

// folderFor is where a post belongs that was published out of a folder of drafts, or whose
// visibility changed where unlisted posts have their own folder.
func (s *Site) folderFor(page Page, section, pattern string, want mf2.Item) (string, string) {
	folder := s.rules.Unlisted.Folder
	stands := folder != "" && strings.HasPrefix(page.Path, folder+"/")
	wanted := folder != "" && want.Properties.Text(visibilityProperty) == "unlisted"
	published := s.rules.Drafts != "" && path.Base(section) == s.rules.Drafts && !draftStatus(want)
	switch {
	case wanted && !stands:
		return folder, "{slug}" + path.Ext(page.Path)
	case stands && !wanted:
		section = s.rules.Posts
	case published && !wanted:
		section = path.Join(path.Dir(section), path.Base(s.rules.Posts))
	default:
		return section, pattern
	}
	if dates, _, _ := strings.Cut(s.rules.PostPattern, "{slug}"); !strings.Contains(pattern, "{day}") {
		pattern = dates + pattern
	}
	return section, pattern
}

func draftStatus(item mf2.Item) bool {
	switch item.Properties.Text(statusProperty) {
	case "", "published", "publish":
		return false
	}
	return true
}

// keepAlias keeps the former URL working where the generator has redirects. Elsewhere the file
// records it, so that apps that still use it find the post.
func (s *Site) keepAlias(lib Library, w *writer, old Page, made Revision) (Revision, error) {
	if made.Page.URL == old.URL || old.URL == "" {
		return made, nil
	}
	if !sameHost(old.URL, made.Page.URL) {
		return made, nil // a language with a host of its own: no redirect reaches the other one
	}
	former, now := s.siteRelative(old.URL), s.siteRelative(made.Page.URL)
	key := w.rules.Aliases
	if key == "" {
		w.memory.Former = stringsOf(withAlias(anyList(w.memory.Former), former, now))
		if err := w.memory.keep(w.doc, w.rules); err != nil {
			return Revision{}, unwritable("update post", memoryKey, err)
		}
	} else {
		v, _ := w.doc.Get(key)
		if err := w.doc.Set(withAlias(notEmpty(unflatten(v)), former, now), key); err != nil {
			return Revision{}, unwritable("update post", key, err)
		}
	}
	made.Page = s.generator.Locate(made.Path, w.doc, lib)
	return made, nil
}

func sameHost(a, b string) bool {
	one, err := url.Parse(a)
	other, err2 := url.Parse(b)
	return err == nil && err2 == nil && one.Host == other.Host
}

// withAlias adds a path to those that lead to a page, and removes its own: it may have been moved
// back.
func withAlias(list []any, former, now string) []any {
	var out []any
	for _, alias := range list {
		if alias != now && alias != former {
			out = append(out, alias)
		}
	}
	return append(out, former)
}
