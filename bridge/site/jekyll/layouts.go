package jekyll

import (
	"cmp"
	"path"
	"regexp"
	"slices"
	"strings"

	"gitpost/bridge/site/generator"
)

// themeFiles are the layouts and includes of a site: "_layouts/post.html", "_includes/head.html".
type themeFiles map[string]string

// reads looks at what the layouts do with the keys of pages.
func (f themeFiles) reads() generator.Reads {
	out := generator.Reads{Keys: map[string]generator.Reading{}, Layouts: map[string]bool{"": true}}
	uses := map[string]*keyUse{}
	f.withoutLayouts(&out)
	for _, name := range f.names() {
		for key, use := range usesIn(f[name]) {
			of(uses, key).add(use, name)
		}
		if below, ok := strings.CutPrefix(name, "_layouts/"); ok {
			layout := strings.TrimSuffix(below, path.Ext(below))
			out.Layouts[layout] = true
			f.show(uses, layout, name)
		}
		if out.Partial {
			f.show(uses, "", name)
		}
	}
	for key, use := range uses {
		r := generator.Reading{File: use.file, Shown: use.shown, Pictured: use.pictured, Every: use.every}
		r.Shape = generator.Common(use.shapes).Fields(use.fields)
		out.Keys[key] = r
	}
	return out
}

// withoutLayouts prepares for a site whose layouts are in a theme that is not here: they use the
// includes that are, and a post may have either name there.
func (f themeFiles) withoutLayouts(out *generator.Reads) {
	for name := range f {
		if strings.HasPrefix(name, "_layouts/") {
			return
		}
	}
	out.Partial = true
	for name, text := range f {
		f[name] = postKey.ReplaceAllString(text, "page$1")
	}
}

var postKey = regexp.MustCompile(`\bpost(\.[A-Za-z_]|\[["'])`)

