package config

import (
	"strings"

	"gopkg.in/yaml.v3"
)

// readEnvironment overrides the file. An empty variable counts as absent.
func (l *loader) readEnvironment(environ []string) {
	vars := map[string]string{}
	for _, e := range environ {
		if name, val, ok := strings.Cut(e, "="); ok && strings.HasPrefix(name, "GITPOST_") && val != "" {
			vars[name] = val
		}
	}
	for _, k := range l.keys {
		before, after, any := strings.Cut(k.Name, "*")
		if any {
			for v := range vars {
				word, ok := strings.CutPrefix(v, variableOf(before))
				if word, ok2 := strings.CutSuffix(word, strings.TrimPrefix(variableOf(after), "GITPOST_")); ok &&
					ok2 && word != "" {
					l.override(before+strings.ToLower(word)+after, k, v, vars[v], false)
				}
			}
			continue
		}
		v, fromFile := variableOf(k.Name), false
		if k.Secret && vars[v+"_FILE"] != "" {
			if vars[v] != "" {
				l.problem(Problem{Key: k.Name, Where: v, Message: "is set together with " + v + "_FILE",
					Remedy: "keep one of them"})
				continue
			}
			v, fromFile = v+"_FILE", true
		}
		if vars[v] != "" {
			l.override(k.Name, k, v, vars[v], fromFile)
		}
	}
}

func (l *loader) override(name string, k Key, variable, val string, fromFile bool) {
	node := &yaml.Node{Kind: yaml.ScalarNode, Value: val}
	// Lists and maps are written in a variable as YAML writes them in one line.
	if strings.HasPrefix(val, "[") || strings.HasPrefix(val, "{") {
		if parsed, err := decodeYAML([]byte(val)); err == nil && parsed != nil {
			node = parsed
		}
	}
	l.settings[name] = setting{key: k, node: node, where: variable, fromFile: fromFile}
}

// variableOf is the environment variable that overrides the key of that name.
func variableOf(name string) string {
	return "GITPOST_" + strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(name))
}
