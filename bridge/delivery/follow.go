package delivery

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"sync"
	"time"

	"gitpost/bridge/mf2"
	"gitpost/bridge/state"
)

const (
	// mostFollowed is how many posts of one push are followed. More come from a conversion of the site
	// rather than from writing, and mentioning what they link to would surprise everybody.
	mostFollowed = 50

	// scheduleMargin is how long after a post's date its page is looked for: the build takes a while.
	scheduleMargin = 5 * time.Second

	// keepLive is how long it is kept that a site shows a post; keepFailed is the same for pages that
	// take no mentions, or could not be told.
	keepLive   = 30 * 24 * time.Hour
	keepFailed = 90 * 24 * time.Hour
)

// liveNotes is what the check of a page needs to know.
type liveNotes struct {
	Blob   string `json:"blob"`             // of the post's file
	Pushed bool   `json:"pushed,omitempty"` // the remote has it
	Before page   `json:"before"`           // what the site answered before the push
	Words  string `json:"words,omitempty"`  // are on the page when it shows this version
	Due    int64  `json:"due,omitempty"`    // when the site publishes the post, in seconds since 1970
	Seen   int64  `json:"seen,omitempty"`   // when the change was seen here, likewise
}

func (n liveNotes) String() string {
	text, _ := json.Marshal(n) // it has nothing that cannot be written
	return string(text)
}

func notesOf(row state.Delivery) (n liveNotes) {
	_ = json.Unmarshal([]byte(row.Notes), &n) // written by String
	return n
}

// follow stores what a site's new commits call for, and starts the checks of those that the remote
// has.
func (d *Deliverer) follow(ctx context.Context, s Site) error {
	if !s.Config().Delivery {
		return nil
	}
	since, err := d.State.Followed(ctx, s.Me())
	if err != nil {
		return err
	}
	changes, err := s.Changed(ctx, since, mostFollowed)
	if err != nil {
		return err
	}
	if changes.More > 0 {
		s.Log().Info("many posts changed at once; not all of them are followed", "followed", len(changes.Posts), "others",
			changes.More)
	}
	if changes.Tip != since {
		rows, err := d.rows(ctx, s, changes.Posts)
		if err != nil {
			return err
		}
		if err := d.State.Follow(ctx, s.Me(), changes.Tip, rows); err != nil {
			return err
		}
		if err := d.prune(ctx); err != nil {
			return err
		}
	}
	return d.start(ctx, s)
}

// prune deletes what nobody asks for any more. Who was told of a post, and where its copies are, is kept
// for its next version and its end.
func (d *Deliverer) prune(ctx context.Context) error {
	for _, old := range []struct {
		kind  string
		state state.DeliveryState
		after time.Duration
	}{
		{Live, state.DeliveryDone, keepLive}, {Live, state.DeliveryFailed, keepLive}, {Live, state.DeliverySkipped, keepLive},
		{WriteBack, state.DeliveryDone, keepLive}, {Webmention, state.DeliverySkipped, keepFailed},
		{Webmention, state.DeliveryFailed, keepFailed}, {Context, state.DeliverySkipped, keepFailed},
	} {
		if err := d.State.PruneDeliveries(ctx, old.kind, old.state, d.Now().Add(-old.after)); err != nil {
			return err
		}
	}
	return nil
}

// rows are the checks that changes call for. The pages are asked what they are now, before the push.
func (d *Deliverer) rows(ctx context.Context, s Site, changes []Change) ([]state.Delivery, error) {
	var rows []state.Delivery
	for _, c := range changes {
		row, err := d.row(ctx, s, c)
		if err != nil {
			return nil, err
		}
		if row != nil {
			rows = append(rows, *row)
		}
	}
	var all sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for i := range rows {
		if notesOf(rows[i]).Before.Asked {
			continue
		}
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			notes := notesOf(rows[i])
			notes.Before, _ = d.ask(ctx, s, rows[i].URL)
			rows[i].Notes = notes.String()
		})
	}
	all.Wait()
	return rows, nil
}

// row is the check that a change calls for; nil when the site shows nothing else because of it.
func (d *Deliverer) row(ctx context.Context, s Site, c Change) (*state.Delivery, error) {
	now := d.Now()
	row := &state.Delivery{Site: s.Me(), URL: c.URL, Kind: Live, Path: c.Path, State: state.DeliveryWaiting, Begun: now,
		Changed: now, Version: versionOf(c.Item), Action: create}
	notes := liveNotes{Blob: c.Blob, Seen: now.Unix(), Words: newWords(c.Item, c.Before)}
	switch {
	case c.Gone:
		row.Action, row.Version = remove, "gone "+versionOf(c.Before)
		notes.Words = newWords(c.Before, mf2.Item{})
	case len(c.Before.Properties) > 0:
		row.Action = update
	}
	if !c.Due.IsZero() {
		notes.Due = c.Due.Unix()
	}
	was, err := d.State.Deliveries(ctx, state.DeliveryFilter{Site: s.Me(), URL: c.URL, Kind: Live, Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(was) == 1 && was[0].State == state.DeliveryWaiting {
		old := notesOf(was[0])
		notes.Before = old.Before
		if was[0].Action == create && row.Action == update {
			row.Action = create // the site does not show it yet
		}
	} else if row.Version == versionOf(c.Before) {
		return nil, nil // only what gitpost itself writes about deliveries
	}
	row.Notes = notes.String()
	return row, nil
}

// start makes the checks due whose post the remote has by now.
func (d *Deliverer) start(ctx context.Context, s Site) error {
	waiting, err := d.State.Deliveries(ctx, state.DeliveryFilter{Site: s.Me(), Kind: Live, State: state.DeliveryWaiting})
	if err != nil {
		return err
	}
	for _, row := range waiting {
		notes := notesOf(row)
		if notes.Pushed {
			continue
		}
		if notes.Pushed, err = s.IsPushed(row.Path, notes.Blob); err != nil {
			return err
		}
		if !notes.Pushed {
			continue
		}
		row.Begun = d.Now()
		if due := time.Unix(notes.Due, 0).Add(scheduleMargin); notes.Due != 0 && due.After(row.Begun) {
			row.Begun = due
		}
		row.Due, row.Notes = row.Begun, notes.String()
		if _, err := d.State.FinishDelivery(ctx, row, nil); err != nil {
			return err
		}
	}
	return nil
}

// ofDelivery are the properties that gitpost itself writes after a delivery. They make no new version.
var ofDelivery = []string{"syndication", mf2.AtURI}

// versionOf identifies what a post says.
func versionOf(item mf2.Item) string {
	p := item.Properties.Clone()
	for _, name := range ofDelivery {
		delete(p, name)
	}
	text, err := json.Marshal(p) // with its keys in order
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:12])
}
