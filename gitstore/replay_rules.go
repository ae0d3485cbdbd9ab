package gitstore

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"gitpost/gitstore/git"
)

// plan decides, path by path, what becomes of a commit's changes on the other tip. The
// rules are in the package documentation.
func (r *replay) plan(changes []git.Change) error {
	done := make(map[string]bool)
	for _, t := range changes {
		if done[t.Path] {
			continue
		}
		there, blocked, err := r.theirEntry(t.Path)
		if err != nil {
			return err
		}
		switch {
		case sameEntry(there, t.New) && blocked == "":
			if t.New.Mode == 0 {
				err = r.deletedOnBothSides(t)
			}
		case t.New.Mode == 0 && there.Mode == 0:
		case sameEntry(there, t.Old) && blocked == "":
			r.take(t)
		case t.New.Mode == 0:
			err = r.deletedHere(t, there, changes, done)
		case t.Old.Mode == 0 || blocked != "" || there.Mode != 0 && !git.IsRegular(there.Mode):
			err = r.aside(t, blocked, changes, done)
		case there.Mode == 0:
			err = r.deletedThere(t)
		default:
			err = r.merge(t.Path, t.Path, t.Old, t.New, there)
		}
		if err != nil {
			return err
		}
	}
	return r.followFolders()
}

// followFolders puts what our commit adds beside an index file into the folder that has it now.
func (r *replay) followFolders() error {
	for i, p := range r.first {
		if p.Delete {
			continue
		}
		for from, to := range r.folders {
			rest, below := strings.CutPrefix(p.Path, from+"/")
			if !below || !r.isNew(p.Path) {
				continue
			}
			there, blocked, err := r.theirEntry(to + "/" + rest)
			if err != nil {
				return err
			}
			if there.Mode == 0 && blocked == "" {
				r.first[i].Path = to + "/" + rest
			}
		}
	}
	return nil
}

// isNew reports whether our commit made the file.
func (r *replay) isNew(name string) bool {
	_, err := r.base.lookup("read", name)
	return errors.Is(err, fs.ErrNotExist)
}

// stem is a file's name up to its first dot. That of index.de.md is index, which means its
// folder.
func stem(name string) string {
	s, _, _ := strings.Cut(path.Base(name), ".")
	return s
}

func sameEntry(a, b git.Entry) bool { return a.Mode == b.Mode && a.ID == b.ID }

// theirEntry is the entry of a path there; blocked is the part of the path that is no
// folder, when the path leads through one.
func (r *replay) theirEntry(name string) (e git.Entry, blocked string, err error) {
	e, err = r.theirs.lookup("read", name)
	if err == nil {
		return e, "", nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return e, "", err
	}
	for i, c := range name {
		if c != '/' {
			continue
		}
		if above, err := r.theirs.lookup("read", name[:i]); err != nil {
			break
		} else if above.Mode != git.ModeDir {
			return git.Entry{}, name[:i], nil
		}
	}
	return git.Entry{}, "", nil
}

// take applies a change as it is.
func (r *replay) take(t git.Change) {
	if t.New.Mode == 0 {
		r.first = append(r.first, planned{File: File{Path: t.Path, Delete: true}})
		return
	}
	ours := t.New
	r.first = append(r.first, planned{File: File{Path: t.Path}, ours: &ours})
}

func (r *replay) note(format string, args ...any) {
	r.notes = append(r.notes, fmt.Sprintf(format, args...))
}

// changedThere lists what they changed since the base.
func (r *replay) changedThere() ([]git.Change, error) {
	if r.hasDiff {
		return r.theirDiff, nil
	}
	r.hasDiff = true
	err := git.DiffTrees(r.b, r.base.tree, r.b, r.theirs.tree, func(t git.Change) error {
		r.theirDiff = append(r.theirDiff, t)
		return nil
	})
	return r.theirDiff, err
}

// deletedOnBothSides removes a file also under the name it got there, when it only moved.
func (r *replay) deletedOnBothSides(t git.Change) error {
	list, err := r.changedThere()
	if err != nil {
		return err
	}
	var text []byte
	for _, c := range list {
		if c.Old.Mode == 0 && c.New.ID == t.Old.ID && !r.inOurs(c.Path) {
			if text == nil {
				if _, text, err = r.b.Object(t.Old.ID); err != nil {
					return err
				}
			}
			if !Renamed(text, text) && withoutExt(c.Path) != withoutExt(t.Path) {
				continue
			}
			r.first = append(r.first, planned{File: File{Path: c.Path, Delete: true}})
			r.note("%s: deleted here, renamed elsewhere to %s; deleted there too", t.Path, c.Path)
			return nil
		}
	}
	return nil
}

