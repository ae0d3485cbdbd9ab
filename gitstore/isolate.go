package gitstore

import (
	"context"
	"errors"
	"strings"
	"time"

	"gitpost/gitstore/git"
	"gitpost/gitstore/remote"
)

// A host may refuse a push because of one commit in it: a secret, a file above its limit. It
// looks at every commit, so a later one that fixes or deletes the file does not help. Commits
// that were never pushed are this store's own, and are rewritten until the host takes them:
// commits of the same files become one, which lacks what was fixed meanwhile, and what is still
// refused waits behind the others.

// maxIsolationPushes bounds the pushes of one search.
const maxIsolationPushes = 40

// isolate finds the commits that the host refuses, sets them aside and pushes the others. cause
// is the refusal of all that is ready.
func (s *syncer) isolate(ctx context.Context, cause error) error {
	groups, err := s.readyGroups()
	if err != nil {
		return err
	}
	restyles := !allStyled(s.Store, groups)
	if err := s.rearrange(); err != nil {
		return cause
	}
	if groups, err = s.readyGroups(); err != nil {
		return err
	}
	known := len(groups) // so many of the first groups are refused together; 0: not known
	if restyles {
		known = 0 // they are other commits now
	}
	tried := make(map[*pending]bool)  // first commits that were pushed alone
	folded := make(map[*pending]bool) // last commits of groups that became one commit
	for tries := 0; len(groups) > 0; {
		send := membersOf(groups)
		first := groups[0].members
		alone := known == 1 && len(first) > 1 && !tried[first[0]] && !folded[first[len(first)-1]]
		switch {
		case alone:
			send, tried[first[0]] = first[:1], true
		case known == 1:
			last := first[len(first)-1]
			s.setAside(groups[0], cause, !folded[last])
			folded[last] = true
			if err := s.rearrange(); err != nil {
				return cause
			}
			send, known = nil, 0
		case known > 1:
			send = membersOf(groups[:known/2])
		}
		if len(send) > 0 {
			if tries++; tries > maxIsolationPushes {
				return cause
			}
			err := s.send(ctx, send)
			switch {
			case err == nil && known > 1:
				known -= known / 2
			case err == nil:
				known = 0
			case !remote.Refused(err):
				return err
			case alone:
				cause = err
			default:
				cause, known = err, max(1, countGroups(groups, send))
			}
		}
		if groups, err = s.readyGroups(); err != nil {
			return err
		}
		known = min(known, len(groups))
	}
	return nil
}

// countGroups is the number of groups that a push of the first commits held.
func countGroups(groups []*group, sent []*pending) int {
	n, left := 0, len(sent)
	for ; n < len(groups) && left > 0; n++ {
		left -= len(groups[n].members)
	}
	return n
}

func membersOf(groups []*group) []*pending {
	var list []*pending
	for _, g := range groups {
		list = append(list, g.members...)
	}
	return list
}

// readyGroups are the groups that the host is not known to refuse, in the order of the branch.
func (s *syncer) readyGroups() ([]*group, error) {
	return splitGroups(s.db, s.delivery.ready())
}

// setAside has a group that the host refuses become one commit, if it is more than one and was
// not one before; else it is what has to wait.
func (s *syncer) setAside(g *group, cause error, mayFold bool) {
	explained := s.remote.Explain("push to", cause)
	reason, hint, _ := partsOf(explained)
	fold := mayFold && g.mayFold()
	s.delivery.update(func() {
		for i, p := range g.members {
			if fold {
				p.fold = true
				continue
			}
			p.refusal = &Refusal{Message: g.commits[i].Message, Paths: g.paths(), Largest: g.largest(s.db),
				Size: remote.RefusedSize(explained), Reason: reason, Hint: hint, Since: time.Now()}
			p.refused = p.refusal.words()
		}
	})
	if !fold {
		s.log.Warn("the host refuses a commit; it waits while the others are pushed",
			"files", strings.Join(g.paths(), ", "), "reason", reason)
	}
}

// refusal is why something still waits that the host refuses; nil when nothing does.
func (s *syncer) refusal() error {
	d := &s.delivery
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, p := range d.unpushed {
		if p.refusal != nil {
			return &RemoteError{Op: "push to", Remote: s.address, Reason: p.refusal.Reason, Hint: p.refusal.Hint, Refused: true}
		}
	}
	return nil
}

// rearrange has the writer sort what waits.
func (s *syncer) rearrange() error {
	r := &request{arrange: true, done: make(chan struct{})}
	if err := s.queue.put(r); err != nil {
		return err
	}
	<-r.done
	return r.err
}

// arrangeRetrying arranges, also when another program moves the branch meanwhile.
func (s *writer) arrangeRetrying() error {
	for range 10 {
		err := s.arrange()
		if !errors.Is(err, git.ErrRefMoved) {
			return err
		}
		if err := s.adopt(); err != nil {
			return err
		}
	}
	return git.ErrRefMoved
}
