package gitstore

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"gitpost/gitstore/git"
)

// checkPath refuses what Git would not check out everywhere.
func checkPath(p string) error {
	bad := func(reason string) error { return &PathError{Path: p, Reason: reason} }
	switch {
	case p == "":
		return bad("the path is empty")
	case !utf8.ValidString(p):
		return bad("the path is not UTF-8")
	case strings.ContainsAny(p, "\x00\\"):
		return bad("the path has a backslash or a NUL in it")
	case len(p) > 4096:
		return bad("the path is too long")
	}
	for part := range strings.SplitSeq(p, "/") {
		switch {
		case part == "" || part == "." || part == "..":
			return bad(`the path must not have an empty, "." or ".." part or a slash at its ends`)
		case len(part) > 255:
			return bad("a part of the path is longer than 255 bytes")
		case isDotGit(part):
			return bad("some file systems take a part of the path for Git's own folder")
		}
	}
	return nil
}

// isDotGit reports whether some file system takes the name for ".git".
func isDotGit(part string) bool {
	// HFS+ ignores these code points.
	name := strings.ToLower(strings.Map(func(r rune) rune {
		if r >= 0x200c && r <= 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x206a && r <= 0x206f || r == 0xfeff {
			return -1
		}
		return r
	}, part))
	name, _, _ = strings.Cut(name, ":") // an NTFS stream
	name = strings.TrimRight(name, ". ")
	return name == ".git" || name == "git~1"
}

// planned is one file of a change, with what .gitattributes say of it.
type planned struct {
	File
	text textRule
	ours *git.Entry // a replayed blob in place of content
}

// builder adds the trees and blobs of changes to a batch.
type builder struct{ *git.Batch }

// change puts the files of a Change into a tree and returns the new tree.
func (b builder) change(at *Snapshot, files []File, attributes *attributeCache) (git.OID, error) {
	last := make(map[string]int, len(files))
	for i, f := range files {
		last[f.Path] = i
	}
	plan := make([]planned, 0, len(last))
	for i, f := range files {
		if last[f.Path] != i {
			continue
		}
		if err := checkPath(f.Path); err != nil {
			return git.ZeroOID, err
		}
		p := planned{File: f}
		if !f.Delete {
			a, err := attributes.of(at, f.Path)
			if err != nil {
				return git.ZeroOID, err
			}
			if err := refuseFilter(f.Path, a); err != nil {
				return git.ZeroOID, err
			}
			p.text = a.textRule()
		}
		plan = append(plan, p)
	}
	return b.apply(at.tree, plan)
}

// apply returns the tree with the planned files in it. On an error the batch is as before.
func (b builder) apply(tree git.OID, plan []planned) (git.OID, error) {
	slices.SortFunc(plan, func(x, y planned) int { return strings.Compare(x.Path, y.Path) })
	rewind := b.Mark()
	root, err := b.folder(tree, 0, plan)
	if err == nil && root.IsZero() {
		root, err = b.Add(git.TreeKind, nil)
	}
	if err != nil {
		rewind()
		return git.ZeroOID, err
	}
	return root, nil
}

// folder applies the plan to one folder; all its paths agree in the first skip bytes. It
// returns zero when nothing is left in it.
func (b builder) folder(tree git.OID, skip int, plan []planned) (git.OID, error) {
	raw, err := git.ReadTree(b, tree)
	if err != nil {
		return git.ZeroOID, err
	}
	var edits []git.Edit
	for _, group := range groupByName(plan, skip) {
		old, there, err := git.FindEntry(raw, group.name)
		if err != nil {
			return git.ZeroOID, err
		}
		edit, err := b.entry(old, there, skip, group)
		if err != nil {
			return git.ZeroOID, err
		}
		if edit.Mode != old.Mode || edit.ID != old.ID {
			edits = append(edits, edit)
		}
	}
	if len(edits) == 0 {
		if len(raw) == 0 {
			return git.ZeroOID, nil
		}
		return tree, nil
	}
	next, delta, err := git.SpliceTree(raw, edits)
	if err != nil || len(next) == 0 {
		return git.ZeroOID, err
	}
	return b.AddTree(next, delta, tree)
}

// nameGroup is what the plan has for one name in a folder: the name itself, or paths
// under it, or (when a file becomes a folder or the reverse) both.
type nameGroup struct {
	name  string
	leaf  *planned
	under []planned
}

func groupByName(plan []planned, skip int) []*nameGroup {
	var groups []*nameGroup
	byName := make(map[string]*nameGroup)
	for i := range plan {
		name, rest, deeper := strings.Cut(plan[i].Path[skip:], "/")
		g := byName[name]
		if g == nil {
			g = &nameGroup{name: name}
			byName[name] = g
			groups = append(groups, g)
		}
		if deeper && rest != "" {
			g.under = append(g.under, plan[i])
		} else {
			g.leaf = &plan[i]
		}
	}
	return groups
}