func (f themeFiles) names() []string {
	names := make([]string, 0, len(f))
	for name := range f {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// show notes what a layout, those above it and what they include show of their page.
func (f themeFiles) show(uses map[string]*keyUse, layout, name string) {
	type part struct{ name, given string } // a file, and the parameters of an include
	seen := map[part]bool{}
	for queue := []part{{name: name}}; len(queue) > 0 && len(seen) < mostParts; queue = queue[1:] {
		at := queue[0]
		if seen[at] || strings.HasPrefix(at.name, "_includes/") && generator.ForMachines(at.name) {
			continue
		}
		seen[at] = true
		text := withParameters(generator.WithoutHead(f[at.name]), at.given)
		for key, use := range usesIn(text) {
			of(uses, key).show(use, layout, at.name)
		}
		for _, m := range includeWith.FindAllStringSubmatch(text, -1) {
			queue = append(queue, part{"_includes/" + m[1], strings.Join(pageParameter.FindAllString(m[2], -1), " ")})
		}
		if m := layoutOf.FindStringSubmatch(f[at.name]); m != nil {
			queue = append(queue, part{name: "_layouts/" + m[1] + ".html"})
		}
	}
}

// mostParts bounds how many files are followed from one layout.
const mostParts = 1000

// layoutOf finds the layout into which a layout is put.
var layoutOf = regexp.MustCompile(`\A---\r?\n(?s:.*?)\blayout:[ \t]*["']?([\w/-]+)`)

// A keyUse is what was seen of one key.
type keyUse struct {
	shapes   []generator.Shape
	fields   []string
	file     string // the first that reads it
	shown    map[string]string
	pictured map[string]string
	every    map[string]string
	address  bool // it is read as one
	indexed  bool // an item of a list is read by its number
	ranged   bool // all are
}

func of(uses map[string]*keyUse, key string) *keyUse {
	if uses[key] == nil {
		uses[key] = &keyUse{shown: map[string]string{}, pictured: map[string]string{},
			every: map[string]string{}}
	}
	return uses[key]
}

// show notes that a layout shows a key by a file.
func (u *keyUse) show(o *keyUse, layout, file string) {
	u.add(o, file)
	u.shown[layout] = cmp.Or(u.shown[layout], file)
	if o.ranged || !o.indexed {
		u.every[layout] = cmp.Or(u.every[layout], file)
	}
	if o.address {
		u.pictured[layout] = cmp.Or(u.pictured[layout], file)
	}
}

func (u *keyUse) add(o *keyUse, file string) {
	u.file = cmp.Or(u.file, file)
	u.shapes, u.fields = append(u.shapes, o.shapes...), append(u.fields, o.fields...)
}

// A key of the page is page.key or page["key"].
const pageKey = `\bpage(?:\.([A-Za-z_][\w-]*)|\[["']([\w-]+)["']\])`

var (
	keyRead   = regexp.MustCompile(pageKey + `(\.[A-Za-z_][\w-]*|\[\d+\]|\[["'][\w-]+["']\])?(\.[A-Za-z_][\w-]*)?`)
	keyRanged = regexp.MustCompile(`{%-?\s*for\s+(\w+)\s+in\s+` + pageKey + `\s*[^.\[\w]`)
	keyTaken  = regexp.MustCompile(`{%-?\s*assign\s+(\w+)\s*=\s*` + pageKey + `\s*-?%}`)
)

// listMethods are what Liquid reads of lists, and of texts or lists.
var listMethods = map[string]bool{".first": true, ".last": true}

// usesIn finds the keys of the page that a text of Liquid reads, and what it expects of them.
func usesIn(text string) map[string]*keyUse {
	uses := map[string]*keyUse{}
	for _, m := range keyRead.FindAllStringSubmatchIndex(text, -1) {
		key := submatch(text, m, 1) + submatch(text, m, 2)
		if generator.BehindText(strings.TrimRight(text[:m[0]], "{- ")) {
			continue
		}
		use, part := of(uses, key), submatch(text, m, 3)
		if strings.HasPrefix(part, "[") && !strings.ContainsAny(part[1:2], "0123456789") {
			part = "." + strings.Trim(part, `[]"'`)
		}
		use.address = use.address || asAddress(text[:m[0]])
		switch {
		case part == ".size":
		case listMethods[part], strings.HasPrefix(part, "["):
			shape := generator.Shape{List: true}
			use.indexed = true
			if field := submatch(text, m, 4); field != "" {
				shape.Kind, use.fields = generator.MapValue, append(use.fields, field[1:])
			}
			use.shapes = append(use.shapes, shape)
		case part != "":
			use.shapes = append(use.shapes, generator.Shape{Kind: generator.MapValue})
			use.fields = append(use.fields, part[1:])
		case printedAt.MatchString(text[:m[0]]):
			use.shapes = append(use.shapes, generator.Shape{Kind: generator.TextValue})
		}
	}
	for _, m := range keyRanged.FindAllStringSubmatch(text, -1) {
		use, shape := of(uses, m[2]+m[3]), generator.Shape{List: true}
		use.ranged = true
		for _, field := range fieldsOf(text, m[1]) {
			shape.Kind = generator.MapValue
			use.fields = append(use.fields, field)
		}
		if shape.Kind == generator.AnyValue && regexp.MustCompile(`{{-?\s*`+m[1]+`\b`).MatchString(text) {
			shape.Kind = generator.TextValue
		}
		use.shapes = append(use.shapes, shape)
	}
	for _, m := range keyTaken.FindAllStringSubmatch(text, -1) {
		use := of(uses, m[2]+m[3])
		for _, field := range fieldsOf(text, m[1]) {
			use.shapes = append(use.shapes, generator.Shape{Kind: generator.MapValue})
			use.fields = append(use.fields, field)
		}
	}
	return uses
}

// asAddress reports whether what follows a text is in a tag of HTML, or is given to an include or a
// variable.
func asAddress(before string) bool {
	line := before[strings.LastIndexByte(before, '\n')+1:]
	if i := strings.LastIndex(line, "{%"); i >= 0 && !strings.Contains(line[i:], "%}") {
		return strings.Contains(line[i:], "assign") || strings.Contains(line[i:], "include") ||
			strings.Contains(line[i:], "for ")
	}
	return strings.LastIndexByte(before, '<') > strings.LastIndexByte(before, '>')
}

// printedAt finds an output that begins right before a key.
var printedAt = regexp.MustCompile(`{{-?\s*$`)

func submatch(text string, m []int, n int) string {
	if m[2*n] < 0 {
		return ""
	}
	return text[m[2*n]:m[2*n+1]]
}

// fieldsOf are the keys that a text reads of a variable.
func fieldsOf(text, variable string) (fields []string) {
	for _, m := range regexp.MustCompile(`\b`+variable+`\.([A-Za-z_][\w-]*)`).FindAllStringSubmatch(text, -1) {
		if m[1] != "size" {
			fields = append(fields, m[1])
		}
	}
	return fields
}
