package delivery

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"gitpost/bridge/address"
	"gitpost/bridge/config"
	"gitpost/bridge/mf2"
	"gitpost/bridge/outbound"
	"gitpost/bridge/state"
)

// Kinds of deliveries to the networks of syndicate_to.
const (
	Syndication = "syndication" // a copy at the target, which is a uid
	WriteBack   = "write-back"  // the addresses of the copies are in the post's file
)

// network is one kind of syndication target. An error that is no *refusal may mean that the network did
// what was asked and its answer was lost: the same is then asked again, and must not be done twice.
type network interface {
	create(ctx context.Context, c *copyJob, save func() error) (id, link string, err error)
	edit(ctx context.Context, c *copyJob) error
	remove(ctx context.Context, c *copyJob) error
}

// copyJob is one copy that is made or changed.
type copyJob struct {
	item  mf2.Item
	url   string // of the post
	key   string // the same for each try
	notes copyNotes
	first bool // the first try, or the first after the owner wants another one
	fetch func(ctx context.Context, address string) (page, error)
}

// copyNotes is what a copy needs to be known again.
type copyNotes struct {
	ID    string   `json:"id,omitempty"`    // the network's; "" before there is a copy
	CID   string   `json:"cid,omitempty"`   // bluesky: of its content
	Sent  int64    `json:"sent,omitempty"`  // when it was first sent, in seconds since 1970
	Key   string   `json:"key,omitempty"`   // of that
	Media []string `json:"media,omitempty"` // uploads
}

func (n copyNotes) String() string {
	text, _ := json.Marshal(n) // it has nothing that cannot be written
	return string(text)
}

func copyNotesOf(row state.Delivery) (n copyNotes) {
	_ = json.Unmarshal([]byte(row.Notes), &n) // written by String
	return n
}

// network returns what reaches a target, or nil for one that other tools serve.
func (d *Deliverer) network(t config.Target) network {
	switch t.Type {
	case "mastodon":
		return mastodon{target: t, client: d.networks, now: d.Now}
	case "bluesky":
		return d.bluesky(t)
	case "micropub":
		return micropubServer{target: t, client: d.networks, now: d.Now}
	case "archive":
		return archive{target: t, client: d.networks, now: d.Now}
	case "indienews":
		return indieNews{target: t, tell: d.tell}
	}
	return nil
}

// newNetworks returns the client for the networks. The configuration names their servers, so these may be on
// a private network. No server may send requests on to another one.
func newNetworks() *http.Client {
	client := outbound.NewTrusted(networkTimeout)
	followed := client.CheckRedirect
	client.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		if first := via[0].URL; r.URL.Host != first.Host || r.URL.Scheme != first.Scheme {
			return &refusal{status: r.Response.StatusCode,
				words: "it redirects to " + r.URL.Scheme + "://" + r.URL.Host +
					"; if that is the right server, name it in syndicate_to"}
		}
		return followed(r, via)
	}
	return client
}

