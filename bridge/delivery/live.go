package delivery

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"gitpost/bridge/state"
)

const (
	// late is how long a pushed post may take to appear before the owner is told.
	late = 10 * time.Minute

	largestPage = 4 << 20 // bytes of a page that are looked at
)

// page is an answer of the site.
type page struct {
	Asked    bool   `json:"asked,omitempty"`
	Status   int    `json:"status,omitempty"` // 0: there was no answer
	Sum      string `json:"sum,omitempty"`    // of the body
	Modified int64  `json:"modified,omitempty"`
	body     []byte
	header   http.Header
	at       *url.URL // after redirects
}

// ask fetches a page of the site. The error says in words why there is no answer.
func (d *Deliverer) ask(ctx context.Context, s Site, address string) (page, error) {
	p, err := d.fetch(ctx, s, address, largestPage)
	if err != nil {
		return p, err
	}
	p.body = p.body[:min(len(p.body), largestPage)]
	sum := sha256.Sum256(p.body)
	p.Sum = hex.EncodeToString(sum[:12])
	return p, nil
}

// fetch fetches what a post names, and at most one byte more than most of it. Only the site's own
// addresses may be on a private network: a post can name any.
func (d *Deliverer) fetch(ctx context.Context, s Site, address string, most int64) (page, error) {
	p := page{Asked: true}
	if !s.Owns(address) {
		answer, err := d.pictures.Get(ctx, address, "")
		if err != nil {
			return p, err
		}
		p.body, p.Status, p.header, p.at = answer.Body, answer.Status, answer.Header, answer.URL
		return p, nil
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return p, errors.New("it is not a URL that can be fetched")
	}
	r.Header.Set("User-Agent", "gitpost")
	r.Header.Set("Cache-Control", "no-cache")
	answer, err := d.own.Do(r)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return p, fmt.Errorf("the site cannot be reached: %w", err)
	}
	defer answer.Body.Close()
	if p.body, err = io.ReadAll(io.LimitReader(answer.Body, most+1)); err != nil {
		return p, fmt.Errorf("the site's answer broke off: %w", err)
	}
	p.Status, p.header, p.at = answer.StatusCode, answer.Header, answer.Request.URL
	if t, err := http.ParseTime(answer.Header.Get("Last-Modified")); err == nil {
		p.Modified = t.Unix()
	}
	return p, nil
}

// checkLive looks once whether the site shows a post, or no longer shows a deleted one.
func (d *Deliverer) checkLive(ctx context.Context, s Site, row state.Delivery) outcome {
	now := d.Now()
	row.Tries++
	found, err := d.ask(ctx, s, row.URL)
	age := now.Sub(row.Begun)
	verdict := "the site answers " + statusText(found.Status)
	if err != nil {
		verdict = err.Error()
	}
	notes := notesOf(row)
	live := err == nil && isLive(row.Action, notes, found)
	if row.Action != remove && notes.Words == "" && found.Status == http.StatusOK &&
		(age >= late || d.builtSince(s, row.Begun)) {
		live = true // what changed is nothing that the page shows
	}
	if live {
		row.State, row.Due = state.DeliveryDone, time.Time{}
		row.Result = "live after " + age.Round(time.Second).String()
		if row.Action == remove {
			row.Result = "gone after " + age.Round(time.Second).String()
		}
		out := outcome{row: row}
		out.next, err = d.mentions(ctx, s, row, found)
		if err == nil {
			var copies []state.Delivery
			copies, err = d.copies(ctx, s, row)
			out.next = append(out.next, copies...)
		}
		if err == nil {
			var documents []state.Delivery
			documents, err = d.documents(ctx, s, row)
			out.next = append(out.next, documents...)
		}
		if err == nil {
			var contexts []state.Delivery
			contexts, err = d.contexts(ctx, s, row)
			out.next = append(out.next, contexts...)
		}
		if err != nil { // the state database, or the site, cannot be read: all of it again
			out.row.State, out.row.Due, out.row.Result = state.DeliveryWaiting, now.Add(livePause(age)), err.Error()
			out.next = nil
		}
		return out
	}
	if found.Status == http.StatusOK {
		verdict = "the site answers as before"
	}
	if b, failed := d.failedBuild(s, time.Unix(notes.Seen, 0)); failed {
		verdict += "; " + b.String()
	}
	row.Result, row.Due = verdict, now.Add(livePause(age))
	return outcome{row: row}
}

// isLive compares an answer with the one before the push.
func isLive(action string, notes liveNotes, found page) bool {
	changed := notes.Before.Status != found.Status || notes.Before.Sum != found.Sum
	known := notes.Before.Status != 0
	switch {
	case action == remove:
		return found.Status == http.StatusNotFound || found.Status == http.StatusGone ||
			found.Status == http.StatusOK && changed && notes.Words != "" && !shows(found.body, notes.Words)
	case found.Status != http.StatusOK:
		return false
	case notes.Words != "" && shows(found.body, notes.Words):
		return true
	case action == create && notes.Before.Status != http.StatusOK: // it is new
		return known || notes.Words == ""
	}
	return notes.Words == "" && known && changed
}

// livePause is how long to wait before the next look at a page.
func livePause(age time.Duration) time.Duration {
	switch {
	case age < time.Minute:
		return 5 * time.Second
	case age < 3*time.Minute:
		return 15 * time.Second
	case age < 30*time.Minute:
		return time.Minute
	case age < 24*time.Hour:
		return 10 * time.Minute
	}
	return time.Hour
}

func statusText(status int) string {
	if text := http.StatusText(status); text != "" {
		return fmt.Sprintf("%d %s", status, text)
	}
	return fmt.Sprint(status)
}
