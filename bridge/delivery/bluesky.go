package delivery

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"gitpost/bridge/config"
	"gitpost/bridge/mf2"
)

// bluesky posts copies to one account of a personal data server of the AT Protocol. Records are put
// under keys that are computed from the post, so that doing it again changes nothing.
type bluesky struct {
	target   config.Target
	client   *http.Client
	now      func() time.Time
	sessions *sessions
}

// sessions are the sign-ins to Bluesky, which are limited in number.
type sessions struct {
	mu  sync.Mutex
	all map[string]*session // by uid; guarded by mu
}

// session is a sign-in.
type session struct {
	Token  string `json:"accessJwt"`
	DID    string `json:"did"`
	Handle string `json:"handle"`
}

func (d *Deliverer) bluesky(t config.Target) network {
	return bluesky{target: t, client: d.networks, now: d.Now, sessions: &d.sessions}
}

// What Bluesky allows. Its servers do not tell it; it is in the lexicons.
const (
	blueskyGraphemes = 300
	blueskyImages    = 4
	blueskyImageSize = 1_000_000
)

const (
	postCollection   = "app.bsky.feed.post"
	likeCollection   = "app.bsky.feed.like"
	repostCollection = "app.bsky.feed.repost"
)

// record names a record of the network.
type record struct {
	URI string `json:"uri"`
	CID string `json:"cid"`
}

func (b bluesky) create(ctx context.Context, c *copyJob, save func() error) (id, link string, err error) {
	about, err := b.about(ctx, c.item)
	if err != nil {
		return "", "", err
	}
	collection, value := postCollection, map[string]any{}
	switch kind := mf2.PostType(c.item); {
	case about != nil && kind == "like":
		collection, value["subject"] = likeCollection, about.record
	case about != nil && kind == "repost" && c.item.Properties.Text("content") == "":
		collection, value["subject"] = repostCollection, about.record
	default:
		if value, err = b.post(ctx, c, about); err != nil {
			return "", "", err
		}
	}
	value["$type"], value["createdAt"] = collection, timeOf(c.item, b.now()).UTC().Format(atTime)
	if c.notes.Key == "" {
		c.notes.Key = recordKey(c.item, c.key, b.now())
	}
	if err := save(); err != nil {
		return "", "", err
	}
	s, err := b.session(ctx)
	if err != nil {
		return "", "", err
	}
	made, err := b.put(ctx, s, collection, c.notes.Key, value)
	if err != nil {
		return "", "", err
	}
	c.notes.CID = made.CID
	if about != nil && collection != postCollection {
		return made.URI, about.link, nil
	}
	return made.URI, "https://bsky.app/profile/" + s.Handle + "/post/" + c.notes.Key, nil
}

// edit does nothing: the network's apps do not show edits.
func (b bluesky) edit(context.Context, *copyJob) error { return nil }

func (b bluesky) remove(ctx context.Context, c *copyJob) error {
	parts := strings.Split(strings.TrimPrefix(c.notes.ID, "at://"), "/")
	if len(parts) != 3 {
		return &refusal{status: http.StatusBadRequest, words: "the copy's address is not known"}
	}
	return b.call(ctx, "com.atproto.repo.deleteRecord",
		map[string]any{"repo": parts[0], "collection": parts[1], "rkey": parts[2]}, nil)
}

// blueskyText is what a text may have.
var blueskyText = textLimits{Characters: blueskyGraphemes, Links: true}

