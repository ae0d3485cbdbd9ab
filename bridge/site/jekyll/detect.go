// Package jekyll knows what Jekyll 3 and 4 do with the files of a site: which file is published
// at which URL, how Ruby reads front matter and dates, and which Liquid in a text fails a build.
//
// The verified cases in testdata/site-cases are the specification.
package jekyll

import (
	"io/fs"
	"regexp"

	"gitpost/bridge/site/generator"
)

const name = "jekyll"

// Definition is Jekyll.
var Definition = generator.Definition{
	Name: name, Title: "Jekyll", ConfigFile: "_config.yml", ConfigNames: []string{"_config"},
	Detect: detect, Open: open,
}

func detect(tree fs.FS) generator.Detection {
	if file := generator.FindConfig(tree, "_config"); file != "" {
		if text, err := fs.ReadFile(tree, "package.json"); err == nil && hexo.Match(text) {
			return generator.Detection{Confidence: generator.OwnConfig, From: "package.json", Other: "Hexo"}
		}
		return generator.Detection{Confidence: generator.OwnConfig, From: file}
	}
	for _, dir := range []string{"_posts", "_layouts"} {
		if generator.IsDir(tree, dir) {
			return generator.Detection{Confidence: generator.OwnFolders, From: "the folder " + dir}
		}
	}
	return generator.Detection{}
}

// hexo finds the generator whose configuration has the name of Jekyll's.
var hexo = regexp.MustCompile(`"hexo"\s*:`)
