package bridge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"gitpost/gitstore"
)

// openSites opens all destinations. What is wrong with one of several does not keep the others
// from being served, if it can have come by itself: a site that has a clone, or that cannot be
// reached, is opened later. A site that is new and configured wrongly is an error.
func (s *Server) openSites(ctx, run context.Context, progress io.Writer) error {
	var later []*destination
	var failures []error
	c := s.config()
	former := formerClones(c.Data, c.sites())
	for _, d := range s.destinations {
		err := d.adopt(former)
		if err != nil {
			return err
		}
		err = d.open(ctx, run, s.state, s.media, progress)
		if err == nil {
			continue
		}
		if len(s.destinations) == 1 {
			return err
		}
		err = fmt.Errorf("site %s: %w", d.me(), err)
		if !d.opensLater(err) {
			return err
		}
		later, failures = append(later, d), append(failures, err)
	}
	if len(later) == len(s.destinations) {
		return errors.Join(failures...)
	}
	for i, d := range later {
		d.cannotOpen(failures[i])
		s.background.Go(func() { s.openLater(run, d) })
	}
	return nil
}

// opensLater tells whether a failure may pass without anybody's doing at this machine.
func (d *destination) opensLater(err error) bool {
	var remote *gitstore.RemoteError
	switch {
	case errors.Is(err, gitstore.ErrLocked):
		return false
	case d.cloned():
		return true
	}
	return errors.As(err, &remote) && remote.Unreachable
}

func (d *destination) cannotOpen(err error) {
	reason := err.Error()
	d.trouble.Store(&reason)
	d.log.Error("the site cannot be opened yet; the others are served", "error", err)
}

// How long the server waits before it tries to open a site again.
const (
	reopenFirst = time.Second
	reopenLast  = time.Minute
)

// openLater tries until it succeeds or ctx ends.
func (s *Server) openLater(ctx context.Context, d *destination) {
	for wait := reopenFirst; ; wait = min(2*wait, reopenLast) {
		pause := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			pause.Stop()
			return
		case <-pause.C:
		}
		err := d.open(ctx, ctx, s.state, s.media, nil)
		if err == nil {
			d.log.Info("the site is served now")
			return
		}
		if ctx.Err() != nil {
			return
		}
		d.cannotOpen(err)
	}
}

// closeSites closes all destinations at once, so that each has all of ctx for its last push.
func (s *Server) closeSites(ctx context.Context) error {
	errs := make([]error, len(s.destinations))
	var all sync.WaitGroup
	for i, d := range s.destinations {
		all.Go(func() { errs[i] = d.close(ctx) })
	}
	all.Wait()
	return errors.Join(errs...)
}
