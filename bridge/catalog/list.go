package catalog

import (
	"cmp"
	"encoding/base64"
	"io/fs"
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
	Exists     []string            // properties that must be there
	NotExists  []string            // and that must not
	Property   map[string][]string // and that must have one of these values

	// Visible hides the posts for which it returns false; nil hides none.
	Visible func(postType, status string, published bool) bool

	OldestFirst   bool
	Offset, Limit int    // Limit 0: all
	Before, After string // cursors of a Page
}

// Page is a part of a list.
type Page struct {
	Entries       []*Entry
	Before, After string // cursors for the posts before the first, which may be still to come, and after the last; "" when there are none
}

// List gives the site's posts that match, newest first.
func (v *View) List(f Filter) Page {
	rows := v.index.rows
	at := func(i int) row { return rows[i] }
	if f.OldestFirst {
		at = func(i int) row { return rows[len(rows)-1-i] }
	}
	start, end := 0, len(rows)
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
	var hits []*Entry
	more := false
	if f.Before != "" && f.After == "" { // the posts just before: walk back from there
		for i := end - 1; i >= start; i-- {
			if !match.row(at(i)) {
				continue
			}
			if len(hits) == limit {
				more = true
				break
			}
			hits = append(hits, v.index.entry(at(i).number))
		}
		slices.Reverse(hits)
		return page(hits, end < len(rows))
	}
	skip := f.Offset
	for i := start; i < end; i++ {
		if !match.row(at(i)) {
			continue
		}
		if skip > 0 {
			skip--
			continue
		}
		if len(hits) == limit {
			more = true
			break
		}
		hits = append(hits, v.index.entry(at(i).number))
	}
	return page(hits, more)
}

// page has the cursors as the extension wants them: before whenever there are posts, so that an
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

// cursor names a place in the list that stays good when posts come and go: the date and
// path of a post.
func cursor(e *Entry) string {
	return base64.RawURLEncoding.EncodeToString([]byte(e.Date().UTC().Format(cursorTime) + " " + e.Path))
}

const cursorTime = "20060102T150405.000000000"

// ValidCursor tells whether a text can be one of a Page's cursors.
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

// position is the index (in the asked order) of the first post after the cursor's, or of
// the first that is not before it. An unreadable cursor stands at the start.
func (v *View) position(c string, oldestFirst, after bool) int {
	date, path, ok := readCursor(c)
	if !ok {
		return 0
	}
	rows := v.index.rows
	place := row{seconds: date.Unix(), nanoseconds: int32(date.Nanosecond())}
	compare := func(r row) int { // <0: it stands before the cursor, newest first
		if c := cmp.Or(cmp.Compare(place.seconds, r.seconds), cmp.Compare(place.nanoseconds, r.nanoseconds)); c != 0 {
			return c
		}
		return strings.Compare(path, v.index.records[r.number].path())
	}
	if !oldestFirst {
		if after {
			return sort.Search(len(rows), func(i int) bool { return compare(rows[i]) > 0 })
		}
		return sort.Search(len(rows), func(i int) bool { return compare(rows[i]) >= 0 })
	}
	if after {
		return sort.Search(len(rows), func(i int) bool { return compare(rows[len(rows)-1-i]) < 0 })
	}
	return sort.Search(len(rows), func(i int) bool { return compare(rows[len(rows)-1-i]) <= 0 })
}

// slug is the last element of the post's URL.
func (e *Entry) slug() string {
	u := strings.TrimSuffix(e.Page.URL, "/")
	return u[strings.LastIndexByte(u, '/')+1:]
}

// Item reads a post's file as mf2.
func (v *View) Item(e *Entry) (mf2.Item, error) {
	data, err := fs.ReadFile(v.snap, e.Path)
	if err != nil {
		return mf2.Item{}, err
	}
	doc, err := v.index.site.Parse(data)
	if err != nil {
		return mf2.Item{}, err
	}
	return v.index.site.Item(e.Page, doc), nil
}

// Category is a tag and how many posts have it.
type Category struct {
	Name  string
	Posts int
}

// Categories lists the tags of the visible posts (see Filter.Visible), the most used first.
func (v *View) Categories(visible func(postType, status string, published bool) bool) []Category {
	match := v.index.matcher(Filter{Visible: visible})
	count := map[string]int{}
	used := make([]int, len(v.index.tags.values))
	for _, r := range v.index.rows {
		if match.visible(r) {
			used[r.tags]++
		}
	}
	for i, n := range used {
		if n > 0 {
			for _, c := range v.index.tags.values[i] {
				count[c] += n
			}
		}
	}
	all := make([]Category, 0, len(count))
	for name, n := range count {
		all = append(all, Category{name, n})
	}
	slices.SortFunc(all, func(a, b Category) int {
		if a.Posts != b.Posts {
			return b.Posts - a.Posts
		}
		return strings.Compare(a.Name, b.Name)
	})
	return all
}
