package custom

import (
	"errors"
	"path"
	"regexp"
	"slices"
	"strings"

	"gitpost/bridge/site/generator"
)

// A folder is one entry of the description's content: a folder, or files by a glob.
type folder struct {
	root  string         // the folder below which its files are; "" for the top one
	files *regexp.Regexp // nil for all Markdown files below root
}

func newFolder(spec string) (folder, error) {
	spec = strings.Trim(spec, "/")
	if spec == "." {
		spec = ""
	}
	if !strings.ContainsAny(spec, "*?") {
		if path.Ext(spec) == ".md" {
			return folder{}, errors.New(spec + " is a file")
		}
		return folder{root: spec}, nil
	}
	root, _ := path.Split(spec[:strings.IndexAny(spec, "*?")])
	return folder{root: strings.TrimSuffix(root, "/"), files: generator.Glob(spec)}, nil
}

func (f folder) has(file string) bool {
	ext := strings.ToLower(path.Ext(file))
	if ext != ".md" && ext != ".markdown" || f.root != "" && !strings.HasPrefix(file, f.root+"/") {
		return false
	}
	return f.files == nil || f.files.MatchString(file)
}

// folderOf is the entry of the content that has a file.
func (s *site) folderOf(file string) (folder, bool) {
	for _, f := range s.content {
		if f.has(file) {
			return f, true
		}
	}
	return folder{}, false
}

// common is the deepest folder that has all content.
func common(content []folder) string {
	shared := strings.Split(content[0].root, "/")
	for _, f := range content[1:] {
		parts := strings.Split(f.root, "/")
		n := 0
		for n < len(shared) && n < len(parts) && shared[n] == parts[n] {
			n++
		}
		shared = shared[:n]
	}
	return strings.Join(shared, "/")
}

// below is a path pattern without the content folder that it may start with.
func below(pattern string, content []folder) string {
	for _, f := range content {
		if rest, ok := strings.CutPrefix(pattern, f.root+"/"); ok && f.root != "" {
			return rest
		}
	}
	return strings.TrimPrefix(pattern, "/")
}

var placeholder = regexp.MustCompile(`\{([A-Za-z_][\w-]*)\}|` +
	`:(year|month|day|hour|minute|second|date|slug|type|section)\b`)

// values of placeholders in a path.
var groups = map[string]string{
	"year": `\d{4}`, "month": `\d\d`, "day": `\d\d`, "hour": `\d\d`, "minute": `\d\d`, "second": `\d\d`,
	"date": `\d{4}-\d\d-\d\d`, "slug": `[^/]+`, "type": `[^/]+`, "section": `[^/]+`,
}

// matcher is a path pattern turned round: its groups are named after the placeholders.
func matcher(pattern string) *regexp.Regexp {
	var b strings.Builder
	seen := map[string]bool{}
	b.WriteString("^")
	at := 0
	for _, m := range placeholder.FindAllStringSubmatchIndex(pattern, -1) {
		b.WriteString(regexp.QuoteMeta(pattern[at:m[0]]))
		name := strings.Trim(pattern[m[0]:m[1]], "{}:")
		group, known := groups[name]
		switch {
		case !known:
			b.WriteString(regexp.QuoteMeta(pattern[m[0]:m[1]]))
		case seen[name]:
			b.WriteString(group)
		default:
			b.WriteString("(?P<" + name + ">" + group + ")")
		}
		seen[name], at = true, m[1]
	}
	b.WriteString(regexp.QuoteMeta(pattern[at:]) + "$")
	return regexp.MustCompile(b.String())
}

// A pattern is the text of a URL with placeholders.
type pattern []token

// A token is a text, or the name of a placeholder.
type token struct{ text, name string }

// parsePattern reads {name}; any other text stands for itself.
func parsePattern(text string) (p pattern) {
	at := 0
	for _, m := range urlPlaceholder.FindAllStringSubmatchIndex(text, -1) {
		if m[0] > at {
			p = append(p, token{text: text[at:m[0]]})
		}
		p = append(p, token{name: text[m[2]:m[3]]})
		at = m[1]
	}
	if at < len(text) {
		p = append(p, token{text: text[at:]})
	}
	return p
}

var urlPlaceholder = regexp.MustCompile(`\{([A-Za-z_][\w.-]*)\}`)

// fill is the text with the values; missing is the first placeholder without one.
func (p pattern) fill(value func(name string) (string, bool)) (text, missing string) {
	var b strings.Builder
	for _, t := range p {
		if t.name == "" {
			b.WriteString(t.text)
			continue
		}
		v, ok := value(t.name)
		if !ok {
			return "", t.name
		}
		b.WriteString(v)
	}
	return b.String(), ""
}

// longestFirst are the keys of a map, the longest first.
func longestFirst(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	return keys
}

// withSlashes is a URL's path that starts and ends with a slash.
func withSlashes(p string) string {
	p = strings.Trim(p, "/")
	if p == "" {
		return "/"
	}
	return "/" + p + "/"
}
