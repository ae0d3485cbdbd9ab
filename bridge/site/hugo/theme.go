package hugo

import (
	"cmp"
	"io/fs"
	"path"
	"slices"
	"strings"

	"gitpost/bridge/site/generator"
)

// vendored is where hugo mod vendor puts modules.
const vendored = "_vendor"

// themeNames are the themes that the configuration names. The first has precedence.
func (h *site) themeNames() (names []string) {
	all := h.settings.words("theme")
	for _, m := range h.settings.tables("module", "imports") {
		if !m.truth("disable") {
			all = append(all, m.text("path"))
		}
	}
	for _, name := range all {
		if fs.ValidPath(name) && name != "." {
			names = append(names, name)
		}
	}
	return names
}

// themes are the themes and modules of the site.
type themes struct {
	folders []string        // of those whose files are in the repository; the first has precedence
	absent  []string        // the names of the others
	known   generator.Theme // what is known of the first of the absent
}

func (h *site) readThemes(tree fs.FS) (t themes) {
	for _, theme := range h.themeNames() {
		if folder := h.themeFolder(tree, theme); folder != "" {
			t.folders = append(t.folders, folder)
			continue
		}
		t.absent = append(t.absent, theme)
		if t.known.Name == "" {
			t.known = generator.KnownTheme(name, theme)
		}
	}
	for _, module := range vendoredModules(tree) { // with those that a theme imports itself
		if folder := path.Join(vendored, module); !slices.Contains(t.folders, folder) && generator.IsDir(tree, folder) {
			t.folders = append(t.folders, folder)
		}
	}
	return t
}

// themeFolder is the folder of a theme's files, "" when they are not in the repository.
func (h *site) themeFolder(tree fs.FS, name string) string {
	for _, folder := range []string{path.Join(vendored, name), path.Join(h.themesDir(), name)} {
		if fs.ValidPath(folder) && hasFiles(tree, folder) {
			return folder
		}
	}
	return ""
}

// themesDir is the folder of themes; outside of the repository for "../..".
func (h *site) themesDir() string { return path.Clean(cmp.Or(h.settings.text("themesdir"), "themes")) }

// hasFiles reports whether a folder is there and not empty, as that of a submodule that was not
// fetched is.
func hasFiles(tree fs.FS, folder string) bool {
	entries, err := fs.ReadDir(tree, folder)
	return err == nil && len(entries) > 0
}

// vendoredModules are the paths in _vendor/modules.txt, which has a line for each module:
// "# github.com/owner/theme v1.2.3".
func vendoredModules(tree fs.FS) (names []string) {
	text, err := fs.ReadFile(tree, vendored+"/modules.txt")
	if err != nil {
		return nil
	}
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		if len(words) >= 2 && words[0] == "#" && fs.ValidPath(words[1]) {
			names = append(names, words[1])
		}
	}
	return names
}

// layoutFolders are the folders of layouts. A later one has precedence.
func (h *site) layoutFolders() (folders []generator.LayoutFolder) {
	for _, folder := range slices.Backward(h.themes.folders) {
		folders = append(folders, generator.LayoutFolder{Folder: path.Join(folder, "layouts")})
	}
	return append(folders, generator.LayoutFolder{Folder: "layouts", Own: true})
}
