package gitstore

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"gitpost/gitstore/git"
)

// In returns the snapshot of a folder: all paths are below it. A folder that is not there is
// empty; "" is the whole tree.
func (s *Snapshot) In(folder string) (*Snapshot, error) {
	whole := *s
	whole.folder = ""
	if folder == "" {
		return &whole, nil
	}
	view := whole
	view.folder, view.below = folder, git.EmptyTree
	e, err := whole.lookup("open", folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, err
	case e.Mode == git.ModeDir:
		view.below = e.ID
	}
	return &view, nil
}

// Whole is the whole tree of a snapshot that shows a folder; nil of one that shows all.
func (s *Snapshot) Whole() fs.FS {
	if s.folder == "" {
		return nil
	}
	whole := *s
	whole.folder = ""
	return &whole
}

// shown is the tree that the snapshot shows.
func (s *Snapshot) shown() git.OID {
	if s.folder == "" {
		return s.tree
	}
	return s.below
}

// like returns the snapshot of another commit that shows the same folder. One that cannot be read
// shows nothing; whoever reads on finds out why.
func (s *Snapshot) like(shown *Snapshot) *Snapshot {
	if shown.folder == "" {
		return s
	}
	view, err := s.In(shown.folder)
	if err != nil {
		return &Snapshot{src: s.src, commit: s.commit, tree: s.tree, when: s.when, folder: shown.folder, below: git.EmptyTree}
	}
	return view
}

// view is the snapshot as the users of the store see it.
func (s *Store) view(at *Snapshot) *Snapshot {
	return at.like(&Snapshot{folder: s.c.Folder})
}

// inFolder turns an edit of Config.Folder into one of the whole repository.
func (s *Store) inFolder(edit Edit) Edit {
	if s.c.Folder == "" {
		return edit
	}
	return func(at *Snapshot) (Change, error) {
		view, err := at.In(s.c.Folder)
		if err != nil {
			return Change{}, err
		}
		c, err := edit(view)
		files := make([]File, len(c.Files))
		for i, f := range c.Files {
			f.Path = s.whole(f.Path)
			files[i] = f
		}
		c.Files = files
		return c, err
	}
}

// whole is the path from the top of the repository. One that leads out of the folder stays invalid.
func (s *Store) whole(name string) string { return wholePath(s.c.Folder, name) }

func (s *Snapshot) whole(name string) string { return wholePath(s.folder, name) }

func wholePath(folder, name string) string {
	if folder == "" || !fs.ValidPath(name) {
		return name
	}
	return path.Join(folder, name)
}

// inside is the path from Config.Folder; unchanged for a file outside.
func (s *Store) inside(name string) string {
	if s.c.Folder == "" {
		return name
	}
	return strings.TrimPrefix(name, s.c.Folder+"/")
}
