// Package templates holds the files that are built into gitpost: the owner's pages with their
// assets, the body templates of post types, example set-up files and the demo site.
package templates

import "io/fs"

// sub returns the folder dir of an embedded file system.
func sub(files fs.FS, dir string) fs.FS {
	folder, err := fs.Sub(files, dir)
	if err != nil {
		panic(err) // dir is a constant path
	}
	return folder
}
