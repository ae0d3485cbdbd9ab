package bridge

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// SecretFiles lists the files with secrets that a configuration names, and the configuration's
// own file when it has one in it. What LoadConfig says of the configuration is not said again.
func SecretFiles(path string, environ []string) []string {
	src, err := os.ReadFile(path)
	if err != nil {
		src = nil // the environment may have all
	}
	l := &configLoader{keys: Keys(), base: filepath.Dir(path), settings: map[string]configSetting{}}
	l.readFile(src)
	l.readEnvironment(environ)
	var files []string
	for name, s := range l.settings {
		switch {
		case name == "ssh_key_file" || s.key.Secret && s.fromFile:
			if file, err := absolutePath(strings.TrimSpace(s.node.Value), l.base); err == nil {
				files = append(files, file)
			}
		case s.key.Secret && s.line > 0: // written in the file itself
			files = append(files, path)
		}
	}
	slices.Sort(files)
	return slices.Compact(files)
}
