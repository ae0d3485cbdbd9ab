package site

import (
	"slices"
	"strings"
	"time"

	"gitpost/bridge/mf2"
	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// Item reads a file back as mf2: every property that Compose was given, and for a file
// written by hand whatever its front matter and body mean. post-status and visibility are
// among the properties when they are not the default, url when the page has one.
func (s *Site) Item(page Page, doc *frontmatter.Document) mf2.Item {
	return s.read(page, doc).item()
}

// A reading is what a document says, property by property.
type reading struct {
	site   *Site
	page   Page
	doc    *frontmatter.Document
	rules  *generator.Convention
	memory memory
	extra  map[string]any // the mf2 key
	// keys has the place of each property that is not in the vocabulary.
	keys map[string]string
}

func (s *Site) read(page Page, doc *frontmatter.Document) *reading {
	r := &reading{site: s, page: page, doc: doc, rules: s.rules, memory: s.remembered(doc), keys: map[string]string{}}
	v, _ := doc.Get(s.rules.Own(mf2Key)...)
	r.extra, _ = plain(v).(map[string]any)
	own, _, _ := strings.Cut(s.ownCover(), ".")
	for _, key := range doc.Keys() {
		if key != own {
			r.name(key, key)
		}
	}
	for _, key := range r.parameters() {
		r.name(key, r.rules.Params+"."+key)
	}
	return r
}

// name records the property that a key outside the vocabulary says, and the key's place. A key with the
// address of a picture is the theme's, unless the configuration has the property.
func (r *reading) name(key, path string) {
	if len(r.rules.Nested[strings.ToLower(key)]) > 0 {
		return // a map that the vocabulary has
	}
	if p, ok := r.rules.Property(key); ok && len(r.rules.Words[p]) == 0 {
		v, _ := r.doc.Get(strings.Split(path, ".")...)
		if isPicture(v) && !slices.Contains(r.site.options.Properties, key) {
			return
		}
		if _, seen := r.keys[p]; !seen {
			r.keys[p] = path
		}
	}
}

func (r *reading) item() mf2.Item {
	item := mf2.Item{Type: r.types(), Properties: mf2.Properties{}}
	for _, names := range []func(func(string)){r.inVocabulary, r.underOwnName, r.set} {
		names(func(property string) {
			if _, done := item.Properties[property]; done {
				return
			}
			if values := r.property(property); len(values) > 0 {
				item.Properties[property] = values
			}
		})
	}
	for _, property := range []string{"content", "published", statusProperty, visibilityProperty, "url",
		languageProperty} {
		if values := r.property(property); len(values) > 0 {
			item.Properties[property] = values
		}
	}
	return item
}

// inVocabulary, underOwnName and set call each with the properties that the document may have: in
// words of the vocabulary, under their own names, and under the mf2 key.
func (r *reading) inVocabulary(each func(string)) {
	seen := map[string]bool{}
	for _, key := range append(r.doc.Keys(), r.parameters()...) {
		lower := strings.ToLower(key)
		if p, ok := r.rules.Meanings[lower]; ok {
			seen[p] = true
		}
		for _, p := range r.rules.Nested[lower] {
			seen[p] = true
		}
	}
	for p := range seen {
		each(p)
	}
}

func (r *reading) underOwnName(each func(string)) {
	for p := range r.keys {
		each(p)
	}
}

func (r *reading) set(each func(string)) {
	for p := range r.extra {
		each(p)
	}
}

func (r *reading) types() []string {
	if len(r.memory.Types) > 0 {
		return r.memory.Types
	}
	if v, ok := r.doc.Get(r.rules.Own(typeKey)...); ok {
		if name, _ := v.(string); name != "" {
			return []string{"h-" + strings.TrimPrefix(name, "h-")}
		}
	}
	return []string{"h-entry"}
}

// property returns the values of one property, nil when the document does not say it.
func (r *reading) property(property string) []any {
	extra, inExtra := r.extra[property]
	var kept []any
	if inExtra {
		kept = unflatten(extra)
	}
	switch property {
	case "content":
		return r.content(kept)
	case "name":
		if r.hasOwnTitle() {
			return kept
		}
		if inExtra && r.text("name") == title(kept) {
			return kept
		}
	case "summary":
		if inExtra && len(kept) == 1 && r.text("summary") == r.site.inSummary(mf2.Text(kept[0])) {
			return kept
		}
	case "audio":
		if now, _ := r.said("audio"); inExtra && same(now, photoURLs(kept)) {
			return kept
		}
	case "category":
		if inExtra {
			return r.mixedCategory(kept)
		}
	case "photo":
		if inExtra && r.pictured(kept) {
			return kept
		}
	case "published", "updated":
		if inExtra && r.dated(property, kept) {
			return kept
		}
		return r.moment(property)
	case statusProperty:
		if r.draft() {
			if inExtra {
				return kept
			}
			return []any{"draft"}
		}
		return nil
	case visibilityProperty:
		if inExtra {
			return kept
		}
		if r.unlisted() {
			return []any{"unlisted"}
		}
		return nil
	case languageProperty:
		if language := r.site.languageOf(r.page.Path); language != "" {
			return []any{language}
		}
	case "url":
		if inExtra {
			return kept
		}
		if r.page.URL != "" {
			return []any{r.page.URL}
		}
		return nil
	}
	values, said := r.said(property)
	switch {
	case !said, inExtra && property != "photo" && r.site.agrees(values, kept):
		return kept
	}
	return values
}

// said returns what the front matter has for a property outside the mf2 key, and whether it has a
// key for it at all: an empty key means that there is no value.
func (r *reading) said(property string) ([]any, bool) {
	key, ok := r.key(property)
	if !ok {
		return nil, false
	}
	f, _ := r.doc.Field(strings.Split(key, ".")...)
	switch property {
	case "category":
		return r.withCategories(r.tags(key, f)), true
	case "photo":
		return photos(f.Value, r.beside(key)), true
	}
	return notEmpty(unflatten(f.Value)), true
}

// key finds the key that says a property in this document.
func (r *reading) key(property string) (string, bool) {
	keys := r.rules.Words[property]
	if len(keys) == 0 {
		key, ok := r.keys[property]
		return key, ok
	}
	if key := r.tagKey(); property == "category" && key != "" {
		return key, true
	}
	for _, level := range levels(r.rules, property) {
		for _, key := range keys {
			f, ok := r.doc.Field(strings.Split(level+key, ".")...)
			if ok && (!strings.Contains(key, ".") || len(unflatten(f.Value)) > 0) {
				return level + key, true
			}
		}
	}
	return "", false
}

// allKeys are the keys of the vocabulary in this document that say a property.
func (r *reading) allKeys(property string) (keys []string) {
	for _, level := range levels(r.rules, property) {
		for _, key := range r.rules.Words[property] {
			if _, has := r.doc.Get(strings.Split(level+key, ".")...); has {
				keys = append(keys, level+key)
			}
		}
	}
	return keys
}

// text is a property's only value when that is a string.
func (r *reading) text(property string) string {
	values, _ := r.said(property)
	if len(values) != 1 {
		return ""
	}
	s, _ := values[0].(string)
	return s
}

// notEmpty drops the values of an empty key: "", {} and [].
func notEmpty(values []any) []any {
	var out []any
	for _, v := range values {
		switch v := v.(type) {
		case string:
			if v == "" {
				continue
			}
		case map[string]any:
			if len(v) == 0 {
				continue
			}
		}
		out = append(out, v)
	}
	return out
}

// tags reads a list of terms.
func (r *reading) tags(key string, f frontmatter.Field) []any {
	if s, ok := f.Value.(string); ok && slices.Contains(r.rules.SplitTags, key) {
		return anyList(strings.Fields(s))
	}
	if _, isScalar := f.Value.(string); !isScalar && f.Text != "" && f.Plain {
		return []any{f.Text} // tags: 2024
	}
	values := notEmpty(unflatten(f.Value))
	for i, v := range values {
		switch v.(type) {
		case int64, float64, bool:
			values[i] = mf2.Text(v) // a term is text, however it is written
		}
	}
	return values
}

// mixedCategory joins the tags as they are now with the categories that tags cannot hold, or
// that an unlisted page keeps from the generator.
func (r *reading) mixedCategory(kept []any) []any {
	now, said := r.said("category")
	if !said && r.unlisted() {
		return kept
	}
	tags := tagsOf(kept)
	if same(now, tags) {
		return kept
	}
	out := append([]any(nil), now...)
	isTag, known := mf2.SetOf(tags), mf2.SetOf(out)
	for _, v := range kept {
		if !isTag.Has(v) && known.Add(v) {
			out = append(out, v)
		}
	}
	return out
}

// moment is a date property in RFC 3339, or the bare date when no time is written.
func (r *reading) moment(property string) []any {
	key, ok := r.key(property)
	if ok {
		f, _ := r.doc.Field(key)
		if t, precise, ok := r.site.generator.Date(f); ok {
			return []any{stamp(t, precise)}
		}
		if values := notEmpty(unflatten(f.Value)); len(values) > 0 {
			if _, isText := values[0].(string); isText {
				return values
			}
		}
	}
	if property != "published" || r.page.Date.IsZero() {
		return nil
	}
	t := r.page.Date // from the file name, or another key that the generator takes it from
	precise := t.Hour() != 0 || t.Minute() != 0 || t.Second() != 0
	return []any{stamp(t, precise)}
}

// dated reports whether the document still has the date that was sent in another form than its
// key can have: Jekyll reads no fractions of a second.
func (r *reading) dated(property string, sent []any) bool {
	if len(sent) == 0 {
		return true
	}
	m, ok := readMoment(sent[0], r.rules.Zone)
	key, keyed := r.key(property)
	if !ok || !keyed {
		return true
	}
	f, _ := r.doc.Field(key)
	t, _, ok := r.site.generator.Date(f)
	return ok && t.Truncate(time.Second).Equal(m.time.Truncate(time.Second))
}

func stamp(t time.Time, precise bool) string {
	if !precise {
		return t.Format("2006-01-02")
	}
	return t.Format(time.RFC3339Nano)
}

// draft reports whether the post is not on the site: what the generator leaves out is not published.
func (r *reading) draft() bool {
	return r.saysDraft() || r.site.withheld(r.page)
}

// saysDraft reports whether the file itself says so.
func (r *reading) saysDraft() bool {
	f, ok := r.doc.Field(r.rules.Draft.Key)
	return ok && f.Value == r.rules.Draft.On
}

// title is the text for names that the title key cannot hold.
func title(names []any) string {
	for _, v := range names {
		if s := strings.TrimSpace(mf2.Text(v)); s != "" {
			return s
		}
	}
	return ""
}
