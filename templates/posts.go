package templates

import (
	"embed"
	"io/fs"
)

//go:embed posts/*.md.tmpl
var posts embed.FS

// Posts are the body templates of post types, like.md.tmpl and so on: Markdown by Go's
// text/template that shows what a theme without mf2 would not. README.md beside them says
// what they are given; a site overrides them in .gitpost/templates/.
func Posts() fs.FS {
	dir, err := fs.Sub(posts, "posts")
	if err != nil {
		panic(err) // the folder is named above
	}
	return dir
}
