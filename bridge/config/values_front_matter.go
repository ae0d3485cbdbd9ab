package config

import (
	"fmt"
	"regexp"

	"gopkg.in/yaml.v3"

	"gitpost/bridge/site"
)

// frontMatterKey checks the name of a key of front matter.
func frontMatterKey(s string) (string, error) {
	if !keyName.MatchString(s) {
		return "", &flaw{"is not the name of a key", "write one such as thumbnail or cover.image, or none"}
	}
	return s, nil
}

var keyName = regexp.MustCompile(`^[A-Za-z_][\w-]*(\.[A-Za-z_][\w-]*)?$`)

// typeFrontMatterKey is types.NAME.front_matter.
func typeFrontMatterKey(c *Site, v written) error {
	if v.node.Kind != yaml.MappingNode {
		return &flaw{"is not a map", "write KEY: value lines below it, such as categories: [note]"}
	}
	values := map[string]any{}
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		name := v.node.Content[i].Value
		if !site.ConfigurableKey(name) {
			return &flaw{fmt.Sprintf("has the key %q, which gitpost writes itself", name), "leave it out"}
		}
		var value any
		if err := v.node.Content[i+1].Decode(&value); err != nil {
			return &flaw{fmt.Sprintf("has a value for %q that cannot be read", name), "write a text, a number, a list or a map"}
		}
		values[name] = frontMatterValue(value)
	}
	setType(c, v, func(t *site.Type) { t.FrontMatter = values })
	return nil
}

// frontMatterValue is a decoded value with the types that front matter has.
func frontMatterValue(v any) any {
	switch v := v.(type) {
	case int:
		return int64(v)
	case []any:
		for i := range v {
			v[i] = frontMatterValue(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = frontMatterValue(v[key])
		}
	case nil, bool, string, float64:
	default:
		return fmt.Sprint(v)
	}
	return v
}
