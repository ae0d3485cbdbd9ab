package delivery

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"gitpost/bridge/config"
	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
	"gitpost/bridge/state"
)

// Document is the kind of delivery that publishes an article as a document of standard.site, in the
// repository of the account that a target names.
const Document = "document"

const (
	documentCollection    = "site.standard.document"
	publicationCollection = "site.standard.publication"
)

// What the lexicons allow, in letters; fewer than graphemes.
const (
	documentTitle       = 500
	documentDescription = 3000
	documentTag         = 128
	documentSource      = 256 << 10 // bytes of a text's markup; a record has at most some hundred kilobytes
)

// atTime is how the AT Protocol writes times.
const atTime = "2006-01-02T15:04:05.000Z"

// documents are the documents that a post calls for whose page is live.
func (d *Deliverer) documents(ctx context.Context, s Site, live state.Delivery) ([]state.Delivery, error) {
	if !s.Config().StandardSite() {
		return nil, nil
	}
	was, err := d.State.Deliveries(ctx, state.DeliveryFilter{Site: s.Me(), URL: live.URL, Kind: Document})
	if err != nil {
		return nil, err
	}
	wanted := false
	if live.Action != remove {
		item, ok, err := s.Post(ctx, live.URL)
		if err != nil || !ok {
			return nil, err
		}
		wanted = isDocument(item)
	}
	var rows []state.Delivery
	for _, t := range s.Config().SyndicateTo {
		if !t.StandardSite {
			continue
		}
		row := state.Delivery{Site: live.Site, URL: live.URL, Kind: Document, Target: t.UID, Action: create, Path: live.Path,
			Version: live.Version, State: state.DeliveryWaiting, Due: d.Now(), Begun: d.Now(), Changed: d.Now()}
		exists := false
		if i := slices.IndexFunc(was, func(w state.Delivery) bool { return w.Target == t.UID }); i >= 0 {
			if was[i].Version == live.Version {
				continue
			}
			row.Notes = was[i].Notes
			exists = copyNotesOf(row).Key != "" // it may be there even if no answer said so
		}
		switch {
		case wanted && exists:
			row.Action = update
		case !wanted && exists:
			row.Action = remove
		case !wanted:
			continue
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// isDocument reports whether a post is an article that everybody may find.
func isDocument(item mf2.Item) bool {
	p := item.Properties
	if v := p.Text("visibility"); p.Text("name") == "" || v != "" && v != "public" {
		return false
	}
	switch mf2.PostType(item) {
	case "article":
		return true
	case "photo", "video", "audio": // with a title
		return p.Text("content") != ""
	}
	return false
}

// publish puts, renews or deletes one document.
func (d *Deliverer) publish(ctx context.Context, s Site, row state.Delivery) outcome {
	row.Tries++
	end := func(to state.DeliveryState, result string) outcome {
		row.State, row.Due, row.Result = to, time.Time{}, result
		return outcome{row: row}
	}
	i := slices.IndexFunc(s.Config().SyndicateTo, func(t config.Target) bool {
		return t.UID == row.Target && t.StandardSite
	})
	if i < 0 {
		return end(state.DeliveryFailed, "syndicate_to no longer has this target with standard_site")
	}
	b := bluesky{target: s.Config().SyndicateTo[i], client: d.networks, now: d.Now, sessions: &d.sessions}
	notes := copyNotesOf(row)
	if row.Action == remove {
		if err := b.unpublish(ctx, notes.Key); err != nil {
			return d.copyFailed(row, err)
		}
		row.Notes = ""
		return end(state.DeliveryDone, "the document is deleted")
	}
	item, ok, err := s.Post(ctx, row.URL)
	switch {
	case err != nil:
		row.Due, row.Result = d.Now().Add(time.Minute), err.Error()
		return outcome{row: row}
	case !ok:
		return end(state.DeliverySkipped, "the post is gone")
	}
	about, wait, err := d.copyOf(ctx, row)
	if err != nil || wait {
		pause := time.Second
		if d.Now().Sub(row.Begun) > together {
			pause = time.Minute
		}
		row.Tries--
		row.Due, row.Result = d.Now().Add(pause), "waits for the copy of the post"
		return outcome{row: row}
	}
	job := d.newCopyJob(s, row, item, copyKey(row)+Document)
	save := d.saver(ctx, &row, job)
	hint, err := d.putDocument(ctx, s, b, row, job, about, save)
	row.Notes = job.notes.String()
	if err != nil {
		return d.copyFailed(row, err)
	}
	out := end(state.DeliveryDone, "published as "+job.notes.ID+hint)
	if item.Properties.Text(mf2.AtURI) != job.notes.ID {
		now := d.Now()
		out.next = []state.Delivery{{Site: row.Site, URL: row.URL, Kind: WriteBack, Action: update, Version: row.Version,
			Path: row.Path, State: state.DeliveryWaiting, Due: now, Begun: now, Changed: now}}
	}
	return out
}

// copyOf returns the copy of a document's post at the same target; nil when there is none. wait is true
// while it is being made.
func (d *Deliverer) copyOf(ctx context.Context, row state.Delivery) (about *record, wait bool, err error) {
	rows, err := d.State.Deliveries(ctx, state.DeliveryFilter{Site: row.Site, URL: row.URL, Kind: Syndication})
	for _, c := range rows {
		if c.Target != row.Target {
			continue
		}
		if c.State == state.DeliveryWaiting && c.Action == create {
			return nil, true, nil
		}
		if n := copyNotesOf(c); n.ID != "" && n.CID != "" {
			about = &record{URI: n.ID, CID: n.CID}
		}
	}
	return about, false, err
}

// putDocument puts the record. hint says what the owner must do for others to believe it; "" for nothing.
func (d *Deliverer) putDocument(ctx context.Context, s Site, b bluesky, row state.Delivery, job *copyJob, about *record,
	save func() error) (hint string, err error) {
	account, err := b.session(ctx)
	if err != nil {
		return "", err
	}
	publication, hint, err := d.publication(ctx, s, b, account)
	if err != nil {
		return "", err
	}
	value, err := b.document(ctx, job, publication, s.BaseURL())
	if err != nil {
		return "", err
	}
	if about != nil {
		value["bskyPostRef"] = about
	}
	if row.Action == update && value["updatedAt"] == nil {
		value["updatedAt"] = row.Begun.UTC().Format(atTime)
	}
	if job.notes.Key == "" {
		job.notes.Key = cmp.Or(keyIn(job.item.Properties.Text(mf2.AtURI), account.DID, documentCollection),
			recordKey(job.item, job.key, d.Now()))
	}
	if err := save(); err != nil {
		return "", err
	}
	made, err := b.put(ctx, account, documentCollection, job.notes.Key, value)
	job.notes.ID = cmp.Or(made.URI, job.notes.ID)
	return hint, err
}

// keyIn is the key of a record's URI; "" when it is no record of the account and collection.
func keyIn(uri, did, collection string) string {
	key, ok := strings.CutPrefix(uri, "at://"+did+"/"+collection+"/")
	if !ok || key == "" || strings.Contains(key, "/") {
		return ""
	}
	return key
}

// document is the record of an article.
func (b bluesky) document(ctx context.Context, c *copyJob, publication, base string) (map[string]any, error) {
	p := c.item.Properties
	value := map[string]any{"$type": documentCollection, "site": publication,
		"title": plain(p.Text("name"), documentTitle), "publishedAt": timeOf(c.item, b.now()).UTC().Format(atTime)}
	if below, ok := strings.CutPrefix(c.url, strings.TrimSuffix(base, "/")); ok && strings.HasPrefix(below, "/") {
		value["path"] = below
	}
	if summary := plain(p.Text("summary"), documentDescription); summary != "" {
		value["description"] = summary
	}
	if body, _ := bodyOf(p, textLimits{Links: true, Source: documentSource}); len(body) > 0 {
		value["textContent"] = flat(body)
	}
	var tags []string
	for _, v := range p["category"] {
		if tag := plain(strings.TrimPrefix(mf2.Text(v), "#"), documentTag); tag != "" && !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	if len(tags) > 0 {
		value["tags"] = tags
	}
	if t, err := time.Parse(time.RFC3339, p.Text("updated")); err == nil {
		value["updatedAt"] = t.UTC().Format(atTime)
	}
	for _, name := range []string{"featured", "photo"} {
		if len(p[name]) == 0 || value["coverImage"] != nil {
			continue
		}
		picture, err := c.picture(ctx, p[name][0], blueskyImageSize)
		var no *refusal
		if errors.As(err, &no) {
			continue // a document can do without
		}
		if err != nil {
			return nil, err
		}
		if value["coverImage"], err = b.upload(ctx, picture); err != nil {
			return nil, err
		}
	}
	return value, nil
}

// put makes or replaces a record.
func (b bluesky) put(ctx context.Context, account *session, collection, key string,
	value map[string]any) (made record, err error) {
	err = b.call(ctx, "com.atproto.repo.putRecord", map[string]any{
		"repo": account.DID, "collection": collection, "rkey": key, "record": value,
	}, &made)
	return made, err
}

// unpublish deletes a document. One that is not there is no error.
func (b bluesky) unpublish(ctx context.Context, key string) error {
	account, err := b.session(ctx)
	if err != nil {
		return err
	}
	return b.call(ctx, "com.atproto.repo.deleteRecord",
		map[string]any{"repo": account.DID, "collection": documentCollection, "rkey": key}, nil)
}

var publicationURI = regexp.MustCompile(`at://(did:[a-z0-9]+:[A-Za-z0-9._:%-]+)/` +
	regexp.QuoteMeta(publicationCollection) +
	`/[A-Za-z0-9._:~-]+`)

// publication returns the URI of the site's record. The site itself says which it is, at an address that
// everybody looks at. When it says nothing, the record is put, and the site gets the file that says so.
// hint: see putDocument.
func (d *Deliverer) publication(ctx context.Context, s Site, b bluesky,
	account *session) (uri, hint string, err error) {
	said, err := d.statedPublication(ctx, s)
	if err != nil {
		return "", "", err
	}
	if found := publicationURI.FindStringSubmatch(said); found != nil {
		if found[1] != account.DID {
			return "", "", settled{fmt.Errorf("the site says that its publication is %s, which is not of the account %s",
				found[0], account.Handle)}
		}
		return found[0], "", nil
	}
	sum := sha256.Sum256([]byte(s.Me() + "\n" + b.target.UID + "\n" + publicationCollection))
	made, err := b.put(ctx, account, publicationCollection, sortable(binary.BigEndian.Uint64(sum[:])>>1), map[string]any{
		"$type": publicationCollection, "url": strings.TrimSuffix(s.BaseURL(), "/"), "name": plain(s.Title(), documentTitle),
	})
	if err != nil {
		return "", "", err
	}
	err = s.AddWellKnown(ctx, publicationCollection, made.URI)
	var no *fault.Error
	if errors.As(err, &no) && (no.Code == fault.InvalidRequest || no.Code == fault.Conflict) {
		return made.URI, "; " + no.Message + "; " + no.Hint, nil
	}
	return made.URI, "", err
}

// statedPublication returns what the site says of its publication, in the repository or else on the web.
func (d *Deliverer) statedPublication(ctx context.Context, s Site) (string, error) {
	file, err := s.WellKnown(ctx, publicationCollection)
	if err != nil || len(file) > 0 {
		return string(file), err
	}
	base, err := url.Parse(s.BaseURL())
	if err != nil {
		return "", err
	}
	base.Path = "/.well-known/" + publicationCollection + strings.TrimSuffix(base.Path, "/")
	answer, err := d.fetch(ctx, s, base.String(), 4<<10)
	if err != nil || answer.Status != http.StatusOK {
		return "", err
	}
	return string(answer.body), nil
}
