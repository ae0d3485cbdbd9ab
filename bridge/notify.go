package bridge

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os/exec"
	"strings"
	"time"
)

// notice is what the owner is told when something has been wrong with a site for notify_after,
// and again when it is well.
type notice struct {
	Site     string    `json:"site"`
	Waiting  int       `json:"waiting"` // posts that are not pushed
	Since    time.Time `json:"since"`
	Reason   string    `json:"reason"`
	Resolved bool      `json:"resolved"`

	// The whole in words, under the two names by which chat services take a message.
	Text    string `json:"text"`
	Content string `json:"content"`
}

// alarm watches one site and tells the owner once of each trouble. check is for one goroutine.
type alarm struct {
	site   string
	state  func() (waiting int, since time.Time, reason string) // since: the oldest post that waits
	after  func() time.Duration
	notify func() []string // the key notify: an address, or a command with its arguments
	log    *slog.Logger
	now    func() time.Time

	troubled time.Time // since when; zero when all is well
	told     bool      // the owner knows
	sent     bool      // notify was told
}

// check looks once, and tells what is to be told. A message that cannot be delivered is tried
// again at the next check.
func (a *alarm) check(ctx context.Context) {
	waiting, since, reason := a.state()
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
	if !a.told {
		a.told = true
		a.log.Warn("posts wait, or the site cannot be read", "waiting", waiting, "since", a.troubled.UTC().Format(time.RFC3339), "reason", reason)
	}
	if !a.sent {
		n := notice{Site: a.site, Waiting: waiting, Since: a.troubled.UTC(), Reason: reason}
		n.Text = fmt.Sprintf("%s: %s", a.site, reason)
		if waiting > 0 {
			n.Text = fmt.Sprintf("%s: %d of its changes have waited to be pushed since %s: %s", a.site, waiting, n.Since.Format("2 January 15:04 MST"), reason)
		}
		a.sent = a.send(ctx, n)
	}
}

func (a *alarm) calm(ctx context.Context) {
	if a.told {
		a.log.Info("nothing waits any more")
	}
	if a.sent && !a.send(ctx, notice{Site: a.site, Since: a.troubled.UTC(), Resolved: true, Text: a.site + ": all is well again; nothing waits."}) {
		return // told at the next check
	}
	a.troubled, a.told, a.sent = time.Time{}, false, false
}

// notifyPatience is how long a webhook or a command may take.
const notifyPatience = 30 * time.Second

func (a *alarm) send(ctx context.Context, n notice) bool {
	n.Content = n.Text
	to := a.notify()
	if len(to) == 0 {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, notifyPatience)
	defer cancel()
	var err error
	if isWebAddress(to[0]) {
		err = postNotice(ctx, to[0], n)
	} else {
		err = runNotice(ctx, to, n)
	}
	if err != nil && ctx.Err() == nil {
		a.log.Error("notify did not work; it is tried again", "error", err)
	}
	return err == nil
}

func isWebAddress(s string) bool {
	return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")
}

func postNotice(ctx context.Context, address string, n notice) error {
	body, err := json.Marshal(n)
	if err != nil {
		return err
	}
	return callOwner(ctx, address, bytes.NewReader(body))
}

// callOwner posts JSON to an address of the configuration. The owner chose it, so it may be a
// private one; it may have a secret in it, so no error repeats it.
func callOwner(ctx context.Context, address string, body io.Reader) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, body)
	if err != nil {
		return errors.New("it is not an address that can be called")
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "gitpost")
	answer, err := ownersClient.Do(r)
	if err != nil {
		return withoutAddress(err)
	}
	defer answer.Body.Close()
	io.Copy(io.Discard, io.LimitReader(answer.Body, 64<<10))
	if answer.StatusCode >= 400 {
		return fmt.Errorf("it answered %s", answer.Status)
	}
	return nil
}

var ownersClient = &http.Client{Timeout: notifyPatience}

// runNotice runs the owner's own command, with the message as its input.
func runNotice(ctx context.Context, command []string, n notice) error {
	c := exec.CommandContext(ctx, command[0], command[1:]...)
	c.Stdin = strings.NewReader(n.Text + "\n")
	said, err := c.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", command[0], err, onOneLine(string(said), 200))
	}
	return nil
}

// watchDelivery looks again and again whether posts wait too long, until ctx ends.
func (s *Server) watchDelivery(ctx context.Context) {
	var alarms []*alarm
	for _, d := range s.destinations {
		alarms = append(alarms, &alarm{
			site: d.me(), log: d.log, now: time.Now,
			state: func() (int, time.Time, string) {
				st := d.delivery()
				return st.Unpushed, st.OldestWait, d.problem()
			},
			after:  func() time.Duration { return s.config().NotifyAfter },
			notify: func() []string { return s.config().Notify },
		})
	}
	look := time.NewTicker(min(max(s.config().NotifyAfter/4, 100*time.Millisecond), 15*time.Second))
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
		for _, a := range alarms {
			a.check(ctx)
		}
	}
}
