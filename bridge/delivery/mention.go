package delivery

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/html"

	"gitpost/bridge/outbound"
	"gitpost/bridge/state"
)

// mentionNotes is what the next version of a post needs to know of a mention.
type mentionNotes struct {
	Sent bool `json:"sent,omitempty"` // the target knows of some version
	Gone bool `json:"gone,omitempty"` // the post no longer links to it
}

func (n mentionNotes) String() string {
	text, _ := json.Marshal(n) // it has nothing that cannot be written
	return string(text)
}

func mentionNotesOf(row state.Delivery) (n mentionNotes) {
	_ = json.Unmarshal([]byte(row.Notes), &n) // written by String
	return n
}

// mentions are the webmentions that a post calls for whose page is live: to what it links to, and to
// what an earlier version linked to. Of a deleted post all that were told are told again.
func (d *Deliverer) mentions(ctx context.Context, s Site, live state.Delivery, found page) ([]state.Delivery, error) {
	if !s.Config().Webmention {
		return nil, nil
	}
	was, err := d.State.Deliveries(ctx, state.DeliveryFilter{Site: s.Me(), URL: live.URL, Kind: Webmention})
	if err != nil {
		return nil, err
	}
	var targets []string
	if live.Action != remove {
		item, ok, err := s.Post(ctx, live.URL)
		if err != nil {
			return nil, err
		}
		if !ok || item.Properties.Text("webmention") == "false" {
			return nil, nil
		}
		news := newsOf(s.Config(), item)
		targets = slices.DeleteFunc(links(found, item), func(u string) bool { return s.Owns(u) || news(u) })
	}
	now := d.Now()
	var rows []state.Delivery
	mention := func(target string, notes mentionNotes) {
		rows = append(rows, state.Delivery{
			Site: live.Site, URL: live.URL, Kind: Webmention, Target: target, Action: live.Action, Version: live.Version,
			Path: live.Path, State: state.DeliveryWaiting, Due: now, Begun: now, Changed: now, Notes: notes.String(),
		})
	}
	known := map[string]state.Delivery{}
	for _, row := range was {
		known[row.Target] = row
	}
	for _, target := range targets {
		old, ok := known[target]
		notes := mentionNotesOf(old)
		if !ok || old.Version != live.Version || notes.Gone {
			mention(target, mentionNotes{Sent: notes.Sent})
		}
	}
	for _, old := range was {
		notes := mentionNotesOf(old)
		if slices.Contains(targets, old.Target) || notes.Gone {
			continue
		}
		if notes.Sent {
			mention(old.Target, mentionNotes{Sent: true, Gone: true})
		} else if old.State == state.DeliveryWaiting { // nobody was told of the link
			old.State, old.Due, old.Result = state.DeliverySkipped, time.Time{}, "the post no longer links to it"
			old.Version, old.Changed = live.Version, now
			rows = append(rows, old)
		}
	}
	return rows, nil
}

// mentionLifetime is how long a webmention is tried.
const mentionLifetime = 24 * time.Hour

// sendMention tells one target once that the post links to it, or no longer.
func (d *Deliverer) sendMention(ctx context.Context, s Site, row state.Delivery) outcome {
	row.Tries++
	notes := mentionNotesOf(row)
	end := func(state state.DeliveryState, result string) outcome {
		row.State, row.Due, row.Result, row.Notes = state, time.Time{}, result, notes.String()
		return outcome{row: row}
	}
	again := func(result string, wait time.Duration) outcome {
		if now := d.Now(); now.Sub(row.Begun)+wait > mentionLifetime {
			return end(state.DeliveryFailed, "given up after a day: "+result)
		}
		row.Due, row.Result = d.Now().Add(wait), result
		return outcome{row: row}
	}
	t := d.tell(ctx, row.URL, row.Target)
	switch t.state {
	case state.DeliveryWaiting:
		return again(t.result, mentionPause(row.Tries, t.retryAfter))
	case state.DeliveryDone:
		notes.Sent, row.Link = true, t.link
	}
	return end(t.state, t.result)
}

// told is what one try to tell a page came to.
type told struct {
	state      state.DeliveryState // waiting: another try may do it
	result     string
	retryAfter string // as the other side says it
	link       string // that it gives to what it made of it
}

