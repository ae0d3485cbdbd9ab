// Package delivery does what remains to be done about a post after its push: it follows the post until
// the site shows it, and then tells the pages that the post links to (Webmention).
//
// What changed between two commits decides, not who wrote it, so posts that were written by hand and
// pushed are delivered like those of apps. Each step is stored before it is taken: after a restart
// nothing is lost, and nothing is done twice that could be known to be done.
package delivery

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"gitpost/bridge/config"
	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
	"gitpost/bridge/outbound"
	"gitpost/bridge/state"
)

// The kinds of deliveries.
const (
	Live       = "live"       // the site shows the post, or no longer
	Webmention = "webmention" // the target knows that the post links to it
)

// What was done to the post.
const (
	create = "create"
	update = "update"
	remove = "delete"
)

// Site is what deliveries need of a site that is served.
type Site interface {
	Me() string
	Config() *config.Site
	Log() *slog.Logger
	// Changed lists the posts that differ between a commit and the tip, at most so many. Without a
	// commit it returns the tip alone.
	Changed(ctx context.Context, since string, most int) (Changes, error)
	// IsPushed reports whether the remote has a file as it is in a blob; without one, whether it does
	// not have the file.
	IsPushed(path, blob string) (bool, error)
	// Owns reports whether a URL is one of the site's.
	Owns(url string) bool
	// Post returns a post as the repository has it; false when there is none.
	Post(ctx context.Context, url string) (mf2.Item, bool, error)
	// AddSyndication writes the addresses of copies into a post that has not got them, and the URI of its
	// record on the AT Protocol, unless that is "".
	AddSyndication(ctx context.Context, url string, links []string, record string) error
	// Responses lists the pages that a post responds to; AddContext keeps what one of them says of itself.
	Responses(ctx context.Context, url string) ([]string, error)
	AddContext(ctx context.Context, url string, c Cite) error
	// BaseURL is the address below which the site has its posts, and Title what it calls itself.
	BaseURL() string
	Title() string
	// WellKnown returns the file that the site serves at /.well-known/name, or nil. AddWellKnown adds it. A
	// *fault.Error for an invalid request or a conflict says why the site cannot have it.
	WellKnown(ctx context.Context, name string) ([]byte, error)
	AddWellKnown(ctx context.Context, name, text string) error
}

// Changes is what Site.Changed returns.
type Changes struct {
	Tip   string
	Posts []Change
	More  int // further changes that are not listed
}

// Change is a post that changed.
type Change struct {
	URL, Path, Blob string
	Gone            bool
	Item, Before    mf2.Item
	Due             time.Time // when the site publishes it; zero: with its next build
}

// Options is what a Deliverer needs of the server.
type Options struct {
	State *state.DB
	Sites []Site
	Now   func() time.Time // default: time.Now
}

// Deliverer carries out the deliveries of all sites. Its methods are safe for concurrent use; Run is
// for one goroutine.
type Deliverer struct {
	Options
	own      *http.Client     // for pages of the sites themselves
	foreign  *outbound.Client // for pages that posts name
	pictures *outbound.Client // for photos that posts name
	wake     chan struct{}    // of capacity 1
	counts   counts

	networks *http.Client // for those of syndicate_to
	sessions sessions

	mu     sync.Mutex // guards all below
	moved  map[string]bool
	builds map[string]Build // the last one of each site, as its host tells it
}

// pageTimeout is for one answer of the site itself.
const pageTimeout = 10 * time.Second

// New returns a Deliverer. Nothing is done before Run.
func New(o Options) *Deliverer {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Deliverer{
		Options: o, own: outbound.NewTrusted(pageTimeout), foreign: outbound.New(outbound.Options{Timeout: pageTimeout}),
		pictures: outbound.New(outbound.Options{Timeout: networkTimeout, MaxBody: largestPicture}),
		networks: newNetworks(), wake: make(chan struct{}, 1), moved: map[string]bool{}, builds: map[string]Build{},
	}
}

// Moved notes that a site may have changes, or that its remote may have more of them. It does not
// block.
func (d *Deliverer) Moved(site string) {
	d.mu.Lock()
	d.moved[site] = true
	d.mu.Unlock()
	d.Wake()
}

// Wake has the deliveries looked at that are due.
func (d *Deliverer) Wake() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// Begin notes where the sites are, so that what changes from now on is delivered. A site that cannot be
// read yet begins when it moves.
func (d *Deliverer) Begin(ctx context.Context) {
	for _, s := range d.Sites {
		if err := d.follow(ctx, s); err != nil {
			d.Moved(s.Me())
		}
	}
}

