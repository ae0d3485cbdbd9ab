package site

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// A writer writes properties to one document. What the front matter cannot hold without loss goes
// under the mf2 key; reading it back decides.
type writer struct {
	site       *Site
	doc        *frontmatter.Document
	page       Page
	learned    learnedStyle
	rules      *generator.Convention
	memory     memory
	fresh      bool                      // a new document
	bare       bool                      // the body does not get what its template would add
	noImage    bool                      // no key for link previews is written beside the photos
	configured map[string]bool           // properties that the configuration's front matter says
	again      bool                      // the text of the template is written again although what it shows did not change
	contexts   func(url string) *Context // nil: there are none
	coverAt    string                    // the key that has the post's picture for link previews; "" when it is not known
}

// writeAll writes a new document.
func (w *writer) writeAll(item mf2.Item, when moment) error {
	const op = "create post"
	w.memory.Types = nil
	if err := w.writeType(item.Type); err != nil {
		return unwritable(op, typeKey, err)
	}
	if err := w.doc.Set(when.timestamp(w.rules), w.key("published")); err != nil {
		return unwritable(op, "published", err)
	}
	var below []string
	for _, property := range inOrder(item.Properties) {
		if w.goesBelow(property) {
			below = append(below, property)
		} else if err := w.write(property, item.Properties[property], item); err != nil {
			return err
		}
	}
	if err := w.writeBelow(below, item); err != nil {
		return err
	}
	if err := w.writeBody(item); err != nil {
		return err
	}
	if err := w.writeTitle(item); err != nil {
		return err
	}
	if err := w.memory.keep(w.doc, w.rules); err != nil {
		return unwritable(op, memoryKey, err)
	}
	return nil
}

// inOrder returns the names of properties in the order in which people write them.
func inOrder(p mf2.Properties) []string {
	first := map[string]int{"name": -9, "published": -8, "updated": -7, statusProperty: -6, visibilityProperty: -5,
		"summary": -4, "category": -3}
	names := make([]string, 0, len(p))
	for name := range p {
		names = append(names, name)
	}
	sort.Slice(names, func(i, j int) bool {
		a, b := first[names[i]], first[names[j]]
		return a < b || a == b && names[i] < names[j]
	})
	return names
}

func (w *writer) writeType(types []string) error {
	if len(types) == 1 && types[0] == "h-entry" {
		return w.doc.Delete(w.rules.Own(typeKey)...)
	}
	if name, ok := strings.CutPrefix(types[0], "h-"); ok && len(types) == 1 && generator.PropertyName.MatchString(name) {
		return w.doc.Set(name, w.rules.Own(typeKey)...)
	}
	w.memory.Types = types
	return nil
}

// style is the neighbours' style, with a place for every key that the item needs: keys that only
// gitpost reads come last.
func (w *writer) style(item mf2.Item) frontmatter.Style {
	style := w.learned.style
	order := append([]string(nil), style.KeyOrder...)
	for _, property := range inOrder(item.Properties) {
		order = append(order, w.spelled(property))
	}
	order = append(order, slices.Sorted(maps.Keys(w.site.options.Types[mf2.PostType(item)].FrontMatter))...)
	image, _, _ := strings.Cut(w.coverKey(), ".")
	style.KeyOrder = generator.Distinct(append(order, "photo", image, w.altKey(image), typeKey, mf2Key, memoryKey,
		w.rules.Params))
	return style
}

// write puts one property into the front matter; content is written by writeBody.
func (w *writer) write(property string, values []any, item mf2.Item) error {
	var err error
	switch property {
	case "content":
		return nil
	case "name", "summary", "published", "updated": // read at top level alone
		if !w.rules.Allows(w.key(property)) {
			err = w.setExtra(property, values)
			break
		}
		err = w.writeAtTop(property, values)
	case statusProperty:
		return w.writeStatus(values)
	case visibilityProperty:
		return w.writeVisibility(values, item)
	case languageProperty:
		if w.rules.Languages.ByPath() {
			return nil
		}
		err = w.writeLanguage(values)
	case "category":
		err = w.writeCategory(values)
	case "photo":
		err = w.writePhoto(values)
	case "audio":
		err = w.writeAudio(values)
	default:
		err = w.writePlain(property, values)
	}
	if err != nil {
		return unwritable("write post", property, err)
	}
	return w.check(property, values)
}

// writeAtTop writes a property that generators read at top level alone.
func (w *writer) writeAtTop(property string, values []any) error {
	switch property {
	case "name":
		return w.writeName(values)
	case "summary":
		return w.writeSummary(values)
	}
	return w.writeDate(property, values)
}

