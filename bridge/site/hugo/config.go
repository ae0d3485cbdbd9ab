package hugo

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// settings is a generator's configuration: maps, lists and scalars as in frontmatter.Field,
// all keys in lower case.
type settings map[string]any

// readConfig merges Hugo's configuration as Hugo does: one file in the top folder, then
// config/_default, then config/ENVIRONMENT, then HUGO_… of the environment. A theme's own
// configuration never decides URLs. from names the file that has the last word on each key.
func readConfig(tree fs.FS, env map[string]string, rules rules) (merged settings, from map[string]string, err error) {
	merged, from = settings{}, map[string]string{}
	merge := func(file string, m settings) {
		for key := range m {
			from[key] = file
		}
		merged.merge(m)
	}
	if file := rootConfig(tree); file != "" {
		m, err := readConfigFile(tree, file)
		if err != nil {
			return nil, nil, err
		}
		merge(file, m)
	}
	for _, dir := range []string{"config/_default", "config/" + environmentOf(env)} {
		files, err := configFilesBelow(tree, dir)
		if err != nil {
			return nil, nil, err
		}
		for _, file := range files {
			m, err := readConfigFile(tree, file)
			if err != nil {
				return nil, nil, err
			}
			merge(file, subtree(file, m, rules.unwrapsConfig))
		}
	}
	merged.applyEnvironment(env)
	for name := range env {
		if key, ok := strings.CutPrefix(name, "HUGO_"); ok {
			from[strings.ToLower(key)] = name
		}
	}
	if old, ok := merged["indexes"]; ok && merged["taxonomies"] == nil {
		merged["taxonomies"] = old
	}
	return merged, from, nil
}

// rootConfig is the one configuration file in the top folder that Hugo reads.
func rootConfig(tree fs.FS) string {
	for _, name := range []string{"hugo", "config"} {
		for _, ext := range generator.ConfigExtensions {
			if generator.IsFile(tree, name+ext) {
				return name + ext
			}
		}
	}
	return ""
}

func environmentOf(env map[string]string) string {
	for _, key := range []string{"HUGO_ENVIRONMENT", "HUGO_ENV"} {
		if env[key] != "" {
			return env[key]
		}
	}
	return "production"
}

func isConfig(file string) bool {
	dir, base := path.Split(file)
	ext := strings.ToLower(path.Ext(base))
	known := false
	for _, e := range generator.ConfigExtensions {
		known = known || ext == e
	}
	name := strings.TrimSuffix(base, path.Ext(base))
	return known && (strings.HasPrefix(file, "config/") || dir == "" && (name == "hugo" || name == "config"))
}

func configFilesBelow(tree fs.FS, dir string) ([]string, error) {
	var files []string
	err := fs.WalkDir(tree, dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				return fs.SkipDir
			}
			return fmt.Errorf("read %s: %w", p, err)
		}
		if !d.IsDir() && isConfig(p) {
			files = append(files, p)
		}
		return nil
	})
	sort.Strings(files)
	return files, err
}

// subtree puts the content of a file like permalinks.toml or menus.fr.toml under the key in its
// name; hugo.toml and config.toml are the whole configuration. unwraps removes a single key of the
// file's own name, which people also write there.
func subtree(file string, m settings, unwraps bool) settings {
	name := strings.ToLower(strings.TrimSuffix(path.Base(file), path.Ext(file)))
	if name == "hugo" || name == "config" {
		return m
	}
	key, lang, _ := strings.Cut(name, ".")
	var value any = map[string]any(m)
	if inner, wrapped := m[key]; wrapped && len(m) == 1 && unwraps {
		value = inner
	}
	if lang == "" {
		return settings{key: value}
	}
	switch key {
	case "menu", "menus", "params":
		value = map[string]any{key: value}
	}
	return settings{"languages": map[string]any{lang: value}}
}

func readConfigFile(tree fs.FS, file string) (settings, error) {
	data, err := fs.ReadFile(tree, file)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	data = []byte(strings.TrimPrefix(string(data), "\ufeff"))
	var m map[string]any
	switch path.Ext(file) {
	case ".toml":
		err = toml.Unmarshal(data, &m)
	case ".json":
		if len(strings.TrimSpace(string(data))) > 0 {
			err = json.Unmarshal(data, &m)
		}
	default:
		m, err = frontmatter.DecodeYAML(data)
	}
	if err != nil {
		var where *toml.DecodeError
		if errors.As(err, &where) {
			line, _ := where.Position()
			return nil, fmt.Errorf("%s, line %d: %w", file, line, err)
		}
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	lower, _ := lowerKeys(m).(map[string]any)
	return lower, nil
}

// lowerKeys copies v with all map keys in lower case and the numbers and times of JSON and
// TOML in the types of frontmatter.Field.
func lowerKeys(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := make(map[string]any, len(v))
		for k, x := range v {
			m[strings.ToLower(k)] = lowerKeys(x)
		}
		return m
	case []any:
		list := make([]any, len(v))
		for i, x := range v {
			list[i] = lowerKeys(x)
		}
		return list
	case time.Time:
		return frontmatter.Timestamp(v.Format(time.RFC3339Nano))
	case toml.LocalDate:
		return frontmatter.Timestamp(v.String())
	case toml.LocalDateTime:
		return frontmatter.Timestamp(v.String())
	case toml.LocalTime:
		return v.String()
	}
	return v
}

