package gitstore

import (
	"context"
	"errors"
	"time"

	"gitpost/gitstore/git"
)

// makeDurable syncs the batch and then moves a ref to what it has. The disk is waited for three
// times: for pack, index and the ref's new content together, for the names of the pack, and for
// the ref. The ref must not move before the pack has its name, whatever the disk loses.
func (s *writer) makeDurable(b builder, ref string, old, new git.OID) error {
	prepared := make(chan error, 1)
	go func() { prepared <- s.refs.Prepare(ref, new) }()
	stored, err := b.Store(), <-prepared
	if stored != nil || err != nil {
		s.refs.Abandon(ref)
	}
	if stored != nil {
		return storageFault("write the commit", stored)
	}
	if err != nil {
		return storageFault("move the branch", err)
	}
	return s.moved(ref, old, new, s.refs.MovePrepared(context.Background(), ref, old, new))
}

func (s *writer) moveRef(ref string, old, new git.OID) error {
	return s.moved(ref, old, new, s.refs.Move(context.Background(), ref, old, new))
}

// moved judges the outcome of a ref's move.
func (s *writer) moved(ref string, old, new git.OID, err error) error {
	if err == nil || errors.Is(err, git.ErrRefMoved) {
		return err
	}
	if now, readErr := s.refs.Read(ref); readErr == nil && now == new && old != new {
		// The ref has its new value, but the folder could not be synced. Go on from what is
		// on disk, and report that it is not durable yet.
		if c, readErr := git.ReadCommit(s.db, now); readErr == nil && ref == s.head() {
			s.publish(c)
			s.delivery.add([]*pending{{id: c.ID, when: time.Now()}})
			s.syncer.wakeUp()
		}
	}
	return storageFault("move the branch", err)
}

// storageFault marks a failure of the disk as such; other errors pass.
func storageFault(op string, err error) error {
	var pathErr *PathError
	var disk *StorageError
	var missing *MissingError
	var content *contentError
	if errors.As(err, &content) || errors.As(err, &pathErr) || errors.As(err, &disk) || errors.As(err, &missing) ||
		!git.IsDiskError(err) {
		return err
	}
	return &StorageError{Op: op, Err: err}
}
