package catalog

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"gitpost/bridge/mf2"
)

// Filter selects posts. Its zero value selects all.
type Filter struct {
	Text       string // in name, summary, category and slug, without regard to case
	PostType   []string
	Status     []string
	Visibility []string
	Category   []string
	Exists     []string            // properties that the post must have
	NotExists  []string            // properties that it must not have
	Property   map[string][]string // properties that must have one of these values

	// Visible hides the posts for which it returns false; nil hides none.
	Visible func(postType, status string, published bool) bool

	OldestFirst   bool
	Offset, Limit int    // Limit 0: all
	Before, After string // cursors of a Page
}

// Page is a part of a list.
type Page struct {
	Entries []*Entry
	Before  string // cursor for the posts before the first, also for later ones; "" for an empty page
	After   string // cursor for the posts after the last; "" if there are none
}

// List returns the posts that match, newest first.
func (v *View) List(f Filter) Page {
	rows := v.index.rows
	start, end := 0, len(rows) // in the order of the list
	if f.After != "" {
		start = v.position(f.After, f.OldestFirst, true)
	}
	if f.Before != "" {
		end = v.position(f.Before, f.OldestFirst, false)
	}
	limit := f.Limit
	if limit <= 0 {
		limit = len(rows)
	}
	match := v.index.matcher(f)
	if f.Before != "" && f.After == "" { // the posts just before: walk back from there
		hits, _ := v.collect(match, f.OldestFirst, end-1, start-1, 0, limit)
		slices.Reverse(hits)
		return page(hits, end < len(rows))
	}
	skip := f.Offset
	if match.anyRow {
		start, skip = start+skip, 0
	}
	return page(v.collect(match, f.OldestFirst, start, max(start, end), skip, limit))
}

// collect returns the matching entries from one position of the list to another, which may be
// before it, without the first skip ones, up to limit; and whether there are more.
func (v *View) collect(match *matcher, oldestFirst bool, from, to, skip, limit int) (hits []*Entry, more bool) {
	rows, step := v.index.rows, 1
	if to < from {
		step = -1
	}
	if !oldestFirst {
		from, to, step = len(rows)-1-from, len(rows)-1-to, -step
	}
	i := from
	defer func() { match.count(from, i) }()
	for ; i != to && !match.done(); i += step {
		if !match.shapes[rows[i].shape] || match.tags != nil && !match.tags[rows[i].tags] {
			continue
		}
		match.left--
		if !match.text(rows[i].number) {
			continue
		}
		if skip > 0 {
			skip--
			continue
		}
		if len(hits) == limit {
			return hits, true
		}
		hits = append(hits, v.index.entry(rows[i].number))
	}
	return hits, false
}

// page sets the cursors as the extension requires: before whenever there are posts, so that an
// app can ask for newer ones later, and after when more follow.
func page(hits []*Entry, more bool) Page {
	if len(hits) == 0 {
		return Page{}
	}
	p := Page{Entries: hits, Before: cursor(hits[0])}
	if more {
		p.After = cursor(hits[len(hits)-1])
	}
	return p
}

// cursor returns a position in the list that stays valid when posts are added or deleted: the
// date and path of a post.
func cursor(e *Entry) string {
	return base64.RawURLEncoding.EncodeToString([]byte(e.Date().UTC().Format(cursorTime) + " " + e.Path))
}

const cursorTime = "20060102T150405.000000000"

// ValidCursor reports whether a text can be a cursor of a Page.
func ValidCursor(c string) bool {
	_, _, ok := readCursor(c)
	return ok
}

func readCursor(c string) (date time.Time, path string, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(c)
	if err != nil {
		return date, "", false
	}
	day, path, ok := strings.Cut(string(raw), " ")
	if !ok {
		return date, "", false
	}
	date, err = time.Parse(cursorTime, day)
	return date, path, err == nil
}

// position returns the index, in the order of the list, of the first post after that of a cursor,
// or of the first that is not before it. For an invalid cursor it returns 0.
func (v *View) position(c string, oldestFirst, after bool) int {
	date, path, ok := readCursor(c)
	if !ok {
		return 0
	}
	rows := v.index.rows
	target := row{seconds: date.Unix(), nanoseconds: int32(date.Nanosecond())}
	compare := func(r row) int {
		if c := cmp.Or(cmp.Compare(r.seconds, target.seconds), cmp.Compare(r.nanoseconds, target.nanoseconds)); c != 0 {
			return c
		}
		return strings.Compare(v.index.records[r.number].path(), path)
	}
	least := 0
	if after == oldestFirst { // do not count the post itself as behind the position
		least = 1
	}
	n := sort.Search(len(rows), func(i int) bool { return compare(rows[i]) >= least })
	if oldestFirst {
		return n
	}
	return len(rows) - n
}

// slug returns the last element of the post's URL.
func (e *Entry) slug() string {
	u := strings.TrimSuffix(e.Page.URL, "/")
	return u[strings.LastIndexByte(u, '/')+1:]
}

// Item returns a post as mf2.
func (v *View) Item(e *Entry) (mf2.Item, error) {
	data, err := v.snap.ReadBlob(e.Blob)
	if err != nil {
		return mf2.Item{}, fmt.Errorf("read %s: %w", e.Path, err)
	}
	doc, err := parse(v.index.site, v.snap, e.Path, data)
	if err != nil {
		return mf2.Item{}, err
	}
	return v.index.site.Item(e.Page, doc), nil
}

// Categories returns the tags of the visible posts (see Filter.Visible), the most used first. The
// result must not be changed.
func (v *View) Categories(visible func(postType, status string, published bool) bool) []Category {
	return v.index.tags.categories(visible)
}