func (r *replay) inOurs(name string) bool {
	_, err := r.ours.lookup("read", name)
	return err == nil
}

// deletedHere is a file that they changed; perhaps we only moved it.
func (r *replay) deletedHere(t git.Change, there git.Entry, changes []git.Change, done map[string]bool) error {
	if git.IsRegular(there.Mode) && git.IsRegular(t.Old.Mode) {
		to, ok, err := r.findRename(t, changes)
		if err != nil {
			return err
		}
		if ok {
			if at, blocked, err := r.theirEntry(to.Path); err != nil {
				return err
			} else if at.Mode == 0 && blocked == "" {
				done[to.Path] = true
				r.first = append(r.first, planned{File: File{Path: t.Path, Delete: true}})
				return r.merge(to.Path, to.Path, t.Old, to.New, there)
			}
		}
	}
	r.note("%s: deleted here, changed elsewhere; it stays as it is there", t.Path)
	return nil
}

// deletedThere is a file that we changed; perhaps they only moved it.
func (r *replay) deletedThere(t git.Change) error {
	if git.IsRegular(t.Old.Mode) {
		list, err := r.changedThere()
		if err != nil {
			return err
		}
		to, ok, err := r.findRename(t, list)
		if err != nil {
			return err
		}
		if ok {
			from, now := path.Dir(t.Path), path.Dir(to.Path)
			if stem(t.Path) == "index" && stem(to.Path) == "index" && from != now && from != "." {
				r.folders[from] = now
			}
			return r.merge(to.Path, to.Path, t.Old, t.New, to.New)
		}
	}
	r.take(t)
	r.note("%s: changed here, deleted elsewhere; it is back with the text of here", t.Path)
	return nil
}

// findRename looks among added files for what t's old content certainly became.
func (r *replay) findRename(t git.Change, list []git.Change) (git.Change, bool, error) {
	const most = 200 // files that are compared
	var best git.Change
	bestScore := -1.0
	_, before, err := r.b.Object(t.Old.ID)
	if err != nil {
		return best, false, err
	}
	tried := 0
	for _, c := range list {
		if c.Old.Mode != 0 || !git.IsRegular(c.New.Mode) {
			continue
		}
		sameName := withoutExt(c.Path) == withoutExt(t.Path)
		if sameName && c.New.ID == t.Old.ID {
			return c, true, nil
		}
		if path.Ext(c.Path) != path.Ext(t.Path) && !sameName {
			continue
		}
		if tried++; tried > most {
			break
		}
		_, after, err := r.b.Object(c.New.ID)
		if err != nil {
			return best, false, err
		}
		if score := Similarity(before, after); score > bestScore && Renamed(before, after) {
			best, bestScore = c, score
		}
	}
	return best, best.Path != "", nil
}

func withoutExt(name string) string { return strings.TrimSuffix(name, path.Ext(name)) }

// merge brings three versions of a file together at a path.
func (r *replay) merge(name, to string, base, ours, theirs git.Entry) error {
	mode := theirs.Mode
	if ours.Mode != base.Mode {
		mode = ours.Mode
	}
	if ours.ID == theirs.ID || ours.ID == base.ID {
		r.first = append(r.first, planned{File: File{Path: to}, ours: &git.Entry{Mode: mode, ID: theirs.ID}})
		return nil
	}
	if theirs.ID == base.ID {
		r.first = append(r.first, planned{File: File{Path: to}, ours: &git.Entry{Mode: mode, ID: ours.ID}})
		return nil
	}
	var text [3][]byte
	for i, e := range []git.Entry{base, ours, theirs} {
		_, data, err := r.b.Object(e.ID)
		if err != nil {
			return err
		}
		text[i] = data
	}
	older, newer := text[1], text[2]
	oursIsNewer, err := r.oursIsNewer(name)
	if err != nil {
		return err
	}
	if oursIsNewer {
		older, newer = newer, older
	}
	merged, conflict := newer, true
	why := "changed on both sides; the newer text counts"
	unfit := func(b []byte) bool { return len(b) > mergeLimit || bytes.IndexByte(b, 0) >= 0 }
	if r.s.c.Merge != nil && !slices.ContainsFunc(text[:], unfit) {
		result, hasConflict, err := r.s.c.Merge(r.s.inside(name), text[0], older, newer)
		if err == nil {
			merged, conflict = result, hasConflict
			why = "changed on both sides; merged, the newer text counts where they meet"
		} else {
			why += fmt.Sprintf(" (it cannot be merged: %s)", strings.Join(strings.Fields(err.Error()), " "))
		}
	}
	set := func(data []byte) (planned, error) {
		o, err := r.b.Add(git.BlobKind, data)
		return planned{File: File{Path: to}, ours: &git.Entry{Mode: mode, ID: o}}, err
	}
	result, err := set(merged)
	if err != nil {
		return err
	}
	if !conflict {
		r.first = append(r.first, result)
		return nil
	}
	r.note("%s: %s", to, why)
	r.first = append(r.first, planned{File: File{Path: to}, ours: &git.Entry{Mode: mode, ID: ours.ID}})
	if result.ours.ID != ours.ID {
		r.second = append(r.second, result)
	}
	return nil
}

