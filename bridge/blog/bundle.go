package blog

import (
	"io/fs"
	"strings"

	"gitpost/bridge/catalog"
	"gitpost/bridge/fault"
	"gitpost/bridge/site"
	"gitpost/gitstore"
)

// bundle is the files beside a page in the folder that belongs to it (see site.Bundle).
type bundle struct {
	folder string
	files  []string // all but index files
	shared bool     // the folder has another index file: the same page in another language
}

// filesOf returns what a revision writes: the post, and its side file, which it may also remove.
func filesOf(v *catalog.View, rev site.Revision) []gitstore.File {
	files := []gitstore.File{{Path: rev.Path, Data: rev.Data}}
	side, former := v.Site().SideFile(rev.Path), v.Site().SideFile(rev.Was)
	if rev.Side != nil {
		files = append(files, gitstore.File{Path: side, Data: rev.Side})
	} else if side != "" && v.Exists(side) {
		files = append(files, gitstore.File{Path: side, Delete: true})
	}
	if former != "" && former != side && v.Exists(former) {
		files = append(files, gitstore.File{Path: former, Delete: true})
	}
	return files
}

// besides lists the files that belong to the page in file: its side file, and all in the folder of a bundle.
func besides(s *site.Site, tree fs.FS, file string) (bundle, error) {
	folder, ok := s.Bundle(file)
	if !ok {
		side := s.SideFile(file)
		if info, err := fs.Stat(tree, side); side == "" || err != nil || info.IsDir() {
			return bundle{}, nil
		}
		return bundle{files: []string{side}}, nil
	}
	b := bundle{folder: folder}
	err := fs.WalkDir(tree, folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || name == file {
			return err
		}
		if in, index := s.Bundle(name); index && in == folder {
			b.shared = true
		} else {
			b.files = append(b.files, name)
		}
		return nil
	})
	return b, err
}

// goingWith returns the files that are deleted with a page: its own, and those of its bundle unless
// another language still needs them.
func goingWith(s *site.Site, tree fs.FS, file string) ([]string, error) {
	b, err := besides(s, tree, file)
	if err != nil || b.shared {
		return []string{file}, err
	}
	return append(b.files, file), nil
}

// moveFolder moves the files beside a page when its bundle moves. Files that another language needs
// too are copied.
func moveFolder(s *site.Site, at *gitstore.Snapshot, from, to string) ([]gitstore.File, error) {
	folder, ok := s.Bundle(to)
	b, err := besides(s, at, from)
	if err != nil || !ok || b.folder == "" || b.folder == folder {
		return nil, err
	}
	var files []gitstore.File
	for _, name := range b.files {
		if name == s.SideFile(from) {
			continue // it was written with the post
		}
		data, err := at.ReadFile(name)
		if err != nil {
			return nil, &fault.Error{Code: fault.InvalidRequest, Op: "move post", Message: name +
				" cannot be moved with its post", Hint: "move the post's folder by hand", Err: err}
		}
		files = append(files, gitstore.File{Path: folder + name[len(b.folder):], Data: data})
		if !b.shared {
			files = append(files, gitstore.File{Path: name, Delete: true})
		}
	}
	return files, nil
}

// movedWith maps the URLs of the files beside a page before its URL changed to those after.
func movedWith(s *site.Site, tree fs.FS, from, to site.Page) (map[string]string, error) {
	moved := map[string]string{}
	if from.URL == to.URL {
		return moved, nil
	}
	b, err := besides(s, tree, from.Path)
	for _, file := range b.files {
		name := strings.TrimPrefix(file, b.folder+"/")
		_, old, was := s.Beside(from, name)
		_, address, is := s.Beside(to, name)
		if was && is {
			moved[old] = address
		}
	}
	return moved, err
}
