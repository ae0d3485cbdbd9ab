package templates

import (
	"embed"
	"io/fs"
)

//go:embed posts/*.md.tmpl
var posts embed.FS

//go:embed posts/languages.yaml
var languages []byte

// Languages returns languages.yaml: what the body templates say, by language and English text.
func Languages() []byte { return languages }

// Posts returns the body templates of the post types (like.md.tmpl, ...) for text/template.
// Their Markdown shows what a theme without mf2 support would not. README.md beside them
// lists their data; a site overrides them in .gitpost/templates/.
func Posts() fs.FS { return sub(posts, "posts") }