// merge puts the values of over into s: maps are merged, all else is replaced.
func (s settings) merge(over settings) {
	for k, v := range over {
		have, isMap := s[k].(map[string]any)
		add, addsMap := v.(map[string]any)
		if isMap && addsMap {
			settings(have).merge(add)
			continue
		}
		s[k] = v
	}
}

// below is a copy of s in which the values of over win: a language's settings over the
// site's. Only params are mixed.
func (s settings) below(over settings) settings {
	all := make(settings, len(s)+len(over))
	for k, v := range s {
		all[k] = v
	}
	for k, v := range over {
		if add, ok := v.(map[string]any); ok && k == "params" {
			v = map[string]any(s.table(k).below(add))
		}
		all[k] = v
	}
	return all
}

// applyEnvironment sets HUGO_BASEURL, HUGO_PARAMS_X and the like. The character after HUGO
// separates keys: HUGOxPARAMSxA is one way to write a key with an underscore.
func (s settings) applyEnvironment(env map[string]string) {
	names := make([]string, 0, len(env))
	for name := range env {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		rest, ok := strings.CutPrefix(name, "HUGO")
		if !ok || len(rest) < 2 {
			continue
		}
		keys := strings.Split(strings.ToLower(rest[1:]), strings.ToLower(rest[:1]))
		owner := map[string]any(s)
		for len(keys) > 1 {
			next, ok := owner[keys[0]].(map[string]any)
			if !ok {
				break
			}
			owner, keys = next, keys[1:]
		}
		for len(keys) > 1 {
			next := map[string]any{}
			owner[keys[0]] = next
			owner, keys = next, keys[1:]
		}
		owner[keys[0]] = environmentValue(keys[0], owner[keys[0]], env[name])
	}
}

// environmentValue converts the text of a variable to the type of the value that it replaces.
func environmentValue(key string, have any, text string) any {
	switch key {
	case "disablekinds", "disablelanguages", "ignorefiles":
		var list []any
		if json.Unmarshal([]byte(text), &list) == nil {
			return list
		}
		for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' }) {
			list = append(list, word)
		}
		return list
	}
	switch have.(type) {
	case bool:
		if b, err := strconv.ParseBool(text); err == nil {
			return b
		}
	case string:
		return text
	}
	var v any
	if trimmed := strings.TrimSpace(text); strings.HasPrefix(trimmed, "{") || strings.HasPrefix(trimmed, "[") {
		if json.Unmarshal([]byte(trimmed), &v) == nil {
			return lowerKeys(v)
		}
	}
	return text
}

// value looks up a nested key.
func (s settings) value(keys ...string) (any, bool) {
	m := map[string]any(s)
	for i, key := range keys {
		v, ok := m[strings.ToLower(key)]
		if !ok || i == len(keys)-1 {
			return v, ok
		}
		if m, ok = v.(map[string]any); !ok {
			return nil, false
		}
	}
	return nil, false
}

func (s settings) table(keys ...string) settings {
	v, _ := s.value(keys...)
	m, _ := v.(map[string]any)
	return m
}

func (s settings) text(keys ...string) string {
	v, _ := s.value(keys...)
	return scalarText(v)
}

func (s settings) truth(keys ...string) bool {
	v, _ := s.value(keys...)
	b, _ := truthOf(v)
	return b
}

// words is a list of strings; a single string is a list of one.
func (s settings) words(keys ...string) []string {
	v, _ := s.value(keys...)
	return wordsOf(v)
}

// tables is a list of maps; a single map is a list of one.
func (s settings) tables(keys ...string) []settings {
	v, _ := s.value(keys...)
	return tablesOf(v)
}

func tablesOf(v any) []settings {
	var list []settings
	switch v := v.(type) {
	case map[string]any:
		list = append(list, v)
	case []any:
		for _, x := range v {
			if m, ok := x.(map[string]any); ok {
				list = append(list, m)
			}
		}
	}
	return list
}

func wordsOf(v any) []string {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		words := make([]string, 0, len(v))
		for _, x := range v {
			words = append(words, scalarText(x))
		}
		return words
	case map[string]any:
		return nil
	}
	return []string{scalarText(v)}
}

// scalarText writes a scalar as Hugo's cast does; lists and maps have none.
func scalarText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case frontmatter.Timestamp:
		return string(v)
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

// truthOf reads a value as Hugo's cast does; known is false for what is neither true nor false.
func truthOf(v any) (b, known bool) {
	switch v := v.(type) {
	case nil:
		return false, true
	case bool:
		return v, true
	case int64:
		return v != 0, true
	case float64:
		return v != 0, true
	case string:
		b, err := strconv.ParseBool(v)
		return b, err == nil
	}
	return false, false
}
