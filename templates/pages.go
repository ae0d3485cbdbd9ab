package templates

import (
	"embed"
	"io/fs"
)

//go:embed pages/*.html
var pages embed.FS

// Pages returns the owner's pages for html/template. Each defines the blocks "title" and
// "main" of layout.html.
func Pages() fs.FS { return sub(pages, "pages") }

//go:embed assets/*
var assets embed.FS

// Assets returns the style sheet, script and icon of the pages.
func Assets() fs.FS { return sub(assets, "assets") }

// Asset returns one of them.
func Asset(name string) ([]byte, error) { return assets.ReadFile("assets/" + name) }
