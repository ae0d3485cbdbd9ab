package delivery

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"gitpost/bridge/state"
)

// counts are the outcomes since the start.
type counts struct {
	mu    sync.Mutex
	ended map[Count]uint64 // guarded by mu
}

// Count names a counter of outcomes.
type Count struct{ Site, Kind, State string }

func (c *counts) add(row state.Delivery) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended == nil {
		c.ended = map[Count]uint64{}
	}
	c.ended[Count{row.Site, row.Kind, string(row.State)}]++
}

// Counts returns how many deliveries ended since the start.
func (d *Deliverer) Counts() map[Count]uint64 {
	d.counts.mu.Lock()
	defer d.counts.mu.Unlock()
	return maps.Clone(d.counts.ended)
}

// Waiting returns how many of a site's deliveries wait, by kind.
func (d *Deliverer) Waiting(ctx context.Context, site string) (map[string]int, error) {
	rows, err := d.State.Deliveries(ctx, state.DeliveryFilter{Site: site, State: state.DeliveryWaiting})
	n := map[string]int{Live: 0, Webmention: 0, Syndication: 0}
	for _, row := range rows {
		n[row.Kind]++
	}
	return n, err
}

// Late is what a site should have shown long ago.
type Late struct {
	Posts  int
	Since  time.Time // the oldest of them was pushed
	Reason string    // in words; "" when nothing is late
	Oldest state.Delivery
}

// Late returns what is late at a site. A build that failed makes its posts late at once.
func (d *Deliverer) Late(ctx context.Context, site string) (Late, error) {
	rows, err := d.State.Deliveries(ctx, state.DeliveryFilter{Site: site, Kind: Live})
	if err != nil {
		return Late{}, err
	}
	return LateOf(rows, d.Now()), nil
}

// LateOf is what is late among rows.
func LateOf(rows []state.Delivery, now time.Time) Late {
	var all Late
	var oldest state.Delivery
	for _, row := range rows {
		if !IsLate(row, now) {
			continue
		}
		all.Posts++
		if oldest.URL == "" || row.Begun.Before(oldest.Begun) {
			oldest = row
		}
	}
	if all.Posts > 0 {
		all.Since, all.Oldest = oldest.Begun, oldest
		all.Reason = oldest.URL + " is " + Describe(oldest, now)
		if others := all.Posts - 1; others == 1 {
			all.Reason += "; so is 1 more post"
		} else if others > 1 {
			all.Reason += fmt.Sprintf("; so are %d more posts", others)
		}
	}
	return all
}

// IsLate reports whether the site should have shown a change by now. What is given up stays late until
// the owner skips it or it changes again.
func IsLate(row state.Delivery, now time.Time) bool {
	switch {
	case row.Kind != Live:
		return false
	case row.State == state.DeliveryFailed:
		return true
	}
	return row.State == state.DeliveryWaiting && row.Tries > 0 &&
		(now.Sub(row.Begun) >= late || strings.Contains(row.Result, buildFailed))
}

// buildTime is how long nobody wonders that a site does not show a change.
const buildTime = 2 * time.Minute

// Stage is how far a delivery is.
type Stage int

const (
	Ended     Stage = iota // Result has how
	OnItsWay               // it was not tried yet
	Scheduled              // for the date of the post
	Building               // nobody wonders yet that the site does not show it
	NotShown               // the site should show it by now, or no longer show it
	Again                  // it is tried again; Result has why
	NotFollowed
)

// StageOf returns how far a delivery is.
func StageOf(row state.Delivery, now time.Time) Stage {
	waits := row.State == state.DeliveryWaiting
	switch {
	case waits && row.Kind != Live && row.Tries > 0:
		return Again
	case waits && row.Kind != Live:
		return OnItsWay
	case row.Kind != Live:
		return Ended
	case waits && row.Tries == 0:
		if notes := notesOf(row); notes.Pushed && notes.Due != 0 {
			return Scheduled
		}
		return OnItsWay
	case waits && now.Sub(row.Begun) < buildTime && !strings.Contains(row.Result, buildFailed):
		return Building
	case waits, row.State == state.DeliveryFailed:
		return NotShown
	case row.State == state.DeliverySkipped:
		return NotFollowed
	}
	return Ended
}

// Describe says in words how far a delivery is.
func Describe(row state.Delivery, now time.Time) string {
	switch StageOf(row, now) {
	case Again:
		return "tried again: " + row.Result
	case OnItsWay:
		if row.Kind == Live {
			return "on its way to the site"
		}
		return "on its way"
	case Scheduled:
		return "scheduled"
	case Building:
		return "pushed; the site is being built"
	case NotShown:
		what := "not live"
		if row.Action == remove {
			what = "not gone"
		} else if row.Action == update {
			what = "not shown in its new version"
		}
		return fmt.Sprintf("pushed, %s for %s: %s", what, inWords(now.Sub(row.Begun)), row.Result)
	case NotFollowed:
		return "not followed"
	}
	return row.Result
}

// inWords is a time span for people.
func inWords(d time.Duration) string {
	switch {
	case d < time.Minute:
		return count(int(d.Seconds()), "second")
	case d < 2*time.Hour:
		return count(int(d.Minutes()), "minute")
	case d < 48*time.Hour:
		return count(int(d.Hours()), "hour")
	}
	return count(int(d.Hours()/24), "day")
}

func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// OfPost lists the deliveries of a post: whether it is live first.
func (d *Deliverer) OfPost(ctx context.Context, site, url string) ([]state.Delivery, error) {
	rows, err := d.State.Deliveries(ctx, state.DeliveryFilter{Site: site, URL: url})
	slices.SortStableFunc(rows, func(a, b state.Delivery) int {
		return cmp.Or(compareBools(b.Kind == Live, a.Kind == Live), cmp.Compare(a.Target, b.Target))
	})
	return rows, err
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// Unshown returns, of some posts of a site, those that the site does not show as they are, each with its delivery.
func (d *Deliverer) Unshown(ctx context.Context, site string, urls []string) (map[string]state.Delivery, error) {
	rows, err := d.State.Deliveries(ctx, state.DeliveryFilter{Site: site, Kind: Live})
	found := map[string]state.Delivery{}
	for _, row := range rows {
		if slices.Contains(urls, row.URL) && (row.State == state.DeliveryWaiting || row.State == state.DeliveryFailed) {
			found[row.URL] = row
		}
	}
	return found, err
}
