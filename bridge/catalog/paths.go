package catalog

import (
	"iter"
	"path"
	"strings"
)

// paths are a snapshot's regular files, and the folders that they make.
type paths struct {
	names   map[string]struct{}
	folders map[string]int // how many files are below; never 0
}

func newPaths() paths { return paths{map[string]struct{}{}, map[string]int{}} }

// set notes that a file is there, or is gone.
func (p paths) set(file string, exists bool) {
	_, was := p.names[file]
	switch {
	case exists && !was:
		p.names[file] = struct{}{}
		p.count(file, 1)
	case !exists && was:
		delete(p.names, file)
		p.count(file, -1)
	}
}

func (p paths) count(file string, by int) {
	for dir := path.Dir(file); dir != "."; dir = path.Dir(dir) {
		if p.folders[dir] += by; p.folders[dir] == 0 {
			delete(p.folders, dir)
		}
	}
}

// changedPaths are paths with a few changes on top.
type changedPaths struct {
	paths
	changes map[string]string // blob by path; "" for a file that is gone
}

func (p changedPaths) Exists(file string) bool {
	if blob, ok := p.changes[file]; ok {
		return blob != ""
	}
	_, ok := p.names[file]
	return ok
}

// Below gives the files below a folder, in no order.
func (p changedPaths) Below(folder string) iter.Seq[string] {
	prefix := folder + "/"
	if folder == "" {
		prefix = ""
	}
	return func(yield func(string) bool) {
		for file, blob := range p.changes {
			if blob != "" && strings.HasPrefix(file, prefix) && !yield(file) {
				return
			}
		}
		if folder != "" && p.folders[folder] == 0 {
			return
		}
		for file := range p.names {
			if _, changed := p.changes[file]; !changed && strings.HasPrefix(file, prefix) && !yield(file) {
				return
			}
		}
	}
}
