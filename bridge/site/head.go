package site

import (
	"bytes"
	"cmp"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"gitpost/bridge/site/generator"
)

// HeadEdit is one file of the site, changed or made so that every page carries some lines in
// its <head>, or that the host sends them as headers.
type HeadEdit struct {
	Path string
	Data []byte // the whole file
	New  bool   // there was none
	Why  string // why this file: "the theme PaperMod includes it"
}

// Head finds a way to put lines into the <head> of the home page without touching a theme: a file
// that the theme includes for that purpose, the site's own layout, a setting that the theme reads,
// or a copy of the theme's layout that has the head. It changes nothing itself. An existing file
// keeps its bytes and gets the lines between two comments, which are found and renewed the next
// time. done reports that they are there already. advice says what a person must do, where there is
// no way or none for all of the lines.
func (s *Site) Head(tree fs.FS, lines []string) (edits []HeadEdit, done bool, advice string) {
	h := newHeadFinder(s, tree)
	setting, rest := h.bySetting(lines)
	if setting != nil && h.has(*setting) {
		if setting, lines = nil, rest; len(lines) == 0 {
			return nil, true, ""
		}
	}
	for _, find := range []func([]string) *HeadEdit{h.byHook, h.byLayout} {
		if edit := find(lines); edit != nil {
			edits, done = h.result(*edit)
			return edits, done, ""
		}
	}
	if setting != nil {
		edits, lines = append(edits, *setting), rest
	}
	switch copied := h.byCopy(lines); {
	case len(lines) == 0:
	case copied != nil:
		edits = append(edits, *copied)
	default:
		advice = h.Advice
	}
	if advice == "" {
		edits, done = h.result(edits...)
	}
	return edits, done, advice
}

// HeadersFile is the same for the headers file of Netlify and Cloudflare Pages: block is the
// part that has the headers of the home page. It returns no edit if nothing in the
// repository says that its host reads such a file.
func (s *Site) HeadersFile(tree fs.FS, block string) (edits []HeadEdit, done bool) {
	head := &s.rules.Head
	why := readsHeaders(tree, head.HeadersFolder)
	if why == "" {
		return nil, false
	}
	name := path.Join(head.HeadersFolder, "_headers")
	before, err := fs.ReadFile(tree, name)
	isNew := err != nil
	data := withBlock(before, "# gitpost: where apps find the way to post", "# gitpost: end", block)
	if bytes.Equal(data, before) {
		return nil, true
	}
	edits = []HeadEdit{{Path: name, Data: data, New: isNew, Why: why}}
	if isNew && head.Publish != nil {
		config, text, why, ok := head.Publish(tree, "_headers")
		if !ok {
			return nil, false
		}
		edits = append(edits, HeadEdit{Path: config, Data: text, Why: why})
	}
	return edits, false
}

// headFinder looks at the site's layouts and those of themes that are in the repository.
type headFinder struct {
	*generator.Head
	tree  fs.FS
	own   map[string]string // text by path in the repository: layouts of the site itself
	texts map[string]string // text by path below the layouts: those in force
	theme map[string]string // text by path below the layouts: the themes'
	from  map[string]string // path below the layouts as the theme has it, and its file in the repository
	known generator.Theme
}

func newHeadFinder(s *Site, tree fs.FS) *headFinder {
	h := &headFinder{Head: &s.rules.Head, tree: tree, own: map[string]string{}, texts: map[string]string{},
		theme: map[string]string{}, from: map[string]string{}, known: s.rules.Theme}
	for _, l := range h.Layouts {
		generator.WalkTheme(tree, l.Folder, func(below, text string) {
			if ext := path.Ext(below); ext != ".html" && !slices.Contains(h.Extensions, ext) {
				return
			}
			name, original := path.Join(l.Folder, below), below
			below = strings.Replace(l.Prefix+below, "_partials/", "partials/", 1)
			if l.Own {
				h.own[name] = text
			} else {
				h.theme[below] = text
				h.from[below] = original + "\n" + name
			}
			h.texts[below] = text
		})
	}
	return h
}

// called returns the files that the layouts in force include, with the layout that does.
func (h *headFinder) called() map[string]string {
	calls := map[string]string{}
	if h.Include == nil {
		return calls
	}
	for name, text := range h.texts {
		for _, m := range h.Include.FindAllStringSubmatch(text, -1) {
			file := m[1]
			if path.Ext(file) == "" {
				file += ".html"
			}
			if by, seen := calls[file]; !seen || name < by {
				calls[file] = name
			}
		}
	}
	return calls
}

