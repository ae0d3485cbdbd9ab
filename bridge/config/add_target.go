package config

import (
	"errors"
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"
)

// AddTarget returns the text of a configuration with one more entry at the end of syndicate_to. It adds
// lines and changes none. keys are those of the entry, as pairs of name and value.
func AddTarget(src []byte, keys [][2]string) ([]byte, error) {
	root, err := decodeYAML(src)
	if err != nil || root == nil || root.Kind != yaml.MappingNode {
		return nil, errors.New("the configuration cannot be read; gitpost serve --check says why")
	}
	text := string(src)
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	targets := valueOf(root, "syndicate_to")
	if targets == nil {
		return []byte(text + "\nsyndicate_to:\n" + targetEntry(keys, "  ")), nil
	}
	const byHand = "add the entry by hand: gitpost help delivery shows how"
	if targets.Kind != yaml.SequenceNode || targets.Style&yaml.FlowStyle != 0 || len(targets.Content) == 0 {
		return nil, errors.New("syndicate_to is not written as a list with one entry per line; " + byHand)
	}
	lines := strings.SplitAfter(text, "\n")
	at := lastLine(targets)
	dash := lines[targets.Content[0].Line-1]
	indent := dash[:len(dash)-len(strings.TrimLeft(dash, " "))]
	if !strings.HasPrefix(dash[len(indent):], "- ") {
		return nil, errors.New("the entries of syndicate_to do not begin with a hyphen and a key; " + byHand)
	}
	return []byte(strings.Join(lines[:at], "") + targetEntry(keys, indent) + strings.Join(lines[at:], "")), nil
}

func targetEntry(keys [][2]string, indent string) string {
	var b strings.Builder
	mark := "- "
	for _, k := range keys {
		fmt.Fprintf(&b, "%s%s%s: %s\n", indent, mark, k[0], yamlValue(k[1]))
		mark = "  "
	}
	return b.String()
}