// copies are the syndications that a post calls for whose page is live.
func (d *Deliverer) copies(ctx context.Context, s Site, live state.Delivery) ([]state.Delivery, error) {
	was, err := d.State.Deliveries(ctx, state.DeliveryFilter{Site: s.Me(), URL: live.URL, Kind: Syndication})
	if err != nil {
		return nil, err
	}
	var item mf2.Item
	if live.Action != remove {
		var ok bool
		if item, ok, err = s.Post(ctx, live.URL); err != nil || !ok {
			return nil, err
		}
	}
	var rows []state.Delivery
	for _, t := range s.Config().SyndicateTo {
		if d.network(t) == nil {
			continue
		}
		row := state.Delivery{Site: live.Site, URL: live.URL, Kind: Syndication, Target: t.UID, Action: create,
			Path: live.Path, Version: live.Version, State: state.DeliveryWaiting, Due: d.Now(), Begun: d.Now(), Changed: d.Now()}
		if i := slices.IndexFunc(was, func(w state.Delivery) bool { return w.Target == t.UID }); i >= 0 {
			old := was[i]
			exists := copyNotesOf(old).ID != ""
			row.Notes, row.Link = old.Notes, old.Link
			switch {
			case old.Version == live.Version:
				continue
			case live.Action == remove && exists && t.Deletes:
				row.Action = remove
			case live.Action != remove && exists && t.Edits:
				row.Action = update
			case exists || live.Action == remove:
				continue
			}
			rows = append(rows, row)
			continue
		}
		if live.Action != remove && asksFor(item, t) {
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// asksFor reports whether a post wants a copy at a target and has none.
func asksFor(item mf2.Item, t config.Target) bool {
	has := slices.ContainsFunc(item.Properties["syndication"], func(v any) bool {
		return sameHost(mf2.Text(v), t.Host()) && !address.Same(mf2.Text(v), t.Server)
	})
	return wants(item, t) && !has
}

// wants reports whether a post names a target.
func wants(item mf2.Item, t config.Target) bool {
	return slices.ContainsFunc(item.Properties["syndicate-to"], func(v any) bool { return mf2.Text(v) == t.UID })
}

func sameHost(address, host string) bool {
	u, err := url.Parse(address)
	return err == nil && host != "" && strings.EqualFold(u.Hostname(), host)
}

// syndicate makes, edits or deletes one copy.
func (d *Deliverer) syndicate(ctx context.Context, s Site, row state.Delivery) outcome {
	row.Tries++
	end := func(to state.DeliveryState, result string) outcome {
		row.State, row.Due, row.Result = to, time.Time{}, result
		return outcome{row: row}
	}
	i := slices.IndexFunc(s.Config().SyndicateTo, func(t config.Target) bool { return t.UID == row.Target })
	if i < 0 {
		return end(state.DeliveryFailed, "syndicate_to no longer has this target")
	}
	net := d.network(s.Config().SyndicateTo[i])
	if net == nil {
		return end(state.DeliveryFailed, "syndicate_to no longer says of which type this target is")
	}
	item, ok, err := s.Post(ctx, row.URL)
	switch {
	case err != nil:
		row.Due, row.Result = d.Now().Add(time.Minute), err.Error()
		return outcome{row: row}
	case !ok && row.Action != remove:
		return end(state.DeliverySkipped, "the post is gone")
	}
	job := d.newCopyJob(s, row, item, copyKey(row))
	save := d.saver(ctx, &row, job)
	did := ""
	switch row.Action {
	case create:
		job.notes.ID, row.Link, err = net.create(ctx, job, save)
		did = "copied"
	case update:
		err, did = net.edit(ctx, job), "the copy is edited"
	case remove:
		err, did = net.remove(ctx, job), "the copy is deleted"
	}
	row.Notes = job.notes.String()
	if err != nil {
		return d.copyFailed(row, err)
	}
	if row.Action == remove {
		row.Notes, row.Link = "", ""
	}
	out := end(state.DeliveryDone, did)
	if row.Action == create && row.Link != "" {
		now := d.Now()
		out.next = []state.Delivery{{Site: row.Site, URL: row.URL, Kind: WriteBack, Action: update, Version: row.Version,
			Path: row.Path, State: state.DeliveryWaiting, Due: now, Begun: now, Changed: now}}
	}
	return out
}

// newCopyJob is the job of one try to copy a post. key is the same in each of them.
func (d *Deliverer) newCopyJob(s Site, row state.Delivery, item mf2.Item, key string) *copyJob {
	return &copyJob{item: item, url: row.URL, key: key, notes: copyNotesOf(row), first: row.Tries == 1,
		fetch: func(ctx context.Context, address string) (page, error) {
			return d.fetch(ctx, s, address, largestPicture)
		}}
}

// saver returns what stores the notes of a job in its row. It fails with errReplaced when the row was replaced.
func (d *Deliverer) saver(ctx context.Context, row *state.Delivery, job *copyJob) func() error {
	return func() error {
		row.Notes = job.notes.String()
		stored, err := d.State.FinishDelivery(ctx, *row, nil)
		if err == nil && !stored {
			err = errReplaced
		}
		return err
	}
}

// settled is an error that no other try changes before somebody does something about it.
type settled struct{ error }

var errReplaced = errors.New("the post has changed meanwhile")

// copyFailed decides whether a copy is tried again.
func (d *Deliverer) copyFailed(row state.Delivery, err error) outcome {
	row.Result = err.Error()
	var no *refusal
	final := errors.As(err, &no) && !temporary(no.status) && no.status != http.StatusPartialContent
	var end settled
	if final || errors.As(err, &end) {
		row.State, row.Due = state.DeliveryFailed, time.Time{}
		if final && (no.status == http.StatusUnauthorized || no.status == http.StatusForbidden) {
			row.Result += "; make a new token or password for it, and try again"
		}
		return outcome{row: row}
	}
	wait := mentionPause(row.Tries, "")
	if row.Tries == 1 {
		wait = 10 * time.Second
	}
	if no != nil && no.wait > 0 {
		wait = min(no.wait, 24*time.Hour)
	}
	row.Due = d.Now().Add(wait)
	return outcome{row: row}
}

// copyKey identifies a copy at its target, however often it is tried.
func copyKey(row state.Delivery) string {
	sum := sha256.Sum256([]byte(row.Site + "\n" + row.URL + "\n" + row.Target))
	return "gitpost-" + hex.EncodeToString(sum[:16])
}

// together is how long the write-back waits for the copies at other targets.
const together = 2 * time.Minute

// writeBack writes the addresses of a post's copies into its file, all in one commit.
func (d *Deliverer) writeBack(ctx context.Context, s Site, row state.Delivery) outcome {
	row.Tries++
	rows, err := d.State.Deliveries(ctx, state.DeliveryFilter{Site: s.Me(), URL: row.URL})
	var links []string
	document := ""
	for _, c := range rows {
		if c.Kind != Syndication && c.Kind != Document {
			continue
		}
		if c.State == state.DeliveryWaiting && c.Action == create && d.Now().Sub(row.Begun) < together {
			row.Tries--
			row.Due, row.Result = d.Now().Add(time.Second), "waits for the copies at other targets"
			return outcome{row: row}
		}
		if c.Link != "" {
			links = append(links, c.Link)
		}
		if c.Kind == Document {
			document = cmp.Or(document, copyNotesOf(c).ID)
		}
	}
	if err == nil && (len(links) > 0 || document != "") {
		slices.Sort(links)
		err = s.AddSyndication(ctx, row.URL, links, document)
	}
	if err != nil {
		row.Due, row.Result = d.Now().Add(mentionPause(row.Tries, "")), err.Error()
		return outcome{row: row}
	}
	row.State, row.Due, row.Result = state.DeliveryDone, time.Time{}, "the addresses of the copies are in the post"
	return outcome{row: row}
}
