package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// SecretFiles lists the files with secrets that a configuration names, and the configuration's
// own file when it has one in it. Problems that Load reports are not reported again.
func SecretFiles(path string, environ []string) []string {
	src, err := os.ReadFile(path)
	if err != nil {
		src = nil // the environment may have all
	}
	l := &loader{keys: Keys(), base: filepath.Dir(path), settings: map[string]setting{}}
	l.readFile(src)
	l.readEnvironment(environ)
	files := l.secretFiles(path)
	if sites, ok := l.settings["sites"]; ok {
		for _, entry := range sites.node.Content {
			one := &loader{keys: l.keys, base: l.base, settings: map[string]setting{}}
			if entry.Kind == yaml.MappingNode {
				one.readMap("", entry)
			}
			files = append(files, one.secretFiles(path)...)
		}
	}
	slices.Sort(files)
	return slices.Compact(files)
}

// secretFiles are those of the settings that were read; path is the configuration's own.
func (l *loader) secretFiles(path string) (files []string) {
	for name, s := range l.settings {
		switch {
		case name == "ssh_key_file" || name == "author.signing_key_file" || s.key.Secret && s.fromFile:
			if file, err := absolutePath(strings.TrimSpace(s.node.Value), l.base); err == nil {
				files = append(files, file)
			}
		case name == "syndicate_to":
			for _, entry := range s.node.Content {
				for _, key := range []string{"token_file", "password_file"} {
					if file, err := absolutePath(word(valueOf(entry, key)), l.base); err == nil {
						files = append(files, file)
					}
				}
			}
		case s.key.Secret && s.line > 0: // written in the file itself
			files = append(files, path)
		}
	}
	return files
}
