// Package templates holds what gitpost brings along as files: the sample site of
// `gitpost demo`.
package templates

import (
	"embed"
	"io/fs"
)

//go:embed all:demo/site
var demo embed.FS

// DemoSite is a small Hugo site with layouts of its own.
func DemoSite() fs.FS {
	site, err := fs.Sub(demo, "demo/site")
	if err != nil {
		panic(err) // the folder is named above
	}
	return site
}

// DemoPhoto is a picture to post, a JPEG.
//
//go:embed demo/harbour.jpg
var DemoPhoto []byte
