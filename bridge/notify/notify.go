// Package notify tells the owner when something has been wrong with a site for some time, and when
// it is over.
package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os/exec"
	"slices"
	"strings"
	"time"

	"gitpost/bridge/config"
	"gitpost/bridge/outbound"
	"gitpost/gitstore"
)

// notice is the message when something has been wrong with a site for notify_after, and when it is
// over.
type notice struct {
	Site     string    `json:"site"`
	Waiting  int       `json:"waiting"` // posts that are not pushed
	Since    time.Time `json:"since"`
	Reason   string    `json:"reason"`
	Refused  []string  `json:"refused,omitempty"` // files of changes that the host refuses
	Resolved bool      `json:"resolved"`

	// The whole in words, under the two names by which chat services take a message.
	Text    string `json:"text"`
	Content string `json:"content"`
}

// alarm watches one site and notifies the owner once of each problem. check is for one goroutine.
type alarm struct {
	site   string
	state  func() condition
	after  func() time.Duration
	notify func() []string // the key notify: an address, or a command with its arguments
	log    *slog.Logger
	now    func() time.Time

	troubled time.Time // since when; zero when all is well
	logged   bool      // the log has it
	sent     bool      // the owner was notified
	refused  []string  // of this the owner was notified
}

// condition is how a site is.
type condition struct {
	waiting int       // commits that are not pushed
	since   time.Time // the oldest of these
	reason  string
	refused []string // what the host refuses
}

// check looks once, and sends the message that is due. One that cannot be delivered is sent again at
// the next check.
func (a *alarm) check(ctx context.Context) {
	now := a.state()
	waiting, since, reason := now.waiting, now.since, now.reason
	if reason == "" && waiting == 0 {
		a.calm(ctx)
		return
	}
	if a.troubled.IsZero() {
		a.troubled = a.now()
	}
	if !since.IsZero() && since.Before(a.troubled) {
		a.troubled = since
	}
	if after := a.after(); after <= 0 || a.now().Sub(a.troubled) < after { // 0: never, as for the demo
		return
	}
	if !a.logged {
		a.logged = true
		a.log.Warn("posts wait, or the site cannot be read", "waiting", waiting, "since",
			a.troubled.UTC().Format(time.RFC3339), "reason", reason)
	}
	isNews := func(what string) bool { return !slices.Contains(a.refused, what) }
	if !a.sent || slices.ContainsFunc(now.refused, isNews) {
		n := notice{Site: a.site, Waiting: waiting, Since: a.troubled.UTC(), Reason: reason, Refused: now.refused}
		n.Text = fmt.Sprintf("%s: %s", a.site, reason)
		if waiting > 0 {
			n.Text = fmt.Sprintf("%s: %d of its changes have waited to be pushed since %s: %s", a.site, waiting,
				n.Since.Format("2 January 15:04 MST"), reason)
		}
		if a.send(ctx, n) {
			a.sent, a.refused = true, now.refused
		}
	}
}

func (a *alarm) calm(ctx context.Context) {
	if a.logged {
		a.log.Info("nothing waits any more")
	}
	if a.sent && !a.send(ctx, notice{Site: a.site, Since: a.troubled.UTC(), Resolved: true, Text: a.site +
		": all is well again; nothing waits."}) {
		return // sent at the next check
	}
	a.troubled, a.logged, a.sent, a.refused = time.Time{}, false, false, nil
}

func (a *alarm) send(ctx context.Context, n notice) bool {
	n.Content = n.Text
	to := a.notify()
	if len(to) == 0 {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, outbound.CallTimeout)
	defer cancel()
	var err error
	if config.IsURL(to[0]) {
		err = postNotice(ctx, to[0], n)
	} else {
		err = runNotice(ctx, to, n)
	}
	if err != nil && ctx.Err() == nil {
		a.log.Error("notify failed; it is tried again", "error", err)
	}
	return err == nil
}

func postNotice(ctx context.Context, address string, n notice) error {
	body, err := json.Marshal(n)
	if err != nil {
		return err
	}
	return outbound.Call(ctx, address, bytes.NewReader(body))
}

// runNotice runs the owner's own command, with the message as its input.
func runNotice(ctx context.Context, command []string, n notice) error {
	c := exec.CommandContext(ctx, command[0], command[1:]...)
	c.Stdin = strings.NewReader(n.Text + "\n")
	c.Env = gitstore.Environ()
	said, err := c.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %.200s", command[0], err, strings.Join(strings.Fields(string(said)), " "))
	}
	return nil
}

// Site is a site that is watched.
type Site interface {
	Me() string
	Delivery() gitstore.Status
	Problem() string                        // why the site is not served as its author wants it; "" when it is
	Late() (since time.Time, reason string) // why the site does not show a pushed post; "" when it does
	Log() *slog.Logger
}

// Watch checks the sites until ctx ends.
func Watch(ctx context.Context, c func() *config.Config, sites []Site) {
	var alarms []*alarm
	for _, s := range sites {
		alarms = append(alarms, &alarm{
			site: s.Me(), log: s.Log(), now: time.Now,
			state: func() condition {
				st := s.Delivery()
				c := condition{waiting: st.Unpushed, since: st.OldestWait, reason: s.Problem()}
				if late, reason := s.Late(); reason != "" && c.reason == "" && c.waiting == 0 {
					c.since, c.reason = late, reason
				}
				for _, r := range st.Refused {
					c.refused = append(c.refused, strings.Join(r.Paths, ", "))
				}
				return c
			},
			after:  func() time.Duration { return c().NotifyAfter },
			notify: func() []string { return c().Notify },
		})
	}
	next := time.NewTicker(min(max(c().NotifyAfter/4, 100*time.Millisecond), 15*time.Second))
	defer next.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-next.C:
		}
		for _, a := range alarms {
			a.check(ctx)
		}
	}
}
