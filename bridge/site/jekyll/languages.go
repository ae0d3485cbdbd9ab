package jekyll

import (
	"io/fs"
	"slices"

	"gitpost/bridge/site/generator"
)

// languages are those that the plugins for sites in several languages read from languages in the
// configuration: jekyll-polyglot, for which lang in the front matter decides, and
// jekyll-multiple-languages-plugin, which takes its posts from a folder for each language.
func (j *site) languages(tree fs.FS) generator.Languages {
	names, _ := j.configuration.list("languages")
	byFolder := configuredPlugin(tree, j.configuration, "jekyll-multiple-languages-plugin")
	if len(names) < 2 || !byFolder && !configuredPlugin(tree, j.configuration, "jekyll-polyglot") {
		return generator.Languages{}
	}
	if first := j.configuration.text("default_lang", names[0]); slices.Contains(names, first) {
		names = append([]string{first}, slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == first })...)
	}
	l := generator.Languages{Names: names}
	if byFolder {
		l.Refusal = "the plugin jekyll-multiple-languages-plugin has other folders for posts in other languages, " +
			"and gitpost does not write there"
	}
	return l
}
