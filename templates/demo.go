package templates

import (
	"embed"
	"io/fs"
)

//go:embed all:demo/site
var demo embed.FS

// DemoSite returns the site of `gitpost demo`: a small Hugo site with its own layouts.
func DemoSite() fs.FS { return sub(demo, "demo/site") }

// DemoPhoto is a sample JPEG to post.
//
//go:embed demo/harbour.jpg
var DemoPhoto []byte