// check reads a property back, and moves it under the mf2 key if it changed.
func (w *writer) check(property string, values []any) error {
	if w.site.equal(property, w.reading().property(property), values) {
		return nil
	}
	if err := w.setExtra(property, values); err != nil {
		return unwritable("write post", property, err)
	}
	if w.site.equal(property, w.reading().property(property), values) {
		return nil
	}
	// Another key of the front matter takes precedence.
	if err := w.clear(property); err != nil {
		return unwritable("write post", property, err)
	}
	if got := w.reading().property(property); !w.site.equal(property, got, values) {
		return &fault.Error{
			Code: fault.InvalidRequest, Op: "write post",
			Message: fmt.Sprintf("property %q cannot be stored without loss", property),
			Hint:    "send it in a simpler form",
			Err:     fmt.Errorf("sent %v, read %v", values, got),
		}
	}
	return nil
}

func (w *writer) reading() *reading { return w.site.read(w.page, w.doc) }

// key is the key under which a property is written: the one that the document has, else the
// neighbours', else the usual one.
func (w *writer) key(property string) string {
	key, ok := w.reading().key(property)
	if !ok || property == "category" && w.rules.CategoriesInURL && w.reading().tagKey() == "" {
		key = w.spelled(property)
		if !w.rules.Allows(key) && w.rules.Params != "" {
			key = w.rules.Params + "." + key
		}
	}
	return key
}

func (w *writer) path(property string) []string { return strings.Split(w.key(property), ".") }

// spelled is the key of a property in a new post: the neighbours', one that the layouts of posts
// show, or the usual one.
func (w *writer) spelled(property string) string {
	if key := w.learned.keys[property]; key != "" {
		return key
	}
	if key := w.shownKey(property); key != "" {
		return key
	}
	for _, response := range generator.Responses {
		if property == response && w.learned.spell != nil {
			return w.learned.spell(property)
		}
	}
	return w.rules.Key(property)
}

// writePlain writes a property under its own name.
func (w *writer) writePlain(property string, values []any) error {
	if !w.opens(property) {
		if err := w.refuseOwnKey(property); err != nil {
			return err
		}
		return w.setExtra(property, values)
	}
	if property == "author" && len(texts(values)) != len(values) {
		return w.setExtra(property, values) // themes print it
	}
	ok, err := w.setShaped(values, w.path(property), true)
	if err != nil {
		return w.setExtra(property, values)
	}
	if !ok {
		if err := w.clear(property); err != nil {
			return err
		}
		return w.setExtra(property, values)
	}
	return w.deleteExtra(property)
}

func (w *writer) writeName(values []any) error {
	if err := w.doc.Set(title(values), w.key("name")); err != nil {
		return err
	}
	if len(values) == 1 && values[0] == title(values) {
		return w.deleteExtra("name")
	}
	return w.setExtra("name", values)
}

// writeSummary writes a summary that the generator can render.
func (w *writer) writeSummary(values []any) error {
	text, isText := values[0].(string)
	shown := w.site.inSummary(text)
	if err := refuseRepeats(shown); err != nil && w.rules.SummaryMarkdown {
		return err
	}
	if len(values) > 1 || !isText || shown == text {
		return w.writePlain("summary", values)
	}
	if err := w.writePlain("summary", []any{shown}); err != nil {
		return err
	}
	return w.setExtra("summary", values)
}

// writeCategory always writes a list: one tag with a space in it could be read as two.
func (w *writer) writeCategory(values []any) error {
	if moved, err := w.hideCategory(values); moved || err != nil {
		return err
	}
	tags := tagsOf(values)
	if len(tags) > 0 || !w.fresh {
		if err := w.doc.Set(tags, w.path("category")...); err != nil {
			return err
		}
	}
	if len(tags) == len(values) {
		return w.deleteExtra("category")
	}
	return w.setExtra("category", values)
}

// writeDate writes a date that the generator can read; any other date goes under the mf2 key.
func (w *writer) writeDate(property string, values []any) error {
	m, ok := readMoment(values[0], w.rules.Zone)
	if ok {
		if err := w.doc.Set(m.timestamp(w.rules), w.key(property)); err != nil {
			return err
		}
	}
	if ok && len(values) == 1 && !m.loose {
		return w.deleteExtra(property)
	}
	return w.setExtra(property, values)
}

// writePhoto writes the photos, and their plain URLs where themes look for them.
func (w *writer) writePhoto(values []any) error {
	urls := pictureURLs(values)
	said, err := w.writePhotos(values)
	if err != nil {
		return err
	}
	if err := w.deleteExtra("photo"); err != nil {
		return err
	}
	if !said {
		if err := w.writePhotoKey(values); err != nil {
			return err
		}
	}
	if len(urls) == 0 || w.noImage || w.losesAlt(values) {
		return nil
	}
	return w.writeCover(values)
}

