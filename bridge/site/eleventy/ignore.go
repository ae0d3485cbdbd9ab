package eleventy

import (
	"io/fs"
	"path"
	"regexp"
	"strings"

	"gitpost/bridge/site/generator"
)

// readIgnored reads the files that name what Eleventy leaves out. Their lines are globs from their own
// folder, whatever Git makes of them, and those that begin with ! have no effect.
func (s *site) readIgnored(tree fs.FS) {
	files := generator.Distinct([]string{".gitignore", ".eleventyignore", path.Join(s.config.input, ".eleventyignore")})
	for _, file := range files {
		text, err := fs.ReadFile(tree, file)
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(text)) {
			line = strings.TrimSpace(line)
			if line == "" || line[0] == '#' || line[0] == '!' {
				continue
			}
			at := path.Join(path.Dir(file), line)
			s.ignored = append(s.ignored, generator.Glob(at))
			if generator.IsDir(tree, at) {
				s.ignored = append(s.ignored, generator.Glob(at+"/**"))
			}
		}
	}
}

// leavesOut reports whether Eleventy makes no page of a file or of what is in a folder.
func (s *site) leavesOut(file string) bool {
	c := s.config
	for _, folder := range []string{c.includes, c.layouts, c.data, c.output} {
		if folder != "" && folder != c.input && (file == folder || strings.HasPrefix(file, folder+"/")) {
			return true
		}
	}
	if strings.Contains("/"+file+"/", "/node_modules/") {
		return true
	}
	return matchesAny(s.ignored, file)
}

func matchesAny(globs []*regexp.Regexp, file string) bool {
	for _, glob := range globs {
		if glob.MatchString(file) {
			return true
		}
	}
	return false
}
