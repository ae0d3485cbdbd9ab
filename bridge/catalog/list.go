package catalog

import (
	"encoding/base64"
	"io/fs"
	"slices"
	"sort"
	"strings"

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

	OldestFirst   bool
	Offset, Limit int    // Limit 0: all
	Before, After string // cursors of a Page
}

// Page is a part of a list.
type Page struct {
	Entries       []*Entry
	Before, After string // cursors for the posts before the first and after the last; "" at the ends
}

// List gives the site's posts that match, newest first.
func (v *View) List(f Filter) Page {
	all := v.index.listed
	at := func(i int) *Entry { return all[i] }
	if f.OldestFirst {
		at = func(i int) *Entry { return all[len(all)-1-i] }
	}
	start, end := 0, len(all)
	if f.After != "" {
		start = v.position(f.After, f.OldestFirst, true)
	}
	if f.Before != "" {
		end = v.position(f.Before, f.OldestFirst, false)
	}
	limit := f.Limit
	if limit <= 0 {
		limit = len(all)
	}
	var hits []*Entry
	more := false
	if f.Before != "" && f.After == "" { // the posts just before: walk back from there
		for i := end - 1; i >= start; i-- {
			if !v.matches(at(i), f) {
				continue
			}
			if len(hits) == limit {
				more = true
				break
			}
			hits = append(hits, at(i))
		}
		slices.Reverse(hits)
		return page(hits, more, end < len(all) && len(hits) > 0)
	}
	skip := f.Offset
	for i := start; i < end; i++ {
		if !v.matches(at(i), f) {
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
		hits = append(hits, at(i))
	}
	return page(hits, len(hits) > 0 && (start > 0 || f.Offset > 0), more)
}

func page(hits []*Entry, before, after bool) Page {
	p := Page{Entries: hits}
	if before && len(hits) > 0 {
		p.Before = cursor(hits[0])
	}
	if after && len(hits) > 0 {
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

// position is the index (in the asked order) of the first post after the cursor's, or of
// the first that is not before it. An unreadable cursor stands at the start.
func (v *View) position(c string, oldestFirst, after bool) int {
	raw, err := base64.RawURLEncoding.DecodeString(c)
	date, path, ok := strings.Cut(string(raw), " ")
	if err != nil || !ok {
		return 0
	}
	all := v.index.listed
	compare := func(e *Entry) int { // <0: e stands before the cursor, newest first
		d := e.Date().UTC().Format(cursorTime)
		if d != date {
			return -strings.Compare(d, date)
		}
		return -strings.Compare(e.Path, path)
	}
	if !oldestFirst {
		if after {
			return sort.Search(len(all), func(i int) bool { return compare(all[i]) > 0 })
		}
		return sort.Search(len(all), func(i int) bool { return compare(all[i]) >= 0 })
	}
	if after {
		return sort.Search(len(all), func(i int) bool { return compare(all[len(all)-1-i]) < 0 })
	}
	return sort.Search(len(all), func(i int) bool { return compare(all[len(all)-1-i]) <= 0 })
}

func (v *View) matches(e *Entry, f Filter) bool {
	if !oneOf(f.PostType, e.PostType) || !oneOf(f.Status, e.Status) || !oneOf(f.Visibility, e.Visibility) {
		return false
	}
	if len(f.Category) > 0 && !slices.ContainsFunc(e.Categories, func(c string) bool { return slices.Contains(f.Category, c) }) {
		return false
	}
	for _, name := range f.Exists {
		if !e.has(name) {
			return false
		}
	}
	for _, name := range f.NotExists {
		if e.has(name) {
			return false
		}
	}
	if f.Text != "" && !e.contains(strings.ToLower(f.Text)) {
		return false
	}
	for name, wanted := range f.Property {
		if !e.has(name) || !v.hasValue(e, name, wanted) {
			return false
		}
	}
	return true
}

func oneOf(wanted []string, value string) bool {
	return len(wanted) == 0 || slices.Contains(wanted, value)
}

func (e *Entry) has(property string) bool {
	_, ok := slices.BinarySearch(e.Has, property)
	return ok
}

func (e *Entry) contains(text string) bool {
	if strings.Contains(strings.ToLower(e.Name), text) || strings.Contains(strings.ToLower(e.Summary), text) ||
		strings.Contains(strings.ToLower(e.slug()), text) {
		return true
	}
	return slices.ContainsFunc(e.Categories, func(c string) bool { return strings.Contains(strings.ToLower(c), text) })
}

// slug is the last element of the post's URL.
func (e *Entry) slug() string {
	u := strings.TrimSuffix(e.Page.URL, "/")
	return u[strings.LastIndexByte(u, '/')+1:]
}

// hasValue reads the post: the values of arbitrary properties are not kept in the index.
func (v *View) hasValue(e *Entry, name string, wanted []string) bool {
	item, err := v.Item(e)
	if err != nil {
		return false
	}
	for _, value := range item.Properties[name] {
		one := mf2.Properties{name: {value}}
		if slices.Contains(wanted, one.Text(name)) {
			return true
		}
	}
	return false
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

// Categories lists the site's tags, the most used first.
func (v *View) Categories() []Category {
	count := map[string]int{}
	for _, e := range v.index.listed {
		for _, c := range e.Categories {
			count[c]++
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
