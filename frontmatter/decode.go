package frontmatter

import (
	"errors"
	"fmt"
)

// maxConfigKeys bounds the keys of a file that DecodeYAML reads.
const maxConfigKeys = 1 << 18

// DecodeYAML decodes a YAML file, such as a generator's configuration, into values of the
// types that Field.Value has. Keys become text. An empty file is an empty map.
func DecodeYAML(data []byte) (map[string]any, error) {
	root, err := decodeYAML(string(data), Dialect{LastWins: true}, maxConfigKeys)
	if bad := (*SyntaxError)(nil); errors.As(err, &bad) {
		return nil, fmt.Errorf("line %d: %s", bad.Line, bad.Message)
	}
	if err != nil {
		return nil, err
	}
	m, _ := root.decoded().(map[string]any)
	return m, nil
}