// Run delivers until ctx ends. It waits for what it started. Nothing happens while nothing is due.
func (d *Deliverer) Run(ctx context.Context) {
	defer d.own.CloseIdleConnections()
	defer d.networks.CloseIdleConnections()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
			return
		case <-d.wake:
		case <-timer.C:
		}
		wait, err := d.round(ctx)
		if err != nil && ctx.Err() == nil {
			slog.Error("deliveries wait: the state database cannot be used", "error", err)
			wait = time.Minute
		}
		timer.Stop()
		if wait >= 0 {
			timer.Reset(wait)
		}
	}
}

// atOnce is how many deliveries are under way at the same time.
const atOnce = 8

// round looks at the sites that moved, carries out what is due, and returns how long to wait for the
// next delivery; below 0: until Wake.
func (d *Deliverer) round(ctx context.Context) (time.Duration, error) {
	for _, s := range d.takeMoved() {
		if err := d.follow(ctx, s); err != nil && ctx.Err() == nil {
			s.Log().Debug("changes cannot be followed yet", "error", err)
		}
	}
	due, err := d.State.Deliveries(ctx, state.DeliveryFilter{DueBy: d.Now(), Limit: atOnce})
	if err != nil {
		return 0, err
	}
	errs := make([]error, len(due))
	var all sync.WaitGroup
	for i, row := range due {
		all.Go(func() { errs[i] = d.deliver(ctx, row) })
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return 0, err
		}
	}
	next, err := d.State.NextDelivery(ctx)
	if err != nil || next.IsZero() {
		return -1, err
	}
	return max(next.Sub(d.Now()), 0), nil
}

func (d *Deliverer) takeMoved() (sites []Site) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range d.Sites {
		if d.moved[s.Me()] {
			sites = append(sites, s)
		}
	}
	clear(d.moved)
	return sites
}

// site returns the site of a row, or nil when it is no longer served.
func (d *Deliverer) site(row state.Delivery) Site {
	for _, s := range d.Sites {
		if s.Me() == row.Site {
			return s
		}
	}
	return nil
}

// outcome is what one try came to.
type outcome struct {
	row  state.Delivery   // with its new state
	next []state.Delivery // what follows from it
}

// lifetime is how long a delivery is tried.
const lifetime = 7 * 24 * time.Hour

// deliver tries one delivery and stores what became of it.
func (d *Deliverer) deliver(ctx context.Context, row state.Delivery) error {
	s := d.site(row)
	if s == nil || !s.Config().Delivery {
		row.Due = d.Now().Add(time.Hour) // it may come back with another configuration
		_, err := d.State.FinishDelivery(ctx, row, nil)
		return err
	}
	before := row.State
	var out outcome
	switch row.Kind {
	case Live:
		out = d.checkLive(ctx, s, row)
	case Webmention:
		out = d.sendMention(ctx, s, row)
	case Context:
		out = d.keepContext(ctx, s, row)
	case Syndication:
		out = d.syndicate(ctx, s, row)
	case Document:
		out = d.publish(ctx, s, row)
	case WriteBack:
		out = d.writeBack(ctx, s, row)
	default: // of a later version
		row.State, row.Due, row.Result = state.DeliverySkipped, time.Time{}, "this version of gitpost cannot do it"
		out = outcome{row: row}
	}
	if ctx.Err() != nil {
		return nil // tried again after the next start
	}
	out.row.Changed = d.Now()
	if out.row.State == state.DeliveryWaiting && d.Now().Sub(out.row.Begun) > lifetime {
		out.row.State, out.row.Due = state.DeliveryFailed, time.Time{}
		out.row.Result = "given up after 7 days: " + out.row.Result
	}
	stored, err := d.State.FinishDelivery(ctx, out.row, out.next)
	if err != nil || !stored {
		return err
	}
	if out.row.State != before {
		d.counts.add(out.row)
		report(s.Log(), out.row)
	}
	return nil
}

// report writes the one line of an outcome.
func report(log *slog.Logger, row state.Delivery) {
	attributes := []any{"url", row.URL, "kind", row.Kind}
	if row.Target != "" {
		attributes = append(attributes, "target", row.Target)
	}
	attributes = append(attributes, "result", row.Result)
	if row.State == state.DeliveryFailed {
		log.Warn("a delivery failed", attributes...)
	} else {
		log.Info("delivered", attributes...)
	}
}

// Retry has a delivery tried again now. Skip ends it.
func (d *Deliverer) Retry(ctx context.Context, id int64) error {
	found, err := d.State.RetryDelivery(ctx, id, d.Now())
	d.Wake()
	return orMissing(found, err)
}

// Skip: see Retry.
func (d *Deliverer) Skip(ctx context.Context, id int64) error {
	found, err := d.State.SkipDelivery(ctx, id, d.Now())
	return orMissing(found, err)
}

func orMissing(found bool, err error) error {
	if err == nil && !found {
		return &fault.Error{Code: fault.NotFound, Op: "change delivery", Message: "there is no such delivery any more",
			Hint: "the post may have changed; look at its page again"}
	}
	return err
}