// post is the record of a copy.
func (b bluesky) post(ctx context.Context, c *copyJob, about *subject) (map[string]any, error) {
	p := c.item.Properties
	text, facets := facetsOf(copyText(c.item, c.url, about != nil, blueskyText))
	value := map[string]any{"text": text}
	if len(facets) > 0 {
		value["facets"] = facets
	}
	if lang := p.Text("lang"); lang != "" {
		value["langs"] = []string{lang}
	}
	if s := p.Text("sensitive"); s == "true" || s == "yes" {
		value["labels"] = map[string]any{"$type": "com.atproto.label.defs#selfLabels",
			"values": []map[string]string{{"val": "graphic-media"}}}
	}
	if about != nil {
		value["reply"] = map[string]any{"root": about.root, "parent": about.record}
	}
	photos := p["photo"]
	var images []map[string]any
	for _, photo := range photos[:min(len(photos), blueskyImages)] {
		picture, err := c.picture(ctx, photo, blueskyImageSize)
		if err != nil {
			return nil, err
		}
		blob, err := b.upload(ctx, picture)
		if err != nil {
			return nil, err
		}
		image := map[string]any{"alt": picture.alt, "image": blob}
		if picture.width > 0 {
			image["aspectRatio"] = map[string]int{"width": picture.width, "height": picture.height}
		}
		images = append(images, image)
	}
	switch kind := mf2.PostType(c.item); {
	case len(images) > 0:
		value["embed"] = map[string]any{"$type": "app.bsky.embed.images", "images": images}
	case kind == "article" || kind == "event":
		value["embed"] = map[string]any{"$type": "app.bsky.embed.external", "external": map[string]string{
			"uri": c.url, "title": p.Text("name"), "description": firstLetters(p.Text("summary"), 300)}}
	}
	return value, nil
}

// facetsOf is a text and what in it is a link or a tag, by the bytes of its UTF-8.
func facetsOf(runs []run) (text string, facets []map[string]any) {
	for _, r := range runs {
		feature := map[string]string{"$type": "app.bsky.richtext.facet#link", "uri": r.Link}
		if r.Tag != "" {
			feature = map[string]string{"$type": "app.bsky.richtext.facet#tag", "tag": r.Tag}
		}
		if r.Tag != "" || r.Link != "" {
			facets = append(facets, map[string]any{
				"index":    map[string]int{"byteStart": len(text), "byteEnd": len(text) + len(r.Text)},
				"features": []map[string]string{feature},
			})
		}
		text += r.Text
	}
	return text, facets
}

// subject is a post on the network that this one responds to.
type subject struct {
	record
	root record
	link string
}

// about finds the post on the network that this one responds to; nil when it is not on the network.
func (b bluesky) about(ctx context.Context, item mf2.Item) (*subject, error) {
	target := ""
	for _, name := range []string{"like-of", "repost-of", "in-reply-to"} {
		target = cmp.Or(target, item.Properties.Text(name))
	}
	u, err := url.Parse(target)
	if err != nil || u.Hostname() != "bsky.app" {
		return nil, nil
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if len(parts) != 4 || parts[0] != "profile" || parts[2] != "post" {
		return nil, nil
	}
	who := parts[1]
	if !strings.HasPrefix(who, "did:") {
		var found struct{ DID string }
		if err := b.query(ctx, "com.atproto.identity.resolveHandle", url.Values{"handle": {who}}, &found); err != nil {
			return nil, err
		}
		who = found.DID
	}
	// The post may be on any server: an app view knows all, and a server alone its own.
	var found struct {
		record
		Value struct {
			Reply struct{ Root record } `json:"reply"`
		} `json:"value"`
	}
	err = b.query(ctx, "com.atproto.repo.getRecord",
		url.Values{"repo": {who}, "collection": {postCollection}, "rkey": {parts[3]}}, &found)
	var no *refusal
	if errors.As(err, &no) && no.status == http.StatusBadRequest {
		return nil, nil // there is no such post
	}
	if err != nil {
		return nil, err
	}
	s := &subject{record: found.record, root: found.Value.Reply.Root, link: target}
	if s.root.URI == "" {
		s.root = s.record
	}
	return s, nil
}

// recordKey is a key in the form that posts have on the network: a time in microseconds, and ten bits
// that tell writers apart. Below a second it comes from the post.
func recordKey(item mf2.Item, key string, now time.Time) string {
	sum := sha256.Sum256([]byte(key))
	bits := binary.BigEndian.Uint64(sum[:])
	micros := uint64(timeOf(item, now).Unix())*1_000_000 + bits>>10%1_000_000
	return sortable(micros<<10 | bits&1023)
}

// sortable writes 63 bits as 13 letters that sort like the number.
func sortable(n uint64) string {
	const letters = "234567abcdefghijklmnopqrstuvwxyz"
	var text [13]byte
	for i := range text {
		text[len(text)-1-i] = letters[n&31]
		n >>= 5
	}
	return string(text[:])
}

// timeOf is when a post was published, but not later than now.
func timeOf(item mf2.Item, now time.Time) time.Time {
	if t, err := time.Parse(time.RFC3339, item.Properties.Text("published")); err == nil && t.Before(now) &&
		t.Year() > 1970 {
		return t
	}
	return now
}

func (b bluesky) upload(ctx context.Context, p picture) (json.RawMessage, error) {
	var made struct {
		Blob json.RawMessage `json:"blob"`
	}
	err := b.signedIn(ctx, func(s *session) error {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, b.target.Server+"/xrpc/com.atproto.repo.uploadBlob",
			bytes.NewReader(p.data))
		if err != nil {
			return err
		}
		r.Header.Set("Content-Type", p.kind)
		r.Header.Set("Authorization", "Bearer "+s.Token)
		return sendJSON(b.client, r, b.now(), &made)
	})
	return made.Blob, err
}