// byHook finds a file that the layouts include, or that a theme known by name includes.
func (h *headFinder) byHook(lines []string) *HeadEdit {
	calls := h.called()
	for _, k := range h.Hooks {
		if by := calls[k.File]; by != "" {
			return h.write(k, lines, by+" includes it")
		}
	}
	for _, file := range slices.Sorted(maps.Keys(calls)) {
		if h.HookName != nil && h.HookName.MatchString(file) && !headTag.MatchString(h.texts[h.HookPath+file]) {
			return h.write(generator.Hook{File: file}, lines, calls[file]+" includes it")
		}
	}
	if h.known.Head != "" {
		return h.write(h.hook(h.known.Head), lines, "the theme "+h.known.Name+" includes it")
	}
	for _, theme := range h.Themes {
		for _, k := range h.Hooks {
			if slices.Contains(k.Themes, strings.ToLower(theme)) {
				return h.write(k, lines, "the theme "+theme+" includes it")
			}
		}
	}
	return nil
}

var headTag = regexp.MustCompile(`(?i)</?head[\s>]`)

func (h *headFinder) hook(file string) generator.Hook {
	for _, k := range h.Hooks {
		if k.File == file {
			return k
		}
	}
	return generator.Hook{File: file}
}

func (h *headFinder) write(k generator.Hook, lines []string, why string) *HeadEdit {
	name := path.Join(h.HookDirs[0], k.File)
	for _, dir := range h.HookDirs {
		if file := path.Join(dir, k.File); generator.IsFile(h.tree, file) {
			name = file
			break
		}
	}
	before, err := fs.ReadFile(h.tree, name)
	if err != nil {
		before = []byte(cmp.Or(h.theme[h.HookPath+k.File], k.Begin)) // the site's file will replace the theme's
	}
	return &HeadEdit{Path: name, New: err != nil, Why: why,
		Data: withBlock(before, h.Begin, h.End, strings.Join(lines, "\n")+"\n")}
}

// byLayout writes into the one layout of the site itself that has the home page's head.
func (h *headFinder) byLayout(lines []string) *HeadEdit {
	var with []string
	for name, text := range h.own {
		if headEnd.MatchString(text) {
			with = append(with, name)
		}
	}
	for _, page := range h.Pages {
		if data, err := fs.ReadFile(h.tree, page); err == nil && len(with) == 0 && headEnd.Match(data) {
			h.own[page] = string(data)
			with = append(with, page)
		}
	}
	if len(with) == 0 {
		return nil
	}
	slices.Sort(with)
	name := with[0]
	for _, usual := range h.Usual {
		if slices.Contains(with, usual) {
			name = usual
			break
		}
	}
	text := h.own[name]
	return &HeadEdit{Path: name, Data: []byte(h.beforeHeadEnd(text, lines)),
		Why: "it is the site's own layout, and has the head"}
}

var headEnd = regexp.MustCompile(`(?i)[ \t]*</head\s*>`)

func (h *headFinder) beforeHeadEnd(text string, lines []string) string {
	if strings.Contains(text, h.Begin) {
		return string(withBlock([]byte(text), h.Begin, h.End, strings.Join(lines, "\n")+"\n"))
	}
	eol := lineEnding(text)
	at := headEnd.FindStringIndex(text)
	indent := text[at[0] : at[0]+strings.IndexByte(text[at[0]:at[1]], '<')]
	start := ""
	if at[0] > 0 && text[at[0]-1] != '\n' {
		start, indent = eol, "" // behind something else in its line
	}
	block := strings.Join(append(append([]string{h.Begin}, lines...), h.End), eol+indent)
	return text[:at[0]] + start + indent + block + eol + text[at[0]:]
}

// result leaves out the edits that change nothing, because what they write is there already, and
// reports whether none is left.
func (h *headFinder) result(edits ...HeadEdit) (changed []HeadEdit, done bool) {
	for _, edit := range edits {
		if !h.has(edit) {
			changed = append(changed, edit)
		}
	}
	return changed, len(changed) == 0 && len(edits) > 0
}

// has reports whether the repository has what an edit would write.
func (h *headFinder) has(edit HeadEdit) bool {
	before, err := fs.ReadFile(h.tree, edit.Path)
	return err == nil && bytes.Equal(before, edit.Data)
}

// readsHeaders returns what in the repository says that its host reads a headers file.
func readsHeaders(tree fs.FS, folder string) string {
	for _, name := range []string{path.Join(folder, "_headers"), path.Join(folder, "_redirects")} {
		if generator.IsFile(tree, name) {
			return name + " is there, which Netlify and Cloudflare Pages read"
		}
	}
	if generator.IsFile(tree, "netlify.toml") {
		return "netlify.toml is there: Netlify reads it"
	}
	for _, name := range []string{"wrangler.toml", "wrangler.json", "wrangler.jsonc"} {
		if generator.IsFile(tree, name) {
			return name + " is there: Cloudflare Pages reads it"
		}
	}
	return ""
}