// writePhotoKey writes the key that has all that is known of the photos.
func (w *writer) writePhotoKey(values []any) error {
	path := w.keyPath(w.spelledPhoto())
	shape := w.shape(path)
	if !shape.Known() {
		list := make([]any, len(values))
		for i, v := range values {
			list[i] = ordered(photoValue(v))
		}
		return w.doc.Set(list, path...)
	}
	if shape.List && shape.Kind == generator.AnyValue {
		shape.Kind = generator.TextValue
	}
	ok, err := w.setIn(shape, values, path, false)
	if err != nil || ok {
		return err
	}
	if w.has(path) {
		if err := w.doc.Delete(path...); err != nil {
			return err
		}
	}
	return w.setExtra("photo", values)
}

// spelledPhoto is the key of the photos of a new post.
func (w *writer) spelledPhoto() string {
	for _, key := range []string{"photo", "photos", "mf-photo"} {
		if !w.fresh && w.has(w.keyPath(key)) {
			return "photo"
		}
	}
	if w.learned.photo != "" {
		return w.learned.photo
	}
	return orDefault(w.shownKey("photo"), "photo")
}

// writeAudio writes the URLs of the recordings as a list where the generator fails the build on
// anything else.
func (w *writer) writeAudio(values []any) error {
	urls := photoURLs(values)
	if !w.rules.AudioList || len(urls) == 0 || !w.opens("audio") {
		return w.writePlain("audio", values)
	}
	if err := w.doc.Set(urls, w.path("audio")...); err != nil {
		return err
	}
	if same(urls, values) {
		return w.deleteExtra("audio")
	}
	return w.setExtra("audio", values)
}

// setExtra writes a property under the mf2 key.
func (w *writer) setExtra(property string, values []any) error {
	at := w.rules.Own(mf2Key)
	v, _ := w.doc.Get(at...)
	m, isMap := plain(v).(map[string]any)
	if isMap && len(m) > 0 && !w.fresh {
		return w.doc.Set(flatten(values), append(at, property)...)
	}
	if !isMap {
		m = map[string]any{}
	}
	m[property] = flatten(values)
	return w.doc.Set(ordered(m), at...)
}

func (w *writer) inExtra(property string) bool {
	_, ok := w.reading().extra[property]
	return ok
}

func (w *writer) deleteExtra(property string) error {
	extra := w.reading().extra
	if _, has := extra[property]; !has {
		return nil
	}
	if len(extra) == 1 {
		return w.doc.Delete(w.rules.Own(mf2Key)...)
	}
	return w.doc.Delete(append(w.rules.Own(mf2Key), property)...)
}

// clear removes the key of the front matter that says a property.
func (w *writer) clear(property string) error {
	if key, ok := w.reading().key(property); ok {
		return w.doc.Delete(strings.Split(key, ".")...)
	}
	return nil
}

// verify reads the whole item back and refuses what would be lost, such as one of two properties
// whose names differ only in case. Nothing is written then.
func (w *writer) verify(page Page, want mf2.Item) error {
	got := w.site.Item(page, w.doc)
	for property, values := range want.Properties {
		if !w.site.equal(property, got.Properties[property], values) &&
			(property != "category" || !w.sameCategories(got.Properties[property], values)) {
			return &fault.Error{
				Code: fault.InvalidRequest, Op: "write post",
				Message: fmt.Sprintf("property %q cannot be stored without loss", property),
				Hint:    "send it in a simpler form; nothing was written",
				Err:     fmt.Errorf("sent %v, read %v", values, got.Properties[property]),
			}
		}
	}
	for property := range got.Properties {
		if property == statusProperty && !w.reading().saysDraft() {
			continue // the generator leaves such posts out
		}
		if property == "category" && w.sameCategories(got.Properties[property], want.Properties[property]) {
			continue
		}
		if w.configured[property] {
			continue
		}
		if _, sent := want.Properties[property]; !sent && property != "url" && property != "published" {
			return &fault.Error{
				Code: fault.InvalidRequest, Op: "write post",
				Message: fmt.Sprintf("property %q would be read back although it was not sent", property),
				Hint:    "nothing was written",
			}
		}
	}
	return nil
}

// equal compares what was read with what was sent: dates as instants, a line break at the
// end of the content aside, HTML as documents.
func (s *Site) equal(property string, got, want []any) bool {
	if same(got, want) {
		return true
	}
	if len(got) != 1 || len(want) != 1 {
		return false
	}
	switch property {
	case "published", "updated":
		return s.sameDate(got[0], want[0])
	case "content":
		a, okA := got[0].(string)
		b, okB := want[0].(string)
		if okA && okB {
			return strings.TrimSuffix(a, "\n") == strings.TrimSuffix(b, "\n")
		}
		return isHTML(got) && isHTML(want) && s.sameHTML(got[0], want[0])
	}
	return false
}
