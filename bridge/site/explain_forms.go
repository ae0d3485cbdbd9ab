package site

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"gitpost/bridge/site/generator"
)

// explainForms says which keys of a new post have another form than a text, as the neighbours or the
// layouts have it.
func (w *writer) explainForms(posts []*postStyle) (findings []Finding) {
	keys := []string{w.coverKey()}
	for property := range w.rules.Words {
		switch property {
		case "name", "summary", "published", "updated", "category":
		case "photo":
			keys = append(keys, w.spelledPhoto())
		default:
			keys = append(keys, w.spelled(property))
		}
	}
	slices.Sort(keys)
	for _, key := range slices.Compact(keys) {
		shape := w.shape(w.keyPath(key))
		if key == "" || strings.Contains(key, ".") || !shape.List && shape.Kind != generator.MapValue {
			continue
		}
		reading, _ := w.rules.Reads.Of(key)
		from := count(posts, func(m *postStyle) bool { return m.shapes[key].Known() })
		if from == byDefault {
			from = cmp.Or(reading.File, byDefault)
		}
		findings = append(findings, Finding{"form of " + key, formInWords(shape), from})
	}
	return findings
}

func formInWords(s generator.Shape) string {
	parts := slices.DeleteFunc([]string{s.Address, s.Alt, s.Name}, func(part string) bool { return part == "" })
	of := strings.Join(append(parts, slices.Sorted(maps.Keys(s.Beside))...), ", ")
	switch {
	case s.Kind != generator.MapValue:
		return "a list"
	case s.Address == "":
		return "a map, which gitpost leaves out" // none of its keys can have an address
	case s.List:
		return "a list of maps: " + of
	}
	return "a map: " + of
}

// explainFrontMatter says what the configuration adds to the front matter of some types of posts.
func (s *Site) explainFrontMatter() (findings []Finding) {
	for _, name := range slices.Sorted(maps.Keys(s.options.Types)) {
		added := s.options.Types[name].FrontMatter
		var parts []string
		for _, key := range slices.Sorted(maps.Keys(added)) {
			value, err := json.Marshal(added[key])
			if err != nil {
				continue // a value that YAML has and JSON has not
			}
			parts = append(parts, key+": "+string(value))
		}
		if len(parts) > 0 {
			findings = append(findings, Finding{"front matter of type " + name, strings.Join(parts, ", "),
				"types." + name + ".front_matter"})
		}
	}
	return findings
}
