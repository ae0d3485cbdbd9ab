package hugo

import (
	"cmp"
	"io/fs"
	"path"
	"strings"

	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// setParams sets keys below params, in the file that has the others.
func (h *site) setParams(tree fs.FS, params []generator.Setting) (file string, data []byte, ok bool) {
	file = cmp.Or(h.from["params"], rootConfig(tree), generator.FindConfig(tree, configNames...))
	data, err := fs.ReadFile(tree, file)
	if err != nil {
		return "", nil, false
	}
	within := []string{"params"}
	if base, _, _ := strings.Cut(path.Base(file), "."); strings.EqualFold(base, "params") {
		within = nil
	}
	var settings []generator.Setting
	for _, p := range params {
		path := append(within[:len(within):len(within)], p.Path...)
		settings = append(settings, generator.Setting{Path: path, Value: p.Value})
	}
	data, ok = generator.EditSettings(file, data, settings, frontmatter.Dialect{FoldKeys: true})
	return file, data, ok
}