// entry computes the new state of one name.
func (b builder) entry(old git.Entry, there bool, skip int, g *nameGroup) (git.Edit, error) {
	edit := git.Edit{Name: g.name, Mode: old.Mode, ID: old.ID}
	refuse := func(p planned, reason string) error { return &PathError{Path: p.Path, Reason: reason} }
	if len(g.under) > 0 {
		prefix := g.under[0].Path[:skip+len(g.name)]
		removed := g.leaf != nil && g.leaf.Delete
		switch {
		case !there || old.Mode == git.ModeDir:
		case old.Mode == git.ModeSymlink:
			return edit, refuse(g.under[0], prefix+" is a symbolic link; gitpost writes through none")
		case old.Mode == git.ModeSubmodule:
			return edit, refuse(g.under[0], prefix+" is a submodule, which is another repository")
		case removed || onlyDeletes(g.under):
		default:
			return edit, refuse(g.under[0], prefix+" is a file, not a folder")
		}
		if there && old.Mode != git.ModeDir && !removed {
			return edit, nil // nothing under a file to delete
		}
		sub := git.ZeroOID
		if old.Mode == git.ModeDir {
			sub = old.ID
		}
		next, err := b.folder(sub, skip+len(g.name)+1, g.under)
		if err != nil {
			return edit, err
		}
		edit.Mode, edit.ID = git.ModeDir, next
		if next.IsZero() {
			edit.Mode = 0
		}
		old, there = git.Entry{Mode: edit.Mode, ID: edit.ID}, !next.IsZero()
		if g.leaf != nil && g.leaf.Delete {
			return edit, nil
		}
	}
	if g.leaf == nil {
		return edit, nil
	}
	if there {
		switch {
		case old.Mode == git.ModeDir && g.leaf.Delete:
			return edit, refuse(*g.leaf, "it is a folder; name the files in it")
		case old.Mode == git.ModeDir:
			return edit, refuse(*g.leaf, "there is a folder of that name")
		case old.Mode == git.ModeSymlink:
			return edit, refuse(*g.leaf, "it is a symbolic link")
		case old.Mode == git.ModeSubmodule:
			return edit, refuse(*g.leaf, "it is a submodule")
		}
	}
	if g.leaf.Delete {
		return git.Edit{Name: g.name}, nil
	}
	if g.leaf.ours != nil {
		edit.Mode, edit.ID = g.leaf.ours.Mode, g.leaf.ours.ID
		return edit, nil
	}
	edit.Mode = git.ModeFile
	if there {
		edit.Mode = old.Mode
	}
	var err error
	edit.ID, err = b.content(*g.leaf, old, there)
	return edit, err
}

func onlyDeletes(plan []planned) bool {
	return !slices.ContainsFunc(plan, func(p planned) bool { return !p.Delete })
}

// streamMinSize is the size from which the content of a File with Open is not held in memory.
const streamMinSize = 1 << 20

// content stores a file's bytes and names the blob.
func (b builder) content(p planned, old git.Entry, there bool) (git.OID, error) {
	data := p.Data
	if p.Open != nil {
		r, err := p.Open()
		if err != nil {
			return git.ZeroOID, &contentError{p.Path, err}
		}
		defer r.Close()
		if p.Size >= streamMinSize {
			o, err := b.AddStream(&contentReader{r, p.Path}, p.Size)
			if errors.Is(err, git.ErrWrongSize) {
				err = &contentError{p.Path, err}
			}
			return o, err
		}
		if data, err = io.ReadAll(io.LimitReader(r, p.Size+1)); err != nil {
			return git.ZeroOID, &contentError{p.Path, err}
		}
		if int64(len(data)) != p.Size {
			return git.ZeroOID, &contentError{p.Path, git.ErrWrongSize}
		}
	}
	if p.text != notText && bytes.Contains(data, crlf) {
		convert := p.text == isText
		if !convert && !looksBinary(data) {
			// Git leaves the line endings of a file alone whose stored version is text with CRLF.
			convert = true
			if there {
				_, before, err := b.Object(old.ID)
				if err != nil {
					return git.ZeroOID, err
				}
				convert = !bytes.Contains(before, crlf) || looksBinary(before)
			}
		}
		if convert {
			data = bytes.ReplaceAll(data, crlf, []byte{'\n'})
		}
	}
	return b.Add(git.BlobKind, data)
}

// contentError is a failure to read what the caller wants committed; not of the clone's disk.
type contentError struct {
	path string
	err  error
}

func (e *contentError) Error() string { return "read the content of " + e.path + ": " + e.err.Error() }
func (e *contentError) Unwrap() error { return e.err }

// contentReader marks the errors of its reader.
type contentReader struct {
	r    io.Reader
	path string
}

func (c *contentReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if err != nil && err != io.EOF {
		err = &contentError{c.path, err}
	}
	return n, err
}
