package git

// Change is one path that is not a folder and differs; a zero entry: not there.
type Change struct {
	Path     string
	Old, New Entry
}

// DiffTrees walks two trees side by side and enters only what differs. Changes come in path order.
func DiffTrees(oldSrc Source, old OID, newSrc Source, new OID, f func(Change) error) error {
	d := treeDiff{oldSrc: oldSrc, newSrc: newSrc, change: f}
	return d.walk(old, new, "")
}

// treeDiff is one walk.
type treeDiff struct {
	oldSrc, newSrc Source
	change         func(Change) error
	folder         func(old, new OID) // called for each folder that differs before its entries; may be nil
}

func (d *treeDiff) walk(old, new OID, prefix string) error {
	if old == new {
		return nil
	}
	if d.folder != nil {
		d.folder(old, new)
	}
	a, err := ReadTree(d.oldSrc, old)
	if err != nil {
		return err
	}
	b, err := ReadTree(d.newSrc, new)
	if err != nil {
		return err
	}
	for len(a) > 0 || len(b) > 0 {
		// Skip what the two have in common, whole entries at a time.
		if n := entryStart(a, commonPrefix(a, b)); n > 0 {
			a, b = a[n:], b[n:]
			continue
		}
		var x, y Entry
		var restA, restB []byte
		if len(a) > 0 {
			if x, restA, err = NextEntry(a); err != nil {
				return err
			}
		}
		if len(b) > 0 {
			if y, restB, err = NextEntry(b); err != nil {
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
			c = compareNames(x.Name, x.Mode == ModeDir, y.Name, y.Mode == ModeDir)
		}
		if c <= 0 {
			a = restA
		} else {
			x = Entry{}
		}
		if c >= 0 {
			b = restB
		} else {
			y = Entry{}
		}
		if x.ID == y.ID && x.Mode == y.Mode {
			continue
		}
		name := x.Name
		if name == nil {
			name = y.Name
		}
		path := prefix + string(name)
		var under struct{ old, new OID }
		if x.Mode == ModeDir {
			under.old = x.ID
		}
		if y.Mode == ModeDir {
			under.new = y.ID
		}
		if under.old != under.new {
			if err := d.walk(under.old, under.new, path+"/"); err != nil {
				return err
			}
		}
		change := Change{Path: path}
		if x.Mode != ModeDir {
			change.Old = x
		}
		if y.Mode != ModeDir {
			change.New = y
		}
		if change.Old.Mode != 0 || change.New.Mode != 0 {
			if err := d.change(change); err != nil {
				return err
			}
		}
	}
	return nil
}
