package hugo

import (
	"path"
	"slices"
	"strings"
	"text/template/parse"

	"gitpost/bridge/site/generator"
)

// layouts are the layouts of a site and its themes, by their paths below the folders of layouts. A
// file of the site hides one of a theme.
type layouts struct {
	texts map[string]string
	from  map[string]string                 // the files in the repository
	trees map[string]map[string]*parse.Tree // parsed when first needed; nil for what cannot be
	uses  map[string]*keyUse                // by key in lower case
	given int                               // calls of partials with a dictionary that were followed
}

// A keyUse is what was seen of one key.
type keyUse struct {
	shapes   []generator.Shape
	fields   []string // read of maps
	any      bool     // a layout asks for the form of the value, and works with several
	file     string   // the first that reads it
	shown    map[string]string
	pictured map[string]string
	every    map[string]string
}

func newLayouts(texts, from map[string]string) *layouts {
	return &layouts{texts: texts, from: from, trees: map[string]map[string]*parse.Tree{}, uses: map[string]*keyUse{}}
}

// parsed returns the templates that a file defines; nil when it cannot be parsed.
func (l *layouts) parsed(file string) map[string]*parse.Tree {
	trees, done := l.trees[file]
	if done {
		return trees
	}
	t := parse.New(file)
	t.Mode = parse.SkipFuncCheck
	trees = map[string]*parse.Tree{}
	if _, err := t.Parse(l.texts[file], "", "", trees); err != nil {
		trees = nil
	}
	l.trees[file] = trees
	return trees
}

// called returns the files that a partial or a view may be: several when its name is computed.
func (l *layouts) called(name string) (files []string) {
	name = strings.TrimPrefix(name, "/")
	if path.Ext(name) == "" {
		name += ".html"
	}
	for _, dir := range []string{"partials/", "_partials/", ""} {
		if _, ok := l.texts[dir+name]; ok {
			return []string{dir + name}
		}
	}
	return nil
}

// begunWith are the partials whose name begins with the constant part of a computed one.
func (l *layouts) begunWith(prefix string) (files []string) {
	if !strings.Contains(prefix, "/") {
		return nil
	}
	for file := range l.texts {
		below, ok := strings.CutPrefix(strings.TrimPrefix(file, "_"), "partials/")
		if ok && strings.HasPrefix(below, prefix) {
			files = append(files, file)
		}
	}
	slices.Sort(files)
	return files
}

// views are the files of a content view, which .Render "name" uses.
func (l *layouts) views(name string) (files []string) {
	for file := range l.texts {
		if path.Base(file) == name+".html" && !strings.HasPrefix(strings.TrimPrefix(file, "_"), "partials/") {
			files = append(files, file)
		}
	}
	slices.Sort(files)
	return files
}

// singleNames are the names of layouts of a single page, below the folder of a section or type.
var singleNames = []string{"single", "page"}

// folderOf is the section or type to which a layout belongs, "" for the usual one. ok is false for
// a file that is no layout of the names.
func folderOf(file string, names []string) (folder string, ok bool) {
	dir, base := path.Split(strings.TrimSuffix(file, path.Ext(file)))
	base, _, _ = strings.Cut(base, ".")
	if !slices.Contains(names, base) {
		return "", false
	}
	switch dir = strings.TrimSuffix(dir, "/"); {
	case dir == "" || dir == "_default":
		return "", true
	case strings.Contains(dir, "/") || strings.HasPrefix(strings.TrimPrefix(dir, "_"), "partials"):
		return "", false
	}
	return dir, true
}

// reads says what the layouts do with the keys of posts.
func (l *layouts) reads(posts sections) generator.Reads {
	reads := l.read()
	names := []string{path.Base(posts.posts)}
	for _, folder := range posts.main {
		names = append(names, path.Base(folder))
	}
	reads.Lists = l.lists(names)
	reads.Lists.File = l.from[reads.Lists.File]
	return reads
}

// marksEntries reports whether a layout says in microformats what a post is.
func (l *layouts) marksEntries() bool {
	for _, text := range l.texts {
		if strings.Contains(text, "h-entry") {
			return true
		}
	}
	return false
}

// renderPictures reports whether a layout renders the pictures of Markdown.
func (l *layouts) renderPictures() bool {
	for file := range l.texts {
		if strings.Contains(file, "_markup/render-image") {
			return true
		}
	}
	return false
}

// read looks at all layouts.
func (l *layouts) read() generator.Reads {
	out := generator.Reads{Keys: map[string]generator.Reading{}, Fold: true, Layouts: map[string]bool{}}
	called := map[string]bool{}
	for _, file := range l.files() {
		in := l.interpret(file, "", false)
		for name := range in.calls {
			called[name] = true
		}
	}
	roots := map[string][]string{}
	for _, file := range l.files() {
		if folder, ok := folderOf(file, singleNames); ok {
			roots[folder] = append(roots[folder], file)
			out.Layouts[folder] = true
		}
	}
	if len(roots) == 0 { // those of a theme that is not here, with some of its partials replaced
		out.Layouts[""], out.Partial = true, true
		for _, file := range l.files() {
			isPartial := strings.HasPrefix(strings.TrimPrefix(file, "_"), "partials/")
			if isPartial && !called[file] {
				roots[""] = append(roots[""], file)
			}
		}
	}
	for folder, files := range roots {
		for _, base := range []string{"_default/baseof.html", "baseof.html", folder + "/baseof.html"} {
			if _, ok := l.texts[base]; ok {
				files = append(files, base)
			}
		}
		l.follow(folder, files)
	}
	for key, use := range l.uses {
		out.Keys[key] = use.reading()
	}
	return out
}

// follow notes what the layouts of a folder and the partials that they pass their page to show.
func (l *layouts) follow(folder string, files []string) {
	seen := map[string]bool{}
	for len(files) > 0 {
		file := files[0]
		files = files[1:]
		if seen[file] || generator.ForMachines(file) {
			continue
		}
		seen[file] = true
		in := l.interpret(file, folder, true)
		for name := range in.passes {
			files = append(files, name)
		}
	}
}

func (l *layouts) files() []string {
	files := make([]string, 0, len(l.texts))
	for file := range l.texts {
		files = append(files, file)
	}
	slices.Sort(files)
	return files
}

func (u *keyUse) reading() generator.Reading {
	r := generator.Reading{File: u.file, Shown: u.shown, Pictured: u.pictured, Every: u.every}
	if !u.any {
		r.Shape = generator.Common(u.shapes).Fields(u.fields)
	}
	return r
}
