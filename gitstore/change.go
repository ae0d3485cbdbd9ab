package gitstore

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
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
			return bad(`the path is not a plain one: it has an empty, "." or ".." part, or a slash at an end`)
		case len(part) > 255:
			return bad("a part of the path is longer than 255 bytes")
		case isDotGit(part):
			return bad("a part of the path means Git's own folder on some systems")
		}
	}
	return nil
}

// isDotGit tells the names that some file system takes for ".git".
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
	ours *treeEntry // a replayed blob in place of content
}

// builder adds the trees and blobs of changes to a batch.
type builder struct{ *batch }

// change puts the files of a Change into a tree and returns the new tree.
func (b builder) change(at *Snapshot, files []File, attributes *attributeCache) (oid, error) {
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
			return zeroOID, err
		}
		p := planned{File: f}
		if !f.Delete {
			a, err := attributes.of(at, f.Path)
			if err != nil {
				return zeroOID, err
			}
			if err := refuseFilter(f.Path, a); err != nil {
				return zeroOID, err
			}
			p.text = a.textRule()
		}
		plan = append(plan, p)
	}
	return b.apply(at.tree, plan)
}

// apply gives the tree with the planned files in it. On an error the batch is as before.
func (b builder) apply(tree oid, plan []planned) (oid, error) {
	slices.SortFunc(plan, func(x, y planned) int { return strings.Compare(x.Path, y.Path) })
	rewind := b.mark()
	root, err := b.folder(tree, 0, plan)
	if err == nil && root.isZero() {
		root, err = b.add(treeKind, nil)
	}
	if err != nil {
		rewind()
		return zeroOID, err
	}
	return root, nil
}

// folder applies the plan to one folder; all its paths agree in the first skip bytes. It
// gives zero when nothing is left in it.
func (b builder) folder(tree oid, skip int, plan []planned) (oid, error) {
	raw, err := readTree(b, tree)
	if err != nil {
		return zeroOID, err
	}
	var edits []treeEdit
	for _, group := range groupByName(plan, skip) {
		old, there, err := findEntry(raw, group.name)
		if err != nil {
			return zeroOID, err
		}
		edit, err := b.entry(old, there, skip, group)
		if err != nil {
			return zeroOID, err
		}
		if edit.mode != old.mode || edit.id != old.id {
			edits = append(edits, edit)
		}
	}
	if len(edits) == 0 {
		if len(raw) == 0 {
			return zeroOID, nil
		}
		return tree, nil
	}
	next, err := spliceTree(raw, edits)
	if err != nil || len(next) == 0 {
		return zeroOID, err
	}
	return b.add(treeKind, next)
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
func (b builder) entry(old treeEntry, there bool, skip int, g *nameGroup) (treeEdit, error) {
	edit := treeEdit{name: g.name, mode: old.mode, id: old.id}
	refuse := func(p planned, reason string) error { return &PathError{Path: p.Path, Reason: reason} }
	if len(g.under) > 0 {
		prefix := g.under[0].Path[:skip+len(g.name)]
		removed := g.leaf != nil && g.leaf.Delete
		switch {
		case !there || old.mode == modeDir:
		case old.mode == modeSymlink:
			return edit, refuse(g.under[0], prefix+" is a symlink, and nothing is written through one")
		case old.mode == modeSubmodule:
			return edit, refuse(g.under[0], prefix+" is a submodule, which is another repository")
		case removed || onlyDeletes(g.under):
		default:
			return edit, refuse(g.under[0], prefix+" is a file, not a folder")
		}
		if there && old.mode != modeDir && !removed {
			return edit, nil // nothing under a file to delete
		}
		sub := zeroOID
		if old.mode == modeDir {
			sub = old.id
		}
		next, err := b.folder(sub, skip+len(g.name)+1, g.under)
		if err != nil {
			return edit, err
		}
		edit.mode, edit.id = modeDir, next
		if next.isZero() {
			edit.mode = 0
		}
		old, there = treeEntry{mode: edit.mode, id: edit.id}, !next.isZero()
		if g.leaf != nil && g.leaf.Delete {
			return edit, nil
		}
	}
	if g.leaf == nil {
		return edit, nil
	}
	if there {
		switch {
		case old.mode == modeDir && g.leaf.Delete:
			return edit, refuse(*g.leaf, "it is a folder; name the files in it")
		case old.mode == modeDir:
			return edit, refuse(*g.leaf, "there is a folder of that name")
		case old.mode == modeSymlink:
			return edit, refuse(*g.leaf, "it is a symlink, which is left alone")
		case old.mode == modeSubmodule:
			return edit, refuse(*g.leaf, "it is a submodule, which is left alone")
		}
	}
	if g.leaf.Delete {
		return treeEdit{name: g.name}, nil
	}
	if g.leaf.ours != nil {
		edit.mode, edit.id = g.leaf.ours.mode, g.leaf.ours.id
		return edit, nil
	}
	edit.mode = modeFile
	if there {
		edit.mode = old.mode
	}
	var err error
	edit.id, err = b.content(*g.leaf, old, there)
	return edit, err
}

func onlyDeletes(plan []planned) bool {
	return !slices.ContainsFunc(plan, func(p planned) bool { return !p.Delete })
}

// streamedFrom is the size from which the content of a File with Open is not held in memory.
const streamedFrom = 1 << 20

// content stores a file's bytes and names the blob.
func (b builder) content(p planned, old treeEntry, there bool) (oid, error) {
	data := p.Data
	if p.Open != nil {
		r, err := p.Open()
		if err != nil {
			return zeroOID, &contentError{p.Path, err}
		}
		defer r.Close()
		if p.Size >= streamedFrom {
			o, err := b.addStream(&contentReader{r, p.Path}, p.Size)
			if errors.Is(err, errWrongSize) {
				err = &contentError{p.Path, err}
			}
			return o, err
		}
		if data, err = io.ReadAll(io.LimitReader(r, p.Size+1)); err != nil {
			return zeroOID, &contentError{p.Path, err}
		}
		if int64(len(data)) != p.Size {
			return zeroOID, &contentError{p.Path, errWrongSize}
		}
	}
	if p.text != notText && bytes.Contains(data, crlf) {
		convert := p.text == isText
		if !convert && !looksBinary(data) {
			// Git leaves the line endings of a file alone whose stored version is text with CRLF.
			convert = true
			if there {
				_, before, err := b.object(old.id)
				if err != nil {
					return zeroOID, err
				}
				convert = !bytes.Contains(before, crlf) || looksBinary(before)
			}
		}
		if convert {
			data = bytes.ReplaceAll(data, crlf, []byte{'\n'})
		}
	}
	return b.add(blobKind, data)
}

// contentError is a failure to read what the caller wants committed; the disk of the clone
// has no part in it.
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
