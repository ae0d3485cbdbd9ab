package gitstore

import "gitpost/gitstore/git"

// Delta is one path that differs between two snapshots; an empty hash: not there.
type Delta struct {
	Path     string
	Old, New Hash
}

// Diff lists what differs from s to next, regular files only, in path order.
func (s *Snapshot) Diff(next *Snapshot) ([]Delta, error) {
	var list []Delta
	err := git.DiffTrees(s.src, s.shown(), next.src, next.shown(), func(c git.Change) error {
		d := Delta{Path: c.Path}
		if git.IsRegular(c.Old.Mode) {
			d.Old = c.Old.ID.Hash()
		}
		if git.IsRegular(c.New.Mode) {
			d.New = c.New.ID.Hash()
		}
		if d.Old != d.New {
			list = append(list, d)
		}
		return nil
	})
	return list, err
}
