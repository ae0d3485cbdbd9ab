package site

import (
	"bytes"
	"cmp"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// HeadEdit is one file of the site, changed or made so that every page carries some lines in
// its <head>, or that the host sends them as headers.
type HeadEdit struct {
	Path string
	Data []byte // the whole file
	New  bool   // there was none
	Why  string // why this file: "the theme PaperMod includes it"
}

// Head finds how lines come into the <head> of the home page without touching a theme: by a
// file that the theme includes for that purpose, or else by the site's own layout. It changes
// nothing: an existing file keeps its bytes, and gets the lines between marks of ours, which
// are found and renewed the next time. done tells that they are there already. Where there is
// no way, edit is nil and advice says what a person can do.
func (s *Site) Head(tree fs.FS, lines []string) (edit *HeadEdit, done bool, advice string) {
	h := newHeadFinder(s, tree)
	if edit := h.byHook(lines); edit != nil {
		return h.settle(edit)
	}
	if edit := h.byLayout(lines); edit != nil {
		return h.settle(edit)
	}
	return nil, false, h.advice()
}

// HeadersFile is the same for the headers file of Netlify and Cloudflare Pages: block is the
// part that has the headers of the home page. It gives no edit when nothing in the
// repository tells that its host reads such a file.
func (s *Site) HeadersFile(tree fs.FS, block string) (edits []HeadEdit, done bool) {
	h := newHeadFinder(s, tree)
	folder := ""
	if s.profile.name() == "hugo" {
		folder, _ = s.profile.staticDir()
	}
	name := path.Join(folder, "_headers")
	why := h.readsHeaders(folder)
	if why == "" {
		return nil, false
	}
	before, err := fs.ReadFile(tree, name)
	isNew := err != nil
	data := withBlock(before, marks{"# gitpost: where apps find the way to post", "# gitpost: end"}, block)
	if bytes.Equal(data, before) {
		return nil, true
	}
	edits = []HeadEdit{{Path: name, Data: data, New: isNew, Why: why}}
	if isNew && s.profile.name() == "jekyll" {
		config := configurationOf(tree, "jekyll")
		text, err := fs.ReadFile(tree, config)
		if err != nil {
			return nil, false
		}
		included, ok := withInclude(string(text), "_headers")
		if !ok {
			return nil, false
		}
		edits = append(edits, HeadEdit{Path: config, Data: []byte(included), Why: "Jekyll leaves out files that begin with _ unless they are listed here"})
	}
	return edits, false
}

// A hook is a file that a theme includes into the <head> and that is the site's to write.
type hook struct {
	file   string   // below layouts/partials or _includes
	themes []string // last elements of their names, in lower case
	begin  string   // what the theme's own file has, and must not get lost
}

var hugoHooks = []hook{
	{file: "extend_head.html", themes: []string{"papermod", "hugo-papermod"}},
	{file: "extend-head.html", themes: []string{"blowfish", "congo"}},
	{file: "head-additions.html", themes: []string{"ananke", "gohugo-theme-ananke"}},
	{file: "head/custom.html", themes: []string{"stack", "hugo-theme-stack"}},
	{file: "docs/inject/head.html", themes: []string{"book", "hugo-book"}},
	{file: "hooks/head-end.html", themes: []string{"docsy"}},
	{file: "custom/head-end.html", themes: []string{"hextra"}},
	{file: "head/extensions.html", themes: []string{"hugo-coder"}},
	{file: "extended_head.html", themes: []string{"terminal", "hugo-theme-terminal", "hello-friend", "hugo-theme-hello-friend"}},
	{file: "custom_head.html", themes: []string{"hugo-bearblog", "bearblog"}},
	{file: "head_custom.html", themes: []string{"hugo-xmin", "beautifulhugo"}},
	{file: "extra-head.html"},
	{file: "extra_head.html"},
	{file: "custom-head.html"},
	{file: "head-custom.html"},
	{file: "head-extra.html"},
}

var jekyllHooks = []hook{
	{file: "head/custom.html", themes: []string{"minimal-mistakes", "minimal-mistakes-jekyll"}},
	{file: "head_custom.html", themes: []string{"just-the-docs"}},
	{file: "metadata-hook.html", themes: []string{"jekyll-theme-chirpy"}},
	{file: "my-head.html", themes: []string{"jekyll-theme-hydejack", "hydejack"}},
	{file: "head-custom.html", begin: "{% include head-custom-google-analytics.html %}\n", themes: []string{
		"jekyll-theme-cayman", "jekyll-theme-architect", "jekyll-theme-dinky", "jekyll-theme-hacker", "jekyll-theme-leap-day", "jekyll-theme-merlot",
		"jekyll-theme-midnight", "jekyll-theme-minimal", "jekyll-theme-modernist", "jekyll-theme-slate", "jekyll-theme-tactile", "jekyll-theme-time-machine",
	}},
	{file: "custom-head.html"}, // minima's from 3.0 on
	{file: "custom_head.html"},
	{file: "extra-head.html"},
}

// headFinder looks at the site's layouts and those of themes that are in the repository.
type headFinder struct {
	site  *Site
	tree  fs.FS
	hooks []hook
	marks marks
	own   map[string]string // text by path in the repository: layouts of the site itself
	texts map[string]string // text by path below the layouts: those in force
	theme map[string]string // text by path below the layouts: the themes'
}

func newHeadFinder(s *Site, tree fs.FS) *headFinder {
	h := &headFinder{site: s, tree: tree, own: map[string]string{}, texts: map[string]string{}, theme: map[string]string{}}
	if s.profile.name() == "jekyll" {
		h.hooks = jekyllHooks
		h.marks = marks{"{%- comment -%} gitpost: where apps find the way to post {%- endcomment -%}", "{%- comment -%} gitpost: end {%- endcomment -%}"}
		h.read("_layouts", "_layouts/", true)
		h.read("_includes", "_includes/", true)
		return h
	}
	h.hooks = hugoHooks
	h.marks = marks{"{{/* gitpost: where apps find the way to post */}}", "{{/* gitpost: end */}}"}
	for _, name := range themeNames(s.profile) {
		h.read(path.Join("themes", name, "layouts"), "", false)
	}
	h.read("layouts", "", true)
	return h
}

// read takes in a folder of layouts; the site's own win over a theme's of the same name.
func (h *headFinder) read(folder, prefix string, own bool) {
	files := 0
	_ = fs.WalkDir(h.tree, folder, func(name string, d fs.DirEntry, err error) error { // a folder that is not there holds nothing
		if err != nil || !d.Type().IsRegular() || path.Ext(name) != ".html" {
			return nil
		}
		if files++; files > mostThemeFiles {
			return fs.SkipAll
		}
		data, err := fs.ReadFile(h.tree, name)
		if err != nil || len(data) > largestThemeFile {
			return nil
		}
		below := prefix + strings.TrimPrefix(name, folder+"/")
		below = strings.Replace(below, "_partials/", "partials/", 1)
		if own {
			h.own[name] = string(data)
		} else {
			h.theme[below] = string(data)
		}
		h.texts[below] = string(data)
		return nil
	})
}

// partialCall finds {{ partial "extend_head.html" . }} and its like; includeCall {% include head/custom.html %}.
var (
	partialCall = regexp.MustCompile("(?:partial|partialCached|template)\\s+[\"`](?:partials/|_partials/)?([\\w./-]+)[\"`]")
	includeCall = regexp.MustCompile(`{%-?\s*include(?:_cached)?\s+["']?([\w./-]+)`)
)

// called gives the files that the layouts in force include, with the layout that does.
func (h *headFinder) called() map[string]string {
	calls := map[string]string{}
	pattern := partialCall
	if h.site.profile.name() == "jekyll" {
		pattern = includeCall
	}
	for name, text := range h.texts {
		for _, m := range pattern.FindAllStringSubmatch(text, -1) {
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
	for _, k := range h.hooks {
		if by := calls[k.file]; by != "" {
			return h.write(k, lines, by+" includes it")
		}
	}
	for _, theme := range h.themes() {
		for _, k := range h.hooks {
			if slices.Contains(k.themes, strings.ToLower(theme)) {
				return h.write(k, lines, "the theme "+theme+" includes it")
			}
		}
	}
	return nil
}

// themes are the last elements of the names of the site's themes.
func (h *headFinder) themes() []string {
	if h.site.profile.name() == "hugo" {
		names := themeNames(h.site.profile)
		for i, name := range names {
			if moduleMajor.MatchString(path.Base(name)) {
				name = path.Dir(name)
			}
			names[i] = path.Base(name)
		}
		return names
	}
	var names []string
	for _, key := range []string{"remote_theme", "theme"} {
		if v, ok := h.site.profile.setting(key); ok {
			name, _ := v.(string)
			name, _, _ = strings.Cut(name, "@")
			if name = path.Base(name); name != "." {
				names = append(names, name)
			}
		}
	}
	return names
}

var moduleMajor = regexp.MustCompile(`^v[0-9]+$`)

func (h *headFinder) write(k hook, lines []string, why string) *HeadEdit {
	folder, inTheme := "_includes", ""
	if h.site.profile.name() == "hugo" {
		folder, inTheme = "layouts/partials", h.theme["partials/"+k.file]
		if isDir(h.tree, "layouts/_partials") {
			folder = "layouts/_partials"
		}
		for _, other := range []string{"layouts/partials", "layouts/_partials"} {
			if isFile(h.tree, path.Join(other, k.file)) {
				folder = other
			}
		}
	}
	name := path.Join(folder, k.file)
	before, err := fs.ReadFile(h.tree, name)
	if err != nil {
		before = []byte(cmp.Or(inTheme, k.begin)) // the site's file will stand in for the theme's
	}
	return &HeadEdit{Path: name, New: err != nil, Why: why, Data: withBlock(before, h.marks, strings.Join(lines, "\n")+"\n")}
}

// byLayout writes into the one layout of the site itself that has the home page's head.
func (h *headFinder) byLayout(lines []string) *HeadEdit {
	var with []string
	for name, text := range h.own {
		if headEnd.MatchString(text) {
			with = append(with, name)
		}
	}
	if home := "index.html"; h.site.profile.name() == "jekyll" && len(with) == 0 {
		if data, err := fs.ReadFile(h.tree, home); err == nil && headEnd.Match(data) {
			h.own[home] = string(data)
			with = append(with, home)
		}
	}
	if len(with) == 0 {
		return nil
	}
	slices.Sort(with)
	name := with[0]
	for _, usual := range []string{
		"layouts/partials/head.html", "layouts/_partials/head.html", "layouts/_default/baseof.html", "layouts/baseof.html", "layouts/index.html", "layouts/home.html",
		"_includes/head.html", "_layouts/default.html", "_layouts/base.html", "_layouts/home.html",
	} {
		if slices.Contains(with, usual) {
			name = usual
			break
		}
	}
	text := h.own[name]
	return &HeadEdit{Path: name, Data: []byte(beforeHeadEnd(text, h.marks, lines)), Why: "it is the site's own layout, and has the head"}
}

var headEnd = regexp.MustCompile(`(?i)[ \t]*</head\s*>`)

func beforeHeadEnd(text string, m marks, lines []string) string {
	if strings.Contains(text, m.begin) {
		return string(withBlock([]byte(text), m, strings.Join(lines, "\n")+"\n"))
	}
	eol := lineEnding(text)
	at := headEnd.FindStringIndex(text)
	indent := text[at[0] : at[0]+strings.IndexByte(text[at[0]:at[1]], '<')]
	start := ""
	if at[0] > 0 && text[at[0]-1] != '\n' {
		start, indent = eol, "" // behind something else in its line
	}
	block := strings.Join(append(append([]string{m.begin}, lines...), m.end), eol+indent)
	return text[:at[0]] + start + indent + block + eol + text[at[0]:]
}

// settle tells an edit that changes nothing from one that does.
func (h *headFinder) settle(edit *HeadEdit) (*HeadEdit, bool, string) {
	before, err := fs.ReadFile(h.tree, edit.Path)
	if err == nil && bytes.Equal(before, edit.Data) {
		return edit, true, ""
	}
	return edit, false, ""
}

// advice is what a person can do where no file of the site leads into the head.
func (h *headFinder) advice() string {
	themes := strings.Join(h.themes(), " and ")
	switch {
	case h.site.profile.name() == "hugo" && themes == "":
		return "put them before </head> in the layout that your theme uses for the head, copied to the same path below layouts/"
	case h.site.profile.name() == "hugo":
		return "see the documentation of the theme " + themes + " for the partial that it includes into the head; where it has none, copy its partial with </head> to the same path below layouts/ and put them in there"
	case themes == "minima":
		return "minima before 3.0 has no place for them: copy the theme's head.html to _includes/head.html (bundle info --path minima tells where it is) and put them before </head>"
	case themes == "":
		return "put them before </head> in the layout of your pages"
	}
	return "see the documentation of the theme " + themes + " for the file that it includes into the head; where it has none, copy its file with </head> to the same path in your site and put them in there"
}

// readsHeaders tells what in the repository says that its host reads a headers file.
func (h *headFinder) readsHeaders(folder string) string {
	for _, name := range []string{path.Join(folder, "_headers"), path.Join(folder, "_redirects")} {
		if isFile(h.tree, name) {
			return name + " is there, which Netlify and Cloudflare Pages read"
		}
	}
	if isFile(h.tree, "netlify.toml") {
		return "netlify.toml is there: Netlify reads it"
	}
	for _, name := range []string{"wrangler.toml", "wrangler.json", "wrangler.jsonc"} {
		if isFile(h.tree, name) {
			return name + " is there: Cloudflare Pages reads it"
		}
	}
	return ""
}
