package hugo

import (
	"strings"

	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// matter is the front matter of a page, completed by the cascades of the sections above and of the
// configuration.
type matter struct {
	doc     *frontmatter.Document
	org     map[string]frontmatter.Field // of an Org file in place of doc
	cascade []cascadeRule                // the nearest first, only those that apply to the page
	unread  bool                         // Hugo does not look at the file's name for a date
	newYAML bool
	around  generator.Surroundings
}

// field is the first value of key. cascaded values have no text as written.
func (m *matter) field(key string) (frontmatter.Field, bool) {
	if m.org != nil {
		if f, ok := m.org[key]; ok {
			return f, true
		}
	} else if m.doc != nil {
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
	if f.ext == "org" && doc != nil && doc.Format() == frontmatter.None {
		m.org = orgKeywords(doc.Body())
	}
	m.cascade = h.cascadesFor(f, m, around)
	m.unread = h.skipsNameDate(f, m)
	return m
}

// orgKeywords reads the #+KEY: value lines at the start of an Org file. KEY[]: is a list of
// words, and so are tags, categories and aliases.
func orgKeywords(text string) map[string]frontmatter.Field {
	fields := map[string]frontmatter.Field{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		rest, ok := strings.CutPrefix(line, "#+")
		key, value, found := strings.Cut(rest, ":")
		if !ok || !found {
			if line == "" {
				continue
			}
			break
		}
		key, value = strings.ToLower(strings.TrimSpace(key)), strings.TrimSpace(value)
		list, isList := strings.CutSuffix(key, "[]")
		switch list {
		case "tags", "categories", "aliases":
			isList = true
		}
		if !isList {
			if list == "date" || list == "lastmod" || list == "publishdate" || list == "expirydate" {
				value = strings.Trim(value, "<>[]")
				if i := strings.IndexByte(value, ' '); i > 0 { // <2024-03-09 Sat>
					value = value[:i]
				}
			}
			fields[list] = frontmatter.Field{Value: value, Text: value}
			continue
		}
		var words []any
		for _, w := range strings.Fields(value) {
			words = append(words, w)
		}
		fields[list] = frontmatter.Field{Value: words}
	}
	return fields
}
