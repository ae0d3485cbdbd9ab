package notify

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"gitpost/bridge/config"
)

// Event is an entry of the security log.
type Event struct {
	What, Subject string
	When          time.Time
	Refused       bool
}

// WatchEvents tells the owner of sign-ins, grants and tokens, if notify_events is set, until ctx
// ends. Refusals are not told: strangers cause them. events returns what happened after a time,
// newest first.
func WatchEvents(
	ctx context.Context, c func() *config.Config, log *slog.Logger,
	events func(context.Context, time.Time) ([]Event, error),
) {
	last := time.Now()
	sender := &alarm{site: c().Me(), notify: func() []string { return c().Notify }, log: log, now: time.Now}
	next := time.NewTicker(10 * time.Second)
	defer next.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-next.C:
		}
		if c().NotifyEvents {
			last = tellEvents(ctx, sender, events, last)
		} else {
			last = time.Now()
		}
	}
}

// tellEvents tells what happened after a time, and returns the time of the last event that was told.
func tellEvents(
	ctx context.Context, to *alarm, events func(context.Context, time.Time) ([]Event, error), last time.Time,
) time.Time {
	found, err := events(ctx, last)
	if err != nil {
		if ctx.Err() == nil {
			to.log.Error("could not read the security log", "error", err)
		}
		return last
	}
	for i := len(found) - 1; i >= 0; i-- {
		e := found[i]
		if !e.Refused {
			text := fmt.Sprintf("%s: %s: %s", to.site, e.What, e.Subject)
			if !to.send(ctx, notice{Site: to.site, Since: e.When.UTC(), Reason: e.What, Text: text}) {
				return last
			}
		}
		last = e.When
	}
	return last
}