// call asks for a change.
func (b bluesky) call(ctx context.Context, method string, body map[string]any, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return b.signedIn(ctx, func(s *session) error {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, b.target.Server+"/xrpc/"+method, bytes.NewReader(text))
		if err != nil {
			return err
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+s.Token)
		return sendJSON(b.client, r, b.now(), into)
	})
}

// query reads.
func (b bluesky) query(ctx context.Context, method string, q url.Values, into any) error {
	return b.signedIn(ctx, func(s *session) error {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, b.target.Server+"/xrpc/"+method+"?"+q.Encode(), nil)
		if err != nil {
			return err
		}
		r.Header.Set("Authorization", "Bearer "+s.Token)
		return sendJSON(b.client, r, b.now(), into)
	})
}

// signedIn sends a request, again with a new sign-in when the last one has expired.
func (b bluesky) signedIn(ctx context.Context, send func(*session) error) error {
	s, err := b.session(ctx)
	if err != nil {
		return err
	}
	err = send(s)
	var no *refusal
	expired := errors.As(err, &no) && (no.status == http.StatusUnauthorized || no.status == http.StatusBadRequest &&
		strings.Contains(strings.ToLower(no.words), "expired"))
	if !expired {
		return err
	}
	b.sessions.forget(b.target.UID, s)
	if s, err = b.session(ctx); err != nil {
		return err
	}
	return send(s)
}

// session signs in, or returns the sign-in that there is.
func (b bluesky) session(ctx context.Context) (*session, error) {
	b.sessions.mu.Lock()
	defer b.sessions.mu.Unlock()
	if s := b.sessions.all[b.target.UID]; s != nil {
		return s, nil
	}
	password, err := os.ReadFile(b.target.PasswordFile)
	if err != nil {
		return nil, fmt.Errorf("read password_file: %w", err)
	}
	text, err := json.Marshal(map[string]string{"identifier": b.target.Handle,
		"password": strings.TrimSpace(string(password))})
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, b.target.Server+"/xrpc/com.atproto.server.createSession",
		bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	s := &session{}
	if err := sendJSON(b.client, r, b.now(), s); err != nil {
		return nil, fmt.Errorf("sign in as %s: %w", b.target.Handle, err)
	}
	if b.sessions.all == nil {
		b.sessions.all = map[string]*session{}
	}
	b.sessions.all[b.target.UID] = s
	return s, nil
}

func (s *sessions) forget(uid string, old *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all[uid] == old {
		delete(s.all, uid)
	}
}
