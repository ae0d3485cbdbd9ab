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
	indexes map[string]int // how many index and _index files are in it, by folder with its closing slash; never 0
	capital map[string]int // how many of them have capitals in their name
}

func newPaths(size int) paths {
	return paths{make(map[string]struct{}, size), map[string]int{}, map[string]int{}, map[string]int{}}
}

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
	if folder, capitals, ok := indexed(file); ok {
		add(p.indexes, folder, by)
		if capitals {
			add(p.capital, folder, by)
		}
	}
	for dir := path.Dir(file); dir != "."; dir = path.Dir(dir) {
		add(p.folders, dir, by)
	}
}

func add(counts map[string]int, folder string, by int) {
	if counts[folder] += by; counts[folder] == 0 {
		delete(counts, folder)
	}
}

// indexed is the folder for whose page the file may stand.
func indexed(file string) (folder string, capitals, ok bool) {
	folder, name := path.Split(file)
	stem := strings.TrimPrefix(name, "_")
	ok = len(stem) > 5 && strings.EqualFold(stem[:5], "index")
	return folder, ok && name != strings.ToLower(name), ok
}

// changedPaths are paths with a few changes on top.
type changedPaths struct {
	paths
	changes map[string]string // blob by path; "" for a file that is gone
	fresh   map[string]bool   // folders of the index files among them; whether one has capitals
}

// with puts changes on top.
func (p paths) with(changes []Change) changedPaths {
	c := changedPaths{p, make(map[string]string, len(changes)), map[string]bool{}}
	for _, change := range changes {
		c.changes[change.Path] = change.New
		if folder, capitals, ok := indexed(change.Path); ok && change.New != "" {
			c.fresh[folder] = c.fresh[folder] || capitals
		}
	}
	return c
}

func (p changedPaths) Exists(file string) bool {
	if blob, ok := p.changes[file]; ok {
		return blob != ""
	}
	_, ok := p.names[file]
	return ok
}

// Indexed tells whether the folder, named with its closing slash, may have an index file, and
// one with capitals in its name.
func (p changedPaths) Indexed(folder string) (indexed, capitals bool) {
	capitals, indexed = p.fresh[folder]
	return indexed || p.indexes[folder] > 0, capitals || p.capital[folder] > 0
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
