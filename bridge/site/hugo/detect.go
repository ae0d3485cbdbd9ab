// Package hugo knows what Hugo does with the files of a site: which file is published at which
// URL, what its templates and its Markdown renderer do with front matter and texts, and what
// they fail on. It covers Hugo 0.111 to 0.165, each rule by the version that brought it.
//
// The verified cases in testdata/site-cases are the specification.
package hugo

import (
	"io/fs"

	"gitpost/bridge/site/generator"
)

const name = "hugo"

// Definition is Hugo.
var Definition = generator.Definition{
	Name: name, Title: "Hugo", ConfigFile: "hugo.toml", ConfigNames: []string{"hugo", "config"},
	Detect: detect, Open: open,
}

// configNames are the names of the configuration, Hugo's own and those that it had.
var configNames = []string{"hugo", "config/_default/hugo", "config", "config/_default/config"}

func detect(tree fs.FS) generator.Detection {
	if file := generator.FindConfig(tree, configNames[:2]...); file != "" {
		return generator.Detection{Confidence: generator.OwnConfig, From: file}
	}
	if file := generator.FindConfig(tree, configNames[2:]...); file != "" {
		return generator.Detection{Confidence: generator.CommonConfig, From: file}
	}
	for _, dir := range []string{"config/_default", "config/production"} {
		if generator.IsDir(tree, dir) {
			return generator.Detection{Confidence: generator.OwnFolders, From: "the folder " + dir}
		}
	}
	if generator.IsDir(tree, "content") {
		for _, dir := range []string{"layouts", "archetypes", "themes"} {
			if generator.IsDir(tree, dir) {
				return generator.Detection{Confidence: generator.CommonFolders, From: "the folder content"}
			}
		}
	}
	return generator.Detection{}
}