// oursIsNewer compares when we wrote with when they last touched the path.
func (r *replay) oursIsNewer(name string) (bool, error) {
	written := func(o git.OID) (int64, *git.Commit, error) {
		c, err := git.ReadCommit(r.b, o)
		if err != nil {
			return 0, nil, err
		}
		return git.SignatureTime([]byte(c.Author)), c, nil
	}
	ours, _, err := written(r.ours.commit)
	if err != nil {
		return false, err
	}
	entry := func(s *Snapshot) git.Entry {
		e, err := s.lookup("read", name)
		if err != nil {
			return git.Entry{}
		}
		return e
	}
	at := r.theirs
	for range 500 {
		when, c, err := written(at.commit)
		if err != nil {
			return false, err
		}
		if c.Parent().IsZero() || c.Parent() == r.base.commit {
			return ours > when, nil
		}
		before, err := snapshotOf(r.b, c.Parent())
		if err != nil {
			return false, err
		}
		if !sameEntry(entry(before), entry(at)) {
			return ours > when, nil
		}
		at = before
	}
	return false, nil
}

// aside gives our file another name, beside what has its name there.
func (r *replay) aside(t git.Change, blocked string, changes []git.Change, done map[string]bool) error {
	from := t.Path // what gets another name: the file, or a folder above it
	if blocked != "" {
		from = blocked
	} else if s := stem(t.Path); (s == "index" || s == "_index") && path.Dir(t.Path) != "." && t.Old.Mode == 0 {
		from = path.Dir(t.Path)
	}
	to := from
	for n := 2; ; n++ {
		to = numbered(from, n, from == t.Path)
		_, _, err := r.theirEntry(to)
		if err != nil {
			return err
		}
		_, err = r.theirs.lookup("read", to)
		if errors.Is(err, fs.ErrNotExist) && !r.inOurs(to) && !slices.ContainsFunc(r.first, func(p planned) bool {
			return p.Path == to || strings.HasPrefix(p.Path, to+"/")
		}) {
			break
		}
	}
	for _, c := range changes {
		if done[c.Path] || c.New.Mode == 0 || c.Path != from && !strings.HasPrefix(c.Path, from+"/") {
			continue
		}
		if c.Path != t.Path && c.Old.Mode != 0 && blocked == "" {
			continue
		}
		done[c.Path] = true
		ours := c.New
		r.first = append(r.first, planned{File: File{Path: to + c.Path[len(from):]}, ours: &ours})
	}
	// What was planned before the clash moves along.
	for i, p := range r.first {
		if from != t.Path && !p.Delete && strings.HasPrefix(p.Path, from+"/") {
			r.first[i].Path = to + p.Path[len(from):]
		}
	}
	r.note("%s: something else is there now; the file of here is %s", t.Path, to+t.Path[len(from):])
	return nil
}

// numbered puts "-2" behind the stem of a file, or behind the name of a folder.
func numbered(name string, n int, isFile bool) string {
	dir, base := path.Split(name)
	stem, ext := base, ""
	if i := strings.IndexByte(base, '.'); isFile && i > 0 {
		stem, ext = base[:i], base[i:]
	}
	return fmt.Sprintf("%s%s-%d%s", dir, stem, n, ext)
}
