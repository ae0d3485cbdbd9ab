package templates

import (
	"embed"
	"io/fs"
)

//go:embed pages/*.html
var pages embed.FS

// Pages are what the owner sees in a browser: html/template's, each of which fills in the
// blocks "title" and "main" of layout.html.
func Pages() fs.FS {
	dir, err := fs.Sub(pages, "pages")
	if err != nil {
		panic(err) // the folder is named above
	}
	return dir
}

//go:embed assets/*
var assets embed.FS

// Assets are what the pages refer to: style, script and icon.
func Assets() fs.FS {
	dir, err := fs.Sub(assets, "assets")
	if err != nil {
		panic(err) // the folder is named above
	}
	return dir
}
