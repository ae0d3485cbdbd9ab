package generator

import (
	"io/fs"
	"path"
	"strings"
)

// Bounds of what is read of a theme.
const (
	maxThemeFiles    = 5000
	maxThemeFileSize = 1 << 20
)

// WalkTheme calls visit with the files of a folder of layouts, and with their paths below the
// folder. A folder that is not there has none; of a picture or a file that is too large the
// text is "".
func WalkTheme(tree fs.FS, folder string, visit func(below, text string)) {
	files := 0
	_ = fs.WalkDir(tree, folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		if files++; files > maxThemeFiles {
			return fs.SkipAll
		}
		text := ""
		if !binary[strings.ToLower(path.Ext(name))] {
			if data, err := fs.ReadFile(tree, name); err == nil && len(data) <= maxThemeFileSize {
				text = string(data)
			}
		}
		visit(strings.TrimPrefix(name, folder+"/"), text)
		return nil
	})
}

var binary = map[string]bool{
	".png": true, ".jpg": true, ".jpeg": true, ".gif": true, ".webp": true, ".avif": true, ".ico": true, ".woff": true,
	".woff2": true, ".ttf": true,
}
