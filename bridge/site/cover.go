package site

import (
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"gitpost/bridge/mf2"
	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// A coverStyle is how a site names the picture that stands for a post in lists and link previews.
type coverStyle struct {
	key   string // "images", "cover", "header.teaser", …; "" when none was seen
	shape generator.Shape
	form  string // how its addresses are written: coverAbsolute, …; "" when that is not known
	alone bool   // the picture is not in the post's text as well
}

// How a cover's address is written.
const (
	coverAbsolute = "absolute" // https://example.org/media/a.jpg
	coverRooted   = "rooted"   // /media/a.jpg
	coverBare     = "bare"     // a.jpg, beside the post
)

// isCover reports whether themes read the key to find a picture of a post.
func isCover(key string) bool { return coverSet[key] }

var coverSet = func() map[string]bool {
	m := map[string]bool{}
	for _, key := range append(slices.Clone(generator.CoverKeys), generator.CoverMaps...) {
		m[key] = true
	}
	return m
}()

// isPicture reports whether a value of front matter is the address of a picture, a list of such, or a map
// with one.
func isPicture(v any) bool { return pictureFile.MatchString(coverAddress(v)) }

var pictureFile = regexp.MustCompile(`(?i)\.(?:jpe?g|png|gif|webp|avif|svg)(?:[?#]|$)`)

// portraits match the keys of pictures that are not the post's.
var portraits = regexp.MustCompile(`(?i)author|avatar|portrait|logo|icon`)

// observeCover finds the key of the post's picture: one of the usual ones, else another with the address of
// a picture. A map without an address is none.
func (m *postStyle) observeCover(rules *generator.Convention, doc *frontmatter.Document) {
	for _, key := range []string{"photo", "photos", "mf-photo"} {
		if _, has := doc.Get(key); has {
			m.photo = key
			break
		}
	}
	for _, key := range generator.CoverKeys {
		v, ok := doc.Get(strings.Split(key, ".")...)
		shape := generator.ShapeOf(v)
		if !ok || shape.Kind == generator.MapValue && shape.Address == "" ||
			shape.Kind != generator.TextValue && shape.Kind != generator.MapValue && !shape.List {
			continue
		}
		address := coverAddress(v)
		if m.cover.key != "" && address == "" {
			continue // an empty one is as good as none
		}
		m.cover = coverStyle{key: key, shape: shape, form: formOf(address),
			alone: address != "" && !strings.Contains(doc.Body(), path.Base(address))}
		if address != "" {
			return
		}
	}
	for _, key := range doc.Keys() {
		v, _ := doc.Get(key)
		if _, says := rules.Meanings[strings.ToLower(key)]; m.cover.key != "" || says || !isPicture(v) ||
			isCover(key) || portraits.MatchString(key) {
			continue
		}
		address := coverAddress(v)
		m.cover = coverStyle{key: key, shape: generator.ShapeOf(v), form: formOf(address),
			alone: !strings.Contains(doc.Body(), path.Base(address))}
	}
}

// coverAddress is the address of the first picture in a value of front matter.
func coverAddress(v any) string {
	list, isList := v.([]any)
	if !isList {
		return essence(v)
	}
	if len(list) == 0 {
		return ""
	}
	return essence(list[0])
}

func formOf(address string) string {
	switch {
	case address == "":
		return ""
	case webAddress(address):
		return coverAbsolute
	case strings.Contains(address, "/"):
		return coverRooted
	}
	return coverBare
}

// learnCover finds the key that most posts with a picture have, and how they write it.
func (h *learnedStyle) learnCover(posts []*postStyle) {
	var keys, forms tally
	for _, m := range posts {
		keys.vote(m.cover.key)
	}
	h.cover = coverStyle{key: keys.winner()}
	if h.cover.key == "" {
		return
	}
	var shapes []generator.Shape
	pictures, alone := 0, 0
	for _, m := range posts {
		if m.cover.key != h.cover.key {
			continue
		}
		shapes = append(shapes, m.cover.shape)
		forms.vote(m.cover.form)
		if m.cover.form != "" {
			pictures++
		}
		if m.cover.alone {
			alone++
		}
	}
	h.cover.shape, h.cover.form = generator.Common(shapes), forms.winner()
	h.cover.alone = alone*2 > pictures
}

// ownCover is what the configuration says of covers, "" for nothing.
func (s *Site) ownCover() string {
	if s.options.Cover == "auto" {
		return ""
	}
	return s.options.Cover
}

// coverKey is the key of a new post's picture, "" for none.
func (w *writer) coverKey() string {
	switch own := w.site.ownCover(); {
	case w.coverAt != "":
		return w.coverAt
	case own == "none":
		return ""
	case own != "":
		return own
	case w.learned.cover.key != "":
		return w.learned.cover.key
	}
	return w.usualCover()
}

// usualCover is the key for a picture where no post has one: what the layouts read or the theme is
// known to read, else the generator's.
func (w *writer) usualCover() string {
	if key, _ := themeCover(w.rules.Theme); key != "" {
		return key
	}
	for _, key := range append([]string{w.rules.Image}, generator.CoverKeys...) {
		if strings.Contains(key, ".") {
			continue
		}
		if reading, ok := w.rules.Reads.Of(key); ok && fitsPicture(reading.Shape) {
			return key
		}
	}
	return w.rules.Image
}

// themeCover is the key that a theme reads, as in CoverKeys, and the form of its value.
func themeCover(t generator.Theme) (key string, shape generator.Shape) {
	top, part, nested := strings.Cut(t.Cover.Key, ".")
	switch {
	case t.Cover.Key == "":
		return "", shape
	case !nested || isCover(t.Cover.Key) && !slices.Contains(generator.CoverMaps, t.Cover.Key):
		return t.Cover.Key, generator.Shape{Kind: generator.TextValue, List: t.Cover.List}
	}
	_, alt, _ := strings.Cut(t.Cover.Alt, ".")
	return top, generator.Shape{Kind: generator.MapValue, Address: part, Alt: alt}
}

// fitsPicture reports whether a picture's address can be written in a shape.
func fitsPicture(s generator.Shape) bool {
	return s.Kind == generator.TextValue || s.Kind == generator.MapValue && s.Address != "" ||
		s.List && s.Kind == generator.AnyValue
}

// coverKeys are all keys that may have the post's picture.
func (w *writer) coverKeys() []string {
	keys := append(slices.Clone(generator.CoverKeys), generator.CoverMaps...)
	if key := w.learned.cover.key; key != "" {
		keys = append(keys, key)
	}
	if own := w.site.ownCover(); own != "" && own != "none" {
		keys = append(keys, own)
	}
	return keys
}

// coverShape is the form of the value at a cover's key.
func (w *writer) coverShape(key string, path []string) generator.Shape {
	shape := w.shape(path)
	switch {
	case !w.fresh && w.has(path) && shape.Known():
	case key == w.learned.cover.key && w.learned.cover.shape.Known():
		shape = w.learned.cover.shape
	}
	if known, form := themeCover(w.rules.Theme); !shape.Known() && key == known {
		shape = form
	}
	if !shape.Known() {
		shape = generator.Shape{Kind: generator.TextValue, List: key == "images"}
	}
	if shape.List && shape.Kind == generator.AnyValue {
		shape.Kind = generator.TextValue
	}
	return shape
}

// writeCover writes the key that makes themes show a picture in lists and link previews.
func (w *writer) writeCover(photos []any) error {
	key := w.coverKey()
	if key == "" {
		return nil
	}
	path := w.keyPath(key)
	var values []any
	for _, v := range photos {
		address := photoURL(v)
		if _, err := url.Parse(address); address == "" || err != nil {
			continue
		}
		if _, says := w.rules.Property(key); says && key != w.site.ownCover() && !isPicture(address) {
			if w.coverAt != "" {
				return w.doc.Delete(path...)
			}
			return nil // it would be read back as a property
		}
		value := map[string]any{"value": w.coverForm(address)}
		if alt := photoAlt(v); alt != "" {
			value["alt"] = alt
		}
		values = append(values, value)
	}
	shape := w.coverShape(key, path)
	ok, err := w.setIn(shape, values, path, false)
	switch {
	case err != nil:
		return err
	case !ok && w.has(path) && w.coverAt != "":
		return w.doc.Delete(path...)
	case !ok:
		return nil
	}
	w.coverAt = key
	return w.writeCoverAlt(key, photoAlt(values[0]))
}

// coverForm is the address of a picture as the site's posts write it: of the site's own pictures
// the path, as an address of the site may lead nowhere while it is built.
func (w *writer) coverForm(address string) string {
	base := w.site.BaseURL()
	rest, own := strings.CutPrefix(address, base)
	root := strings.HasSuffix(strings.TrimSuffix(base, "/"), "://"+hostOf(base))
	switch form := w.learned.cover.form; {
	case !own, form == coverAbsolute, form == "" && !root:
		return address
	}
	if w.page.URL != "" {
		if name, beside := strings.CutPrefix(address, w.page.URL); beside && name != "" && !strings.Contains(name, "/") &&
			w.site.generator.Naming(w.page.Path).Bundle {
			return decoded(name)
		}
	}
	return "/" + rest
}

func decoded(name string) string {
	if plain, err := url.PathUnescape(name); err == nil {
		return plain
	}
	return name
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// pictures reports whether a value of front matter has the plain addresses of photos, or of the
// first.
func (s *Site) pictures(v any, urls []any, page Page) bool {
	list, isList := v.([]any)
	if !isList {
		list = []any{v}
	}
	if len(list) != len(urls) && len(list) != 1 {
		return false
	}
	for i, item := range list {
		if address := essence(item); address == "" || address != urls[i] && s.resolved(address, page) != urls[i] {
			return false
		}
	}
	return len(list) > 0
}

// resolved is the URL of an address that is written as a path of the site, or as the name of a file
// beside the page.
func (s *Site) resolved(address string, page Page) string {
	if rest, ok := strings.CutPrefix(address, "/"); ok {
		return s.BaseURL() + rest
	}
	if _, beside, ok := s.Beside(page, address); ok && !strings.Contains(address, "/") {
		return beside
	}
	return address
}

// placeCover writes the name alone of a picture that is beside the new post.
func (w *writer) placeCover(page Page, photos []any) error {
	w.page = page
	if w.coverAt == "" || len(photos) == 0 || !strings.HasPrefix(photoURL(photos[0]), page.URL) {
		return nil
	}
	return w.writeCover(photos)
}

// shownCover is the photo that the post's page shows by the key of its picture, so that it need
// not be in the text: "" for none.
func (w *writer) shownCover(photos []any) string {
	key := w.imagesOf(photos)
	if key == "" {
		return ""
	}
	if v, _ := w.doc.Get(w.keyPath(key)[:1]...); hides(v) {
		return ""
	}
	if shown, _ := w.coverOnPage(key); !shown {
		return ""
	}
	return pictureURLs(photos)[0].(string)
}

// coverOnPage reports whether a post's own page shows the picture at a cover's key, and what says so.
func (w *writer) coverOnPage(key string) (shown bool, from string) {
	top, _, _ := strings.Cut(bare(w.rules, key), ".")
	reads, learned := w.rules.Reads, w.learned.cover
	layout := reads.Pictures(top, w.layoutNames()...)
	switch {
	case w.rules.CoverHidden:
		return false, "the site's configuration hides the cover there"
	case learned.key == key && learned.form != "" && !learned.alone:
		return false, "the newest posts have it in their text too"
	case w.rules.Theme.Cover.Shown && themeReads(w.rules.Theme, key):
		return true, "the theme " + w.rules.Theme.Name
	case themeReads(w.rules.Theme, key):
		return false, "the theme " + w.rules.Theme.Name + " shows it in lists alone"
	case !reads.Partial && layout != "":
		return true, layout
	case reads.Partial && learned.key == key && learned.alone && !ofLists.MatchString(key):
		return true, "the newest posts do not have it in their text"
	}
	return false, "no layout that is known shows the cover there"
}

func themeReads(t generator.Theme, key string) bool {
	known, _ := themeCover(t)
	return known == key
}

// hides reports whether a map says that its picture is not shown on the post's own page.
func hides(v any) bool {
	m, _ := v.(map[string]any)
	for key, value := range m {
		if value == true && strings.Contains(strings.ToLower(key), "hidden") {
			return true
		}
	}
	return false
}

// ofLists matches the names of keys that themes show in lists and link previews, and not on a post's page.
var ofLists = regexp.MustCompile(`(?i)teaser|thumb|preview|card|social|share|(?:^|[._-])og`)

// explainCover says which keys a photo has, and where its page shows it.
func (w *writer) explainCover(posts []*postStyle) []Finding {
	key := w.coverKey()
	from := count(posts, func(m *postStyle) bool { return m.cover.key == key })
	if reading, read := w.rules.Reads.Of(key); from == byDefault && read {
		from = reading.File
	} else if from == byDefault && themeReads(w.rules.Theme, key) {
		from = "what is known of the theme " + w.rules.Theme.Name
	}
	if w.site.ownCover() != "" {
		from = "site.cover"
	}
	photo := Finding{"key of " +
		"photo", w.spelledPhoto(), count(posts, func(m *postStyle) bool { return m.photo == w.spelledPhoto() })}
	if key == "" {
		return []Finding{photo, {"cover", "", from}}
	}
	name, place := key, "in the text"
	if shape := w.coverShape(key, strings.Split(key, ".")); shape.Kind == generator.MapValue {
		name += "." + shape.Address
	}
	shown, by := w.coverOnPage(key)
	switch kept := w.site.ownCover() == key || w.learned.cover.key == key || w.keepsAlt(key); {
	case shown && kept:
		place = "as the cover, not in the text"
	case shown:
		place = "in the text, with its alternative text, which the cover there would not have"
	}
	return []Finding{photo, {"cover", name, from}, {"where a page shows its photo", place, by}}
}

// UncertainCover returns the key that a new post's picture gets for lists and link previews where
// nothing says which one the site needs, "" where something does.
func (s *Site) UncertainCover(lib Library) (key string) {
	w := &writer{site: s, learned: s.learn(lib, mf2.Item{}), rules: s.rules,
		doc: frontmatter.New(frontmatter.Style{}), fresh: true}
	key = w.coverKey()
	_, read := s.rules.Reads.Of(key)
	if s.ownCover() != "" || w.learned.cover.key != "" || s.rules.Theme.Name != "" || read ||
		len(s.rules.Head.Themes) == 0 {
		return ""
	}
	return key
}
