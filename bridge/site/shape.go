package site

import (
	"maps"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"

	"gitpost/bridge/mf2"
	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// observeShapes notes the form of each value, so that layouts can work with those of new posts.
func (m *postStyle) observeShapes(rules *generator.Convention, doc *frontmatter.Document) {
	m.shapes = map[string]generator.Shape{}
	for _, key := range doc.Keys() {
		v, _ := doc.Get(key)
		if key == mf2Key || key == memoryKey {
			continue
		}
		m.shapes[key] = generator.ShapeOf(v)
		if below, isMap := v.(map[string]any); isMap && key == rules.Params {
			for name, value := range below {
				if _, has := m.shapes[name]; !has {
					m.shapes[name] = generator.ShapeOf(value)
				}
			}
		}
	}
}

// learnShapes finds the form of the values of each key. Where posts differ, layouts work with
// several forms. The post at the path except is no example.
func (h *learnedStyle) learnShapes(posts []*postStyle, except string) {
	seen := map[string][]generator.Shape{}
	for _, m := range posts {
		if m.path == except {
			continue
		}
		for key, shape := range m.shapes {
			seen[key] = append(seen[key], shape)
		}
	}
	h.shapes = map[string]generator.Shape{}
	for key, shapes := range seen {
		if common := generator.Common(shapes); common.Known() {
			h.shapes[key] = common
		}
	}
}

// shape is the form that a value must have at a path of the document: that of the value that is
// there, else the neighbours', else the one that the layouts expect.
func (w *writer) shape(path []string) generator.Shape {
	if had, ok := w.doc.Get(path...); ok && !w.fresh {
		if own := generator.ShapeOf(had); own.List || own.Kind != generator.TextValue && own.Known() {
			return own
		}
	}
	key := bare(w.rules, strings.Join(path, "."))
	reading, _ := w.rules.Reads.Of(key)
	if learned := w.learned.shapes[key]; learned.Known() {
		if common := generator.Common([]generator.Shape{learned, reading.Shape}); common.Known() {
			return common
		}
		return learned
	}
	return reading.Shape
}

// setShaped writes values at a path in the form that belongs there. ok is false, and nothing is
// written, when they cannot have it.
func (w *writer) setShaped(values []any, path []string, cites bool) (ok bool, err error) {
	shape := w.shape(path)
	if !shape.Known() && w.rules.Meanings[strings.ToLower(path[len(path)-1])] == generator.SyndicateTo {
		shape.List = true // layouts and tools range over it
	}
	return w.setIn(shape, values, path, cites)
}

// setIn writes values at a path in a shape, as setShaped.
func (w *writer) setIn(shape generator.Shape, values []any, path []string, cites bool) (ok bool, err error) {
	had, _ := w.doc.Get(path...)
	value, ok := w.fit(values, shape, had, cites)
	if !ok {
		return false, nil
	}
	own, isMap := had.(map[string]any)
	made, toMap := value.(map[string]any)
	if !isMap || !toMap || w.fresh {
		return true, w.doc.Set(ordered(value), path...)
	}
	for key := range own {
		if _, keeps := made[key]; !keeps {
			if err := w.doc.Delete(append(slices.Clone(path), key)...); err != nil {
				return true, err
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(made)) {
		if before, has := own[key]; has && mf2.Equal(plain(before), plain(made[key])) {
			continue
		}
		if err := w.doc.Set(made[key], append(slices.Clone(path), key)...); err != nil {
			return true, err
		}
	}
	return true, nil
}

// fit is the front-matter value for values in a shape; ok is false when they cannot have it. Of
// several values a shape that is no list has the first. had is the value in its place.
func (w *writer) fit(values []any, shape generator.Shape, had any, cites bool) (value any, ok bool) {
	if !shape.Known() {
		return flatten(values), true
	}
	if !shape.List {
		return w.fitOne(values[0], shape, had, cites)
	}
	before, _ := had.([]any)
	list := make([]any, 0, len(values))
	for _, v := range values {
		var own any
		for _, item := range before {
			if essence(item) == essence(v) {
				own = item
			}
		}
		fitted, ok := w.fitOne(v, shape, own, cites)
		if !ok {
			return nil, false
		}
		list = append(list, fitted)
	}
	return list, true
}

func (w *writer) fitOne(v any, shape generator.Shape, had any, cites bool) (any, bool) {
	text := essence(v)
	switch shape.Kind {
	case generator.TextValue:
		return text, text != ""
	case generator.NumberValue:
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n, true
		}
		if n, err := strconv.ParseFloat(text, 64); err == nil && !math.IsNaN(n) && !math.IsInf(n, 0) {
			return n, true
		}
		return text, text != ""
	case generator.TruthValue:
		if text == "true" || text == "false" {
			return text == "true", true
		}
		return text, text != ""
	case generator.TimeValue:
		m, ok := readMoment(text, w.rules.Zone)
		return m.timestamp(w.rules), ok && !m.loose
	case generator.MapValue:
		return fitMap(v, text, shape, had, cites)
	}
	return v, true
}

// fitMap is a map with the address of a value, and what else the maps of the site have.
func fitMap(v any, address string, shape generator.Shape, had any, cites bool) (any, bool) {
	if sent, isMap := v.(map[string]any); isMap && shape.Address == "" && !mf2.IsItem(v) {
		return sent, true
	}
	if shape.Address == "" || address == "" {
		return nil, false
	}
	m := maps.Clone(shape.Beside)
	if m == nil {
		m = map[string]any{}
	}
	own, _ := had.(map[string]any)
	maps.Copy(m, own)
	if sent, isMap := v.(map[string]any); isMap && !mf2.IsItem(v) {
		for key, value := range sent {
			if key != "alt" && !slices.Contains(generator.AddressKeys, key) {
				m[key] = value
			}
		}
	}
	if alt := photoAlt(v); alt != "" {
		m[orDefault(shape.Alt, "alt")] = alt
	} else if own[shape.Address] != address {
		delete(m, shape.Alt)
	}
	if name := shape.Name; cites && name != "" && own[shape.Address] != address {
		cited, _ := citedIn(v)
		m[name] = cited.Name
		if cited.Name == "" {
			m[name] = shortAddress(address)
		}
	}
	m[shape.Address] = address
	return m, true
}

func orDefault(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// essence is what a value is about, as one text: the address of a thing that has one, else its
// name or the text itself.
func essence(v any) string {
	m, isMap := v.(map[string]any)
	if !isMap {
		return mf2.Text(plain(v))
	}
	if properties, isItem := m["properties"].(map[string]any); isItem {
		if address := mf2.Text(properties["url"]); address != "" {
			return address
		}
		if address := mf2.Text(m["value"]); address != "" {
			return address
		}
		return mf2.Text(properties["name"])
	}
	for _, key := range generator.AddressKeys {
		if text, _ := m[key].(string); text != "" {
			return text
		}
	}
	return ""
}

// agrees reports whether the front matter says what was sent, as far as its form can: all values
// or the first.
func (s *Site) agrees(now, sent []any) bool {
	if len(now) == 0 || len(now) != len(sent) && (len(now) != 1 || len(sent) == 0) {
		return false
	}
	for i, v := range now {
		if a := photoAlt(v); a != "" && photoAlt(sent[i]) != "" && a != photoAlt(sent[i]) {
			return false
		}
		a, b := essence(v), essence(sent[i])
		if a == "" || a != b && !s.sameMoment(a, b) {
			return false
		}
	}
	return true
}

func (s *Site) sameMoment(a, b string) bool {
	m, okM := readMoment(a, s.rules.Zone)
	n, okN := readMoment(b, s.rules.Zone)
	return okM && okN && m.precise == n.precise && m.time.Equal(n.time)
}

// shownKey is a key for the property that the layout of posts shows, in a form that is known; ""
// for none.
func (w *writer) shownKey(property string) string {
	if property == "category" || property == "published" || property == "updated" || property == "summary" ||
		property == "name" {
		return ""
	}
	for _, key := range w.rules.Words[property] {
		reading, _ := w.rules.Reads.Of(key)
		if !isCover(key) && !strings.Contains(key, ".") && reading.Shape.Known() && w.shows(key) {
			return key
		}
	}
	return ""
}

// shows reports whether the layout of the post shows a key of it.
func (w *writer) shows(key string) bool {
	return w.rules.Reads.Shows(bare(w.rules, key), w.layoutNames()...)
}

// layoutNames are what may select the layout of the post: what it names itself, and its section.
func (w *writer) layoutNames() (names []string) {
	for _, key := range constantKeys {
		v := w.learned.constant[key]
		if !w.fresh {
			v, _ = w.doc.Get(key)
		}
		name, _ := v.(string)
		names = append(names, name)
	}
	folder := w.learned.section
	if !w.fresh {
		folder = path.Dir(w.page.Path)
	}
	section, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(folder, w.rules.Content), "/"), "/")
	return append(names, section)
}