// tell finds where a page takes webmentions, and sends one there.
func (d *Deliverer) tell(ctx context.Context, source, target string) told {
	answer, err := d.foreign.Get(ctx, target, "text/html, application/xhtml+xml, */*;q=0.5")
	switch {
	case err != nil:
		return notTold(err)
	case temporary(answer.Status):
		return told{state: state.DeliveryWaiting, result: "the page answers " + statusText(answer.Status),
			retryAfter: answer.Header.Get("Retry-After")}
	}
	endpoint, ok := endpointOf(answer)
	switch {
	case !ok && answer.Status >= 400:
		return told{state: state.DeliveryFailed, result: "the page answers " + statusText(answer.Status)}
	case !ok:
		return told{state: state.DeliverySkipped, result: "the page takes no webmentions"}
	}
	answer, err = d.postMention(ctx, endpoint, source, target)
	if err != nil {
		return notTold(err)
	}
	result := "its webmention endpoint answers " + statusText(answer.Status)
	switch {
	case temporary(answer.Status):
		return told{state: state.DeliveryWaiting, result: result, retryAfter: answer.Header.Get("Retry-After")}
	case answer.Status < 200 || answer.Status > 299:
		return told{state: state.DeliveryFailed, result: result + excerpt(answer)}
	}
	t := told{state: state.DeliveryDone, result: "told; it answers " + statusText(answer.Status)}
	if at := answer.Header.Get("Location"); answer.Status == http.StatusCreated && at != "" {
		t.link = answer.Resolve(at)
	}
	return t
}

// notTold is what a request that failed came to.
func notTold(err error) told {
	if isFinal(err) {
		return told{state: state.DeliveryFailed, result: err.Error()}
	}
	return told{state: state.DeliveryWaiting, result: err.Error()}
}

// postMention sends one webmention. A redirect that keeps the method is followed once.
func (d *Deliverer) postMention(ctx context.Context, endpoint, source, target string) (*outbound.Response, error) {
	form := url.Values{"source": {source}, "target": {target}}.Encode()
	for redirected := false; ; redirected = true {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, strings.NewReader(form))
		if err != nil {
			return nil, fmt.Errorf("its webmention endpoint %q: %w", endpoint, outbound.ErrURL)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("User-Agent", "gitpost (Webmention)")
		answer, err := d.foreign.Do(r)
		if err != nil {
			return nil, err
		}
		keeps := answer.Status == http.StatusTemporaryRedirect || answer.Status == http.StatusPermanentRedirect
		if !keeps || redirected {
			return answer, nil
		}
		endpoint = answer.Resolve(answer.Header.Get("Location"))
	}
}

// isFinal reports whether a request that failed would always fail.
func isFinal(err error) bool {
	return errors.Is(err, outbound.ErrAddress) || errors.Is(err, outbound.ErrURL) ||
		errors.Is(err, outbound.ErrRedirects) ||
		errors.Is(err, outbound.ErrTooLarge)
}

// temporary reports whether another try may get another answer.
func temporary(status int) bool {
	return status >= 500 || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout
}

// mentionPause is how long to wait after so many tries, or what the other side asks for.
func mentionPause(tries int, retryAfter string) time.Duration {
	pauses := []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour,
		4 * time.Hour}
	wait := pauses[min(max(tries, 1), len(pauses))-1]
	if seconds, err := strconv.Atoi(retryAfter); err == nil && seconds > 0 {
		wait = max(wait, min(time.Duration(seconds)*time.Second, 12*time.Hour))
	}
	return wait
}

// excerpt is the beginning of an answer, for the owner.
func excerpt(r *outbound.Response) string {
	if kind := r.Header.Get("Content-Type"); strings.Contains(kind, "html") {
		return ""
	}
	text := strings.Join(strings.Fields(strings.ToValidUTF8(string(r.Body), "")), " ")
	if letters := []rune(text); len(letters) > 200 {
		text = string(letters[:200]) + "…"
	}
	if text == "" {
		return ""
	}
	return ": " + text
}

// endpointOf finds where a page takes webmentions: in its Link headers, else in the first <link> or
// <a> with an address.
func endpointOf(r *outbound.Response) (endpoint string, ok bool) {
	const rel = "webmention"
	for _, target := range outbound.HeaderLinks(r.Header, rel) {
		return r.Resolve(target), true
	}
	doc := r.HTML()
	if doc == nil {
		return "", false
	}
	base := r.URL
	based := false
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		href, has := hrefOf(n)
		switch {
		case !has:
		case n.Data == "base" && !based:
			based = true
			if u, err := r.URL.Parse(strings.TrimSpace(href)); err == nil {
				base = u
			}
		case (n.Data == "link" || n.Data == "a" || n.Data == "area") && isMentionLink(n):
			u, err := base.Parse(strings.TrimSpace(href))
			if err != nil {
				return "", false
			}
			return u.String(), true
		}
	}
	return "", false
}

func hrefOf(n *html.Node) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == "href" {
			return a.Val, true
		}
	}
	return "", false
}

func isMentionLink(n *html.Node) bool {
	for _, a := range n.Attr {
		if a.Key == "rel" {
			return outbound.HasWord(a.Val, "webmention")
		}
	}
	return false
}
