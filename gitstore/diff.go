package gitstore

// Delta is one path that differs between two snapshots; an empty hash: not there.
type Delta struct {
	Path     string
	Old, New Hash
}

// Diff lists what differs from s to next, regular files only, in path order.
func (s *Snapshot) Diff(next *Snapshot) ([]Delta, error) {
	var list []Delta
	err := diffTrees(s.src, s.tree, next.src, next.tree, "", func(c treeChange) error {
		d := Delta{Path: c.path}
		if isRegular(c.old.mode) {
			d.Old = c.old.id.hash()
		}
		if isRegular(c.new.mode) {
			d.New = c.new.id.hash()
		}
		if d.Old != d.New {
			list = append(list, d)
		}
		return nil
	}, nil)
	return list, err
}

// treeChange is one path that is not a folder and differs; a zero entry: not there.
type treeChange struct {
	path     string
	old, new treeEntry
}

// treeStep is one folder that differs; a zero name: not there.
type treeStep func(path string, old, new oid) error

// diffTrees walks two trees side by side and enters only what differs. step may be nil;
// it is called for each folder before its entries.
func diffTrees(oldSrc source, old oid, newSrc source, new oid, prefix string, f func(treeChange) error, step treeStep) error {
	if old == new {
		return nil
	}
	if step != nil {
		if err := step(prefix, old, new); err != nil {
			return err
		}
	}
	a, err := readTree(oldSrc, old)
	if err != nil {
		return err
	}
	b, err := readTree(newSrc, new)
	if err != nil {
		return err
	}
	// Skip what the two have in common at their start, whole entries at a time.
	n := entryStart(a, commonPrefix(a, b))
	a, b = a[n:], b[n:]
	for len(a) > 0 || len(b) > 0 {
		var x, y treeEntry
		var restA, restB []byte
		if len(a) > 0 {
			if x, restA, err = nextEntry(a); err != nil {
				return err
			}
		}
		if len(b) > 0 {
			if y, restB, err = nextEntry(b); err != nil {
				return err
			}
		}
		var c int
		switch {
		case len(a) == 0:
			c = 1
		case len(b) == 0:
			c = -1
		default:
			c = compareNames(x.name, x.mode == modeDir, y.name, y.mode == modeDir)
		}
		if c <= 0 {
			a = restA
		} else {
			x = treeEntry{}
		}
		if c >= 0 {
			b = restB
		} else {
			y = treeEntry{}
		}
		if x.id == y.id && x.mode == y.mode {
			continue
		}
		name := x.name
		if name == nil {
			name = y.name
		}
		path := prefix + string(name)
		var under struct{ old, new oid }
		if x.mode == modeDir {
			under.old = x.id
		}
		if y.mode == modeDir {
			under.new = y.id
		}
		if under.old != under.new {
			if err := diffTrees(oldSrc, under.old, newSrc, under.new, path+"/", f, step); err != nil {
				return err
			}
		}
		change := treeChange{path: path}
		if x.mode != modeDir {
			change.old = x
		}
		if y.mode != modeDir {
			change.new = y
		}
		if change.old.mode != 0 || change.new.mode != 0 {
			if err := f(change); err != nil {
				return err
			}
		}
	}
	return nil
}
