package config

import (
	"errors"
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"
)

// AddSite returns the text of a configuration with one more site at the end of sites. It adds lines and
// changes none. The keys of set are those of the new site, by their dotted names. When the text has one site
// at its top level, that one becomes the first entry: what is written at the top holds for it as before.
func AddSite(src []byte, set map[string]string) ([]byte, error) {
	root, err := decodeYAML(src)
	if err != nil || root == nil || root.Kind != yaml.MappingNode {
		return nil, errors.New("the configuration cannot be read; gitpost serve --check says why")
	}
	text := string(src)
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	sites, me := valueOf(root, "sites"), valueOf(root, "me")
	if sites == nil {
		if me == nil {
			return nil, errors.New("the configuration names no site (me)")
		}
		first := map[string]string{"me": me.Value}
		return []byte(text + "\nsites:\n" + entry(first, "  ") + entry(set, "  ")), nil
	}
	if sites.Kind != yaml.SequenceNode || sites.Style&yaml.FlowStyle != 0 || len(sites.Content) == 0 {
		return nil, errors.New("sites is not written as a list with one entry per line; add the site by hand: " +
			"gitpost help sites shows how")
	}
	lines := strings.SplitAfter(text, "\n")
	at := lastLine(sites)
	dash := lines[sites.Content[0].Line-1]
	indent := dash[:len(dash)-len(strings.TrimLeft(dash, " "))]
	if !strings.HasPrefix(dash[len(indent):], "- ") {
		return nil, errors.New("the entries of sites do not begin with a hyphen and a key; add the site by hand: " +
			"gitpost help sites shows how")
	}
	return []byte(strings.Join(lines[:at], "") + entry(set, indent) + strings.Join(lines[at:], "")), nil
}

// valueOf returns the value of a key of a map, nil if there is none.
func valueOf(m *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key && m.Content[i+1].Tag != "!!null" {
			return m.Content[i+1]
		}
	}
	return nil
}

// lastLine is the number of the last line on which a part of the node begins.
func lastLine(n *yaml.Node) int {
	last := n.Line
	for _, part := range n.Content {
		last = max(last, lastLine(part))
	}
	return last
}

// entry writes an entry of sites.
func entry(set map[string]string, indent string) string {
	var b strings.Builder
	mark := indent + "- "
	for _, name := range []string{"me", "repo", "branch", "repo_token_file", "ssh_key_file", "known_hosts_file"} {
		if value, ok := set[name]; ok {
			fmt.Fprintf(&b, "%s%s: %s\n", mark, name, yamlValue(value))
			mark = indent + "  "
		}
	}
	for _, group := range []struct {
		name string
		keys []string
	}{{"author", []string{"name", "email"}}, {"site", []string{"dir", "timezone", "titles", "cover"}}} {
		var pairs []string
		for _, key := range group.keys {
			if value, ok := set[group.name+"."+key]; ok {
				pairs = append(pairs, fmt.Sprintf("%s: %q", key, value))
			}
		}
		if len(pairs) > 0 {
			fmt.Fprintf(&b, "%s%s: {%s}\n", mark, group.name, strings.Join(pairs, ", "))
		}
	}
	return b.String()
}
