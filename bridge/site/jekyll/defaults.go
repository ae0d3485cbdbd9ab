package jekyll

import (
	"strings"
	"sync"
	"time"

	"gitpost/bridge/site/generator"
)

// frontMatterDefaults are the sets under defaults:, in the order of the configuration.
type frontMatterDefaults struct {
	sets           []defaultSet
	collectionsDir string
	byPart         bool // a path matches by whole folder names (Jekyll 3), else by its first letters
	broken         bool // a date without time of day is among them: Jekyll fails at the first document (defaults-date)

	merged sync.Map // uint64, the sets that apply: *defaultValues
}

type defaultSet struct {
	path    string
	kind    string // "posts", "pages", a collection; "" for all
	hasKind bool
	bare    bool // there is no scope at all
	glob    *rubyGlob
	values  map[string]any
}

// defaultValues are the defaults of one file, put together.
type defaultValues struct {
	broken bool // Jekyll fails to merge them and skips the document
	all    map[string]any
	page   map[string]any // as a page looks them up: key by key
}

var noDefaults = &defaultValues{}

func newDefaults(config settings, collectionsDir string, since4 bool) *frontMatterDefaults {
	d := &frontMatterDefaults{collectionsDir: collectionsDir, byPart: !since4}
	sets, _ := config["defaults"].([]any)
	for _, e := range sets {
		set, _ := e.(map[string]any)
		values, ok := set["values"].(map[string]any)
		if !ok || len(d.sets) == 64 {
			continue
		}
		s := defaultSet{values: values}
		if date, has := values["date"]; has {
			switch date.(type) {
			case time.Time, string:
			default:
				d.broken = true
			}
		}
		scope, scoped := set["scope"].(map[string]any)
		s.bare = !scoped
		s.path, _ = scope["path"].(string)
		if kind, has := scope["type"]; has {
			s.hasKind = true
			s.kind, _ = kind.(string)
			switch s.kind { // the names of Jekyll 2
			case "page", "post", "draft":
				s.kind += "s"
			}
		}
		if strings.Contains(s.path, "*") {
			glob := newRubyGlob(s.path)
			s.glob = &glob
		}
		d.sets = append(d.sets, s)
	}
	return d
}

// of puts together the defaults of a file. rel is its path as Jekyll's scopes see it, full
// its path from the source folder.
func (d *frontMatterDefaults) of(rel, full, kind string, around generator.Surroundings) *defaultValues {
	var which uint64
	for i := range d.sets {
		s := &d.sets[i]
		if (!s.hasKind || s.kind == kind && kind != "") && d.covers(s, rel, full, around) {
			which |= 1 << i
		}
	}
	if which == 0 {
		return noDefaults
	}
	if v, known := d.merged.Load(which); known {
		return v.(*defaultValues)
	}
	v, _ := d.merged.LoadOrStore(which, d.merge(which))
	return v.(*defaultValues)
}

func (d *frontMatterDefaults) covers(s *defaultSet, rel, full string, around generator.Surroundings) bool {
	switch {
	case s.path == "":
		return true
	case s.glob == nil:
		return d.below(rel, d.strip(s.path))
	}
	// Whatever exists below the source and matches the glob is a prefix that counts.
	for end := 1; end <= len(full); end++ {
		whole := end == len(full) || full[end] == '/'
		if !whole && (d.byPart || around == nil) || s.glob.foldersOnly && end == len(full) {
			continue
		}
		if s.glob.matches(full[:end]) && (whole || existsIn(around, full[:end])) && d.below(rel, d.strip(full[:end])) {
			return true
		}
	}
	return false
}

func (d *frontMatterDefaults) strip(scope string) string {
	if d.collectionsDir == "" {
		return scope
	}
	return strings.TrimPrefix(scope, d.collectionsDir+"/")
}

func (d *frontMatterDefaults) below(rel, scope string) bool {
	if !d.byPart {
		return strings.HasPrefix(rel, scope)
	}
	return rel == scope || strings.HasPrefix(rel, scope) && rel[len(scope)] == '/' && !strings.HasSuffix(scope, "/")
}

func (d *frontMatterDefaults) merge(which uint64) *defaultValues {
	v := &defaultValues{all: map[string]any{}, page: map[string]any{}}
	var strongest *defaultSet
	owner := map[string]*defaultSet{}
	for i := range d.sets {
		s := &d.sets[i]
		if which&(1<<i) == 0 {
			continue
		}
		if s.bare { // it has no precedence to compare
			v.broken = v.broken || strongest != nil
			v.all = mergeRuby(v.all, s.values)
			continue
		}
		if strongest == nil || precedes(s, strongest) {
			v.all = mergeRuby(v.all, s.values)
			strongest = s
		} else {
			v.all = mergeRuby(s.values, v.all)
		}
		for key, value := range s.values {
			if owner[key] == nil || precedes(s, owner[key]) {
				owner[key], v.page[key] = s, value
			}
		}
	}
	return v
}

// precedes reports whether a set takes precedence over an older one: the longer path, then a type,
// then the later one.
func precedes(s, old *defaultSet) bool {
	a, b := len(strings.TrimPrefix(s.path, "/")), len(strings.TrimPrefix(old.path, "/"))
	switch {
	case a != b:
		return a > b
	case s.hasKind:
		return true
	}
	return !old.hasKind
}

// mergeRuby is Jekyll's deep_merge_hashes: maps are merged, and nil does not replace a value.
func mergeRuby(under, over map[string]any) map[string]any {
	m := make(map[string]any, len(under)+len(over))
	for k, v := range under {
		m[k] = v
	}
	for k, v := range over {
		old, has := m[k]
		if has && v == nil {
			continue
		}
		oldMap, isMap := old.(map[string]any)
		newMap, bothMaps := v.(map[string]any)
		if isMap && bothMaps {
			m[k] = mergeRuby(oldMap, newMap)
			continue
		}
		m[k] = v
	}
	return m
}
