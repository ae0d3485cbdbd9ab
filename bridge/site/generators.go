package site

import (
	"gitpost/bridge/site/custom"
	"gitpost/bridge/site/eleventy"
	"gitpost/bridge/site/generator"
	"gitpost/bridge/site/hugo"
	"gitpost/bridge/site/jekyll"
	"gitpost/bridge/site/zola"
)

// generators are those that gitpost knows. The first wins where the signs of two are equal.
var generators = []generator.Definition{hugo.Definition, jekyll.Definition, eleventy.Definition, zola.Definition,
	custom.Definition}
