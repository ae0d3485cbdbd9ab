package catalog

import (
	"slices"
	"strings"
	"sync/atomic"
)

// tagIndex knows which lists of tags contain a tag, and counts the posts of each list and tag.
type tagIndex struct {
	table[[]string]
	lists  map[string][]uint32 // by tag: the lists that contain it
	posts  []int               // by list
	byTag  map[string]int
	sorted atomic.Pointer[[]Category] // the result of categories; nil after a change
}

func newTagIndex() *tagIndex {
	return &tagIndex{table: newTable(unpackTags), lists: map[string][]uint32{}, byTag: map[string]int{}}
}

// id returns the number of a packed list of tags.
func (t *tagIndex) id(key string) uint32 {
	id := t.table.id(key)
	if int(id) < len(t.posts) {
		return id
	}
	t.posts = append(t.posts, 0)
	for _, tag := range t.values[id] {
		if of := t.lists[tag]; len(of) == 0 || of[len(of)-1] != id { // a list can repeat a tag
			t.lists[tag] = append(of, id)
		}
	}
	return id
}

// count adds posts with a list of tags, or removes them.
func (t *tagIndex) count(list uint32, by int) {
	t.posts[list] += by
	for _, tag := range t.values[list] {
		if t.byTag[tag] += by; t.byTag[tag] == 0 {
			delete(t.byTag, tag)
		}
		t.sorted.Store(nil)
	}
}

// matching returns the set of lists that contain one of the tags, and the number of posts with
// such a list.
func (t *tagIndex) matching(tags []string) (set []bool, posts int) {
	set = make([]bool, len(t.posts))
	for _, tag := range tags {
		for _, list := range t.lists[tag] {
			if !set[list] {
				set[list] = true
				posts += t.posts[list]
			}
		}
	}
	return set, posts
}

// Category is a tag and how many posts have it.
type Category struct {
	Name  string
	Posts int
}

// categories returns the tags of listed posts, the most used first. The result must not be
// changed.
func (t *tagIndex) categories() []Category {
	if sorted := t.sorted.Load(); sorted != nil {
		return *sorted
	}
	all := byUse(t.byTag)
	t.sorted.Store(&all)
	return all
}

// byUse returns the counted tags, the most used first.
func byUse(posts map[string]int) []Category {
	all := make([]Category, 0, len(posts))
	for name, n := range posts {
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
