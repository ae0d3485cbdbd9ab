package frontmatter

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"gopkg.in/yaml.v3"
)

// maxDecoded bounds the nodes that aliases may multiply a YAML text to.
const maxDecoded = 1 << 20

// DecodeYAML reads a whole YAML file, such as a generator's configuration, into the values
// that a Field has. Keys that are no strings are written out. An empty file is an empty map.
func DecodeYAML(data []byte) (m map[string]any, err error) {
	defer func() {
		if r := recover(); r != nil { // yaml.v3 can panic on odd merge keys
			m, err = nil, fmt.Errorf("YAML that cannot be read: %v", r)
		}
	}()
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, err
	}
	if len(doc.Content) == 0 {
		return map[string]any{}, nil
	}
	d := nodeDecoder{left: maxDecoded}
	v, err := d.value(doc.Content[0], 0)
	if err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case nil:
		return map[string]any{}, nil
	case map[string]any:
		return v, nil
	}
	return nil, errors.New("YAML: a map of keys is expected at the top level")
}

type nodeDecoder struct{ left int }

func (d *nodeDecoder) value(n *yaml.Node, depth int) (any, error) {
	if d.left--; d.left < 0 || depth > 100 {
		return nil, fmt.Errorf("YAML, line %d: too large or too deep", n.Line)
	}
	switch n.Kind {
	case yaml.AliasNode:
		return d.value(n.Alias, depth+1)
	case yaml.SequenceNode:
		list := make([]any, 0, len(n.Content))
		for _, c := range n.Content {
			v, err := d.value(c, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	case yaml.MappingNode:
		return d.mapping(n, depth)
	}
	return scalarOf(n), nil
}

func (d *nodeDecoder) mapping(n *yaml.Node, depth int) (any, error) {
	m := make(map[string]any, len(n.Content)/2)
	merged := map[string]any{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		v, err := d.value(value, depth+1)
		if err != nil {
			return nil, err
		}
		if key.Tag == "!!merge" {
			sources, _ := v.([]any)
			if one, ok := v.(map[string]any); ok {
				sources = []any{one}
			}
			for _, s := range sources {
				from, _ := s.(map[string]any)
				for k, v := range from {
					if _, have := merged[k]; !have {
						merged[k] = v
					}
				}
			}
			continue
		}
		m[key.Value] = v
	}
	for k, v := range merged {
		if _, have := m[k]; !have {
			m[k] = v
		}
	}
	return m, nil
}

func scalarOf(n *yaml.Node) any {
	switch n.ShortTag() {
	case "!!null":
		return nil
	case "!!bool":
		var b bool
		if n.Decode(&b) == nil {
			return b
		}
	case "!!int":
		var i int64
		if n.Decode(&i) == nil {
			return i
		}
		if f, err := strconv.ParseFloat(n.Value, 64); err == nil {
			return f
		}
	case "!!float":
		var f float64
		if n.Decode(&f) == nil && !math.IsNaN(f) && !math.IsInf(f, 0) {
			return f
		}
	case "!!timestamp":
		return Timestamp(n.Value)
	}
	return n.Value
}
