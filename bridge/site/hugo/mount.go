package hugo

import (
	"io/fs"
	"path"
	"sort"
	"strings"

	"gitpost/bridge/site/generator"
)

// mount is a folder of the repository that is mounted as a folder of the site.
type mount struct {
	source  string // "content/fr"
	target  string // below content or static: "", "blog"
	lang    *language
	include []pathGlob
	exclude []pathGlob
	exists  bool // when the configuration was read
	single  bool // source is a file, target the whole path at which it is mounted
}

// readMounts lists the folders that hold content and static files: those of module.mounts, else
// contentDir (of each language) and staticDir; then those of themes, in which the site's own files
// hide others.
func (h *site) readMounts(tree fs.FS) {
	configured := map[string]bool{}
	for _, m := range h.settings.tables("module", "mounts") {
		component, below, _ := strings.Cut(path.Clean(m.text("target")), "/")
		mount := mount{source: path.Clean(m.text("source")), target: below}
		if name := m.text("lang"); name != "" {
			mount.lang = h.languages[name]
		} else if names := m.words("sites", "matrix", "languages"); len(names) > 0 {
			mount.lang = h.languages[names[0]]
		}
		mount.single = below != "" && generator.IsFile(tree, mount.source)
		mount.include, mount.exclude = h.mountFilters(m)
		configured[component] = true
		switch component {
		case "content":
			h.mounts = append(h.mounts, mount)
		case "static":
			h.statics = append(h.statics, mount)
		}
	}
	if !configured["content"] {
		h.addContentDirs()
	}
	if !configured["static"] {
		for _, dir := range staticDirs(h.settings) {
			h.statics = append(h.statics, mount{source: path.Clean(dir)})
		}
	}
	themes := orElse(h.settings.text("themesdir"), func() string { return "themes" })
	for _, theme := range h.settings.words("theme") {
		dir := path.Join(themes, theme)
		if generator.IsDir(tree, dir+"/content") {
			h.mounts = append(h.mounts, mount{source: dir + "/content"})
		}
		if generator.IsDir(tree, dir+"/static") {
			h.statics = append(h.statics, mount{source: dir + "/static"})
		}
	}
	for i := range h.mounts {
		h.mounts[i].exists = generator.IsDir(tree, h.mounts[i].source)
	}
	// A folder mounted out of another mounted folder belongs to the inner mount.
	sort.SliceStable(h.mounts, func(i, j int) bool {
		return strings.HasPrefix(h.mounts[i].source, h.mounts[j].source+"/")
	})
}

// addContentDirs mounts contentDir, and a language's own as holding that language.
func (h *site) addContentDirs() {
	base := path.Clean(orElse(h.settings.text("contentdir"), func() string { return "content" }))
	names := make([]string, 0, len(h.languages))
	for name := range h.languages {
		names = append(names, name)
	}
	sort.Strings(names)
	shared := false
	for _, name := range names {
		if h.languages[name].disabled && h.rules.dropsDisabled {
			continue
		}
		dir := base
		if own := h.settings.text("languages", name, "contentdir"); own != "" {
			dir = path.Clean(own)
		}
		if dir != base {
			h.mounts = append(h.mounts, mount{source: dir, lang: h.languages[name]})
		} else if !shared {
			shared = true
			h.mounts = append(h.mounts, mount{source: dir})
		}
	}
}

func (h *site) mountFilters(m settings) (include, exclude []pathGlob) {
	compile := func(patterns []string) (globs []pathGlob) {
		for _, p := range patterns {
			if g, err := newPathGlob(strings.TrimPrefix(p, "/")); err == nil {
				globs = append(globs, g)
			}
		}
		return globs
	}
	var in, out []string
	for _, p := range m.words("files") {
		if negated, ok := strings.CutPrefix(p, "!"); ok {
			out = append(out, strings.TrimSpace(negated))
		} else {
			in = append(in, p)
		}
	}
	in = append(in, m.words("includefiles")...)
	out = append(out, m.words("excludefiles")...)
	return compile(in), compile(out)
}

func staticDirs(s settings) []string {
	dirs := s.words("staticdir")
	for _, n := range "0123456789" {
		dirs = append(dirs, s.words("staticdir"+string(n))...)
	}
	dirs = append(dirs, s.words("staticdir10")...)
	if len(dirs) == 0 {
		return []string{"static"}
	}
	return dirs
}

// below returns a path below the mount's folder; ok is false for a path outside it.
func (m *mount) below(file string) (below string, ok bool) {
	if m.single {
		return path.Base(m.target), file == m.source
	}
	if m.source == "." {
		return file, true
	}
	if len(file) <= len(m.source) || file[len(m.source)] != '/' || file[:len(m.source)] != m.source {
		return "", false
	}
	below = file[len(m.source)+1:]
	if len(m.include) > 0 && !matchesAny(m.include, below) {
		return "", false
	}
	return below, !matchesAny(m.exclude, below)
}

func matchesAny(globs []pathGlob, p string) bool {
	for _, g := range globs {
		if g.match(p) {
			return true
		}
	}
	return false
}
