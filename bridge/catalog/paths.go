package catalog

import (
	"iter"
	"path"
	"strings"
)

// paths is the tree of a snapshot's regular files.
type paths struct {
	folders map[string]*folder // by path without a trailing slash; "" is the root. None is empty.
	total   int                // files
	rivals  rivals
	visited *int // counts the names that below has visited; nil: not counted
}

// folder is what is directly in a folder.
type folder struct {
	files   map[string]struct{}
	folders map[string]struct{}
	indexes int // index and _index files
	capital int // index and _index files with capitals in their name
}

func newPaths(content func(path string) bool) *paths {
	return &paths{folders: map[string]*folder{}, rivals: newRivals(content)}
}

// split returns a file's folder, "" for the root, and its name.
func split(file string) (dir, name string) {
	dir, name = path.Split(file)
	return strings.TrimSuffix(dir, "/"), name
}

func join(dir, name string) string {
	if dir == "" {
		return name
	}
	return dir + "/" + name
}

func (p *paths) has(file string) bool {
	dir, name := split(file)
	f := p.folders[dir]
	if f == nil {
		return false
	}
	_, ok := f.files[name]
	return ok
}

// set adds or removes a file.
func (p *paths) set(file string, exists bool) { p.setContent(file, exists, p.rivals.isContent(file)) }

// setContent is set for a file of which is known whether it is content.
func (p *paths) setContent(file string, exists, content bool) {
	if exists == p.has(file) {
		return
	}
	by := 1
	if !exists {
		by = -1
	}
	p.total += by
	if content {
		p.rivals.count(file, int32(by))
	}
	dir, name := split(file)
	f := p.folders[dir]
	if f == nil {
		f = p.addFolder(dir)
	}
	if exists {
		f.files[name] = struct{}{}
	} else {
		delete(f.files, name)
	}
	if index, capitals := isIndex(name); index {
		f.indexes += by
		if capitals {
			f.capital += by
		}
	}
	for dir != "" && len(f.files)+len(f.folders) == 0 {
		delete(p.folders, dir)
		dir, name = split(dir)
		f = p.folders[dir]
		delete(f.folders, name)
	}
}

func (p *paths) addFolder(dir string) *folder {
	f := &folder{files: map[string]struct{}{}, folders: map[string]struct{}{}}
	p.folders[dir] = f
	if dir != "" {
		above, name := split(dir)
		parent := p.folders[above]
		if parent == nil {
			parent = p.addFolder(above)
		}
		parent.folders[name] = struct{}{}
	}
	return f
}

// share replaces the stored name of a file by a part of the same path elsewhere in memory.
func (p *paths) share(file string) {
	dir, name := split(file)
	if f := p.folders[dir]; f != nil {
		delete(f.files, name)
		f.files[name] = struct{}{}
	}
}

// all calls f for each file. f must not keep the path.
func (p *paths) all(f func(file []byte)) {
	var buffer []byte
	for dir, in := range p.folders {
		buffer = append(buffer[:0], dir...)
		if dir != "" {
			buffer = append(buffer, '/')
		}
		for name := range in.files {
			f(append(buffer, name...))
		}
	}
}

// below calls yield for each file below a folder, in no order, and reports whether it always
// returned true. It visits no other files.
func (p *paths) below(dir string, yield func(string) bool) bool {
	f := p.folders[dir]
	if f == nil {
		return true
	}
	for name := range f.files {
		if p.visited != nil {
			*p.visited++
		}
		if !yield(join(dir, name)) {
			return false
		}
	}
	for name := range f.folders {
		if !p.below(join(dir, name), yield) {
			return false
		}
	}
	return true
}

// isIndex reports whether a file can be the index file of its folder, and whether its name has
// capitals.
func isIndex(name string) (index, capitals bool) {
	stem := strings.TrimPrefix(name, "_")
	index = len(stem) > 5 && strings.EqualFold(stem[:5], "index")
	return index, index && name != strings.ToLower(name)
}

// changedPaths are paths with changes on top.
type changedPaths struct {
	*paths
	top *layer // nil: nothing changed
}

// with returns the paths with changes on top.
func (p *paths) with(changes []Change) changedPaths {
	return changedPaths{p, newLayer(changedPaths{paths: p}, changes)}
}

// Exists reports whether a file exists.
func (p changedPaths) Exists(file string) bool {
	for l := p.top; l != nil; l = l.older {
		if blob, ok := l.changes[file]; ok {
			return blob != ""
		}
	}
	return p.has(file)
}

// knows reports whether the paths or their changes have a file, which may be deleted.
func (p changedPaths) knows(file string) bool {
	for l := p.top; l != nil; l = l.older {
		if _, ok := l.changes[file]; ok {
			return true
		}
	}
	return p.has(file)
}

// Indexed reports whether a folder, with its trailing slash, may have an index file, and one with
// capitals in its name.
func (p changedPaths) Indexed(dir string) (indexed, capitals bool) {
	for l := p.top; l != nil; l = l.older {
		capital, index := l.indexes[dir]
		indexed, capitals = indexed || index, capitals || capital
	}
	if f := p.folders[strings.TrimSuffix(dir, "/")]; f != nil {
		indexed, capitals = indexed || f.indexes > 0, capitals || f.capital > 0
	}
	return indexed, capitals
}

// Below returns the files below a folder, in no order.
func (p changedPaths) Below(dir string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for l := p.top; l != nil; l = l.older {
			for _, file := range l.added[dir] {
				if p.Exists(file) && !yield(file) {
					return
				}
			}
		}
		p.below(dir, func(file string) bool { return !p.Exists(file) || yield(file) })
	}
}
