package catalog

import (
	"context"
	"slices"
	"strings"
	"time"
)

// Turned is a page that became published or expired by time alone: no file changed, but the
// last build of the site is outdated.
type Turned struct {
	At    time.Time
	Entry *Entry // the current one
}

// Turn updates the pages whose publication or expiry date has passed, and returns those that
// turned after since, oldest first, and the time at which the next one turns, or zero. Pages
// that had turned before they were first read are returned once.
func (c *Catalog) Turn(ctx context.Context, since, now time.Time) (turned []Turned, next time.Time, err error) {
	c.advancing.Lock()
	defer c.advancing.Unlock()
	ix := c.current()
	if ix == nil {
		return nil, time.Time{}, nil
	}
	if !ix.swept {
		for number, r := range ix.records {
			if at, _ := r.turning(); at.After(since) && !at.After(now) {
				turned = append(turned, Turned{at, ix.entry(uint32(number))})
			}
		}
		ix.swept = true
	}
	for path := range ix.arrived {
		if e := ix.at(path); e.Page.Turned.After(since) {
			turned = append(turned, Turned{e.Page.Turned, e})
		}
	}
	clear(ix.arrived)
	var due []Change
	for path := range ix.turning {
		if e := ix.at(path); !e.Page.Turns.After(now) {
			due = append(due, Change{Path: path, Old: e.Blob, New: e.Blob})
		}
	}
	if len(due) > 0 {
		entries, err := ix.readChanges(ctx, ix.snap, due, known{})
		if err != nil {
			return nil, time.Time{}, err
		}
		for _, change := range due {
			if at := ix.at(change.Path).Page.Turns; at.After(since) {
				turned = append(turned, Turned{at, entries[change.Path]})
			}
		}
		c.mu.Lock()
		ix.apply(ix.snap, due, entries)
		c.mu.Unlock()
		clear(ix.arrived) // they are in turned
	}
	slices.SortFunc(turned, func(a, b Turned) int {
		if d := a.At.Compare(b.At); d != 0 {
			return d
		}
		return strings.Compare(a.Entry.Path, b.Entry.Path)
	})
	for path := range ix.turning {
		if at := ix.at(path).Page.Turns; next.IsZero() || at.Before(next) {
			next = at
		}
	}
	return turned, next, nil
}

// watch remembers a page whose publication depends on the time.
func (ix *index) watch(e *Entry) {
	if !e.Page.Turns.IsZero() {
		ix.turning[e.Path] = true
	}
	if ix.swept && !e.Page.Turned.IsZero() {
		ix.arrived[e.Path] = true
	}
}
