package site

import (
	"io/fs"
	"path"
	"regexp"
	"strings"
	"text/template"
)

// A theme is what the site's layouts do, as far as writing a post must know it.
type theme struct {
	layouts    map[string]bool               // Jekyll: names in _layouts
	includes   map[string]bool               // Jekyll: paths in _includes
	tags       map[string]bool               // Jekyll: Liquid tags of _plugins; true: a block
	shortcodes map[string]bool               // Hugo: name → whether it wants a closing tag
	dropsHTML  bool                          // Hugo: HTML in Markdown is left out, with a warning
	reads      map[string]bool               // keys of posts that layouts read, in lower case
	templates  map[string]*template.Template // body templates of .gitpost/templates
}

// templateFolder is where a site keeps body templates of its own.
const templateFolder = ".gitpost/templates"

// Bounds of what is read of a theme.
const (
	mostThemeFiles   = 5000
	largestThemeFile = 1 << 20
)

// readTheme reads the layouts of the repository. A theme that is not in it (a module, a gem,
// a submodule) is unknown: it shows nothing but text.
func readTheme(tree fs.FS, p profile) theme {
	t := theme{
		layouts: map[string]bool{}, includes: map[string]bool{}, tags: map[string]bool{}, shortcodes: map[string]bool{},
		reads: map[string]bool{}, templates: map[string]*template.Template{},
	}
	folders := []string{"_layouts", "_includes", "_plugins"}
	if p.name() == "hugo" {
		folders = []string{"layouts"}
		for _, name := range themeNames(p) {
			folders = append(folders, path.Join("themes", name, "layouts"))
		}
	}
	files := 0
	for _, folder := range folders {
		_ = fs.WalkDir(tree, folder, func(name string, d fs.DirEntry, err error) error { // a folder that is not there holds nothing
			if err != nil || d.IsDir() {
				return nil
			}
			if files++; files > mostThemeFiles {
				return fs.SkipAll
			}
			rest := strings.TrimPrefix(name, folder+"/")
			text := ""
			if !binary[strings.ToLower(path.Ext(name))] {
				if data, err := fs.ReadFile(tree, name); err == nil && len(data) <= largestThemeFile {
					text = string(data)
				}
			}
			t.learn(path.Base(folder), rest, text)
			return nil
		})
	}
	for _, k := range kinds {
		data, err := fs.ReadFile(tree, path.Join(templateFolder, k.name+".md.tmpl"))
		if err != nil {
			continue
		}
		if parsed, err := bodyTemplate(k.name, string(data)); err == nil {
			t.templates[k.name] = parsed
		}
	}
	return t
}

var binary = map[string]bool{".png": true, ".jpg": true, ".jpeg": true, ".gif": true, ".webp": true, ".avif": true, ".ico": true, ".woff": true, ".woff2": true, ".ttf": true}

// themeNames are the themes that Hugo's configuration names.
func themeNames(p profile) []string {
	v, _ := p.setting("theme")
	names := stringsOf(v)
	imports, _ := p.setting("module", "imports")
	list, _ := imports.([]any)
	for _, item := range list {
		m, _ := item.(map[string]any)
		if name, _ := m["path"].(string); name != "" {
			names = append(names, name)
		}
	}
	var safe []string
	for _, name := range names {
		if fs.ValidPath(name) && name != "." {
			safe = append(safe, name)
		}
	}
	return safe
}

func (t *theme) learn(folder, name, text string) {
	bare := strings.TrimSuffix(name, path.Ext(name))
	switch folder {
	case "_includes":
		t.includes[name] = true
	case "_layouts":
		t.layouts[bare] = true
	case "_plugins":
		for _, m := range registeredTag.FindAllStringSubmatch(text, -1) {
			t.tags[m[1]] = strings.Contains(text, "Liquid::Block")
		}
		return
	case "layouts":
		for _, dir := range []string{"shortcodes/", "_shortcodes/"} {
			if rest, ok := strings.CutPrefix(bare, dir); ok {
				t.shortcodes[rest] = t.shortcodes[rest] || strings.Contains(text, ".Inner")
				return // a shortcode shows what it is called with, no post's keys
			}
		}
	}
	for _, m := range readKey.FindAllStringSubmatch(text, -1) {
		t.reads[strings.ToLower(m[1])] = true
	}
}

var (
	registeredTag = regexp.MustCompile(`register_tag\(?\s*["':]([A-Za-z_]\w*)`)
	// readKey finds .Params.photo, .Param "photo", index .Params "like-of", page.photo,
	// post["like-of"].
	readKey = regexp.MustCompile(`(?:\bParams?\.|\bParams?\s+["` + "`" + `]|\b(?:page|post|item|entry|p)\.|\b(?:page|post|item|entry)\[["'])([A-Za-z_][\w-]*)`)
)

// themeFile tells whether a change of the file changes what readTheme reads.
func themeFile(name string) bool {
	for _, folder := range []string{"layouts/", "themes/", "_layouts/", "_includes/", "_plugins/", templateFolder + "/"} {
		if strings.HasPrefix(name, folder) {
			return true
		}
	}
	return false
}
