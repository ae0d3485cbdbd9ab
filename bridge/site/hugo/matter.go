package hugo

import (
	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// matter is the front matter of a page, completed by the cascades of the sections above and of the
// configuration.
type matter struct {
	doc     *frontmatter.Document
	cascade []cascadeRule // the nearest first, only those that apply to the page
	unread  bool          // Hugo does not look at the file's name for a date
	newYAML bool
	around  generator.Surroundings
}

// field is the first value of key. cascaded values have no text as written.
func (m *matter) field(key string) (frontmatter.Field, bool) {
	if m.doc != nil {
		if f, ok := m.doc.Field(key); ok {
			return f, true
		}
	}
	for i := range m.cascade {
		if v, ok := m.cascade[i].values[key]; ok {
			return frontmatter.Field{Value: v, Text: scalarText(v)}, true
		}
	}
	return frontmatter.Field{}, false
}

// value is the first value of key as Hugo's YAML reader types it.
func (m *matter) value(key string) (any, bool) {
	f, ok := m.field(key)
	if !ok {
		return nil, false
	}
	return m.typed(f), true
}

// typed reads a plain scalar as older versions do: yes, no, on, off, y and n are booleans.
func (m *matter) typed(f frontmatter.Field) any {
	if !f.Plain || m.newYAML {
		return f.Value
	}
	if word, ok := f.Value.(string); ok {
		if b, known := oldBoolean(word); known {
			return b
		}
	}
	return f.Value
}

func oldBoolean(word string) (b, known bool) {
	switch word {
	case "y", "Y", "yes", "Yes", "YES", "on", "On", "ON":
		return true, true
	case "n", "N", "no", "No", "NO", "off", "Off", "OFF":
		return false, true
	}
	return false, false
}

func (m *matter) text(key string) string {
	v, _ := m.value(key)
	return scalarText(v)
}

// matterOf reads what the front matter and the sections above say of the page.
func (h *site) matterOf(f *sourceFile, doc *frontmatter.Document, around generator.Surroundings) *matter {
	m := &matter{doc: doc, newYAML: h.rules.newYAML, around: around}
	m.cascade = h.cascadesFor(f, m, around)
	m.unread = h.skipsNameDate(f, m)
	return m
}
