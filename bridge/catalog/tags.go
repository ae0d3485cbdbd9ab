package catalog

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// tagIndex knows which lists of tags contain a tag, and counts the posts of each list and tag.
type tagIndex struct {
	table[[]string]
	lists   map[string][]uint32 // by tag: the lists that contain it
	posts   []int               // by list
	byClass map[class]map[string]int

	mu     sync.Mutex            // guards sorted: readers share the index
	sorted map[string][]Category // results of categories, by the classes that are visible, since the last change
}

// class is what decides who may see a post.
type class struct {
	postType, status string
	published        bool
}

func newTagIndex() *tagIndex {
	return &tagIndex{table: newTable(unpackTags), lists: map[string][]uint32{},
		byClass: map[class]map[string]int{}, sorted: map[string][]Category{}}
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
func (t *tagIndex) count(list uint32, of class, by int) {
	t.posts[list] += by
	counts := t.byClass[of]
	if counts == nil {
		counts = map[string]int{}
		t.byClass[of] = counts
	}
	for _, tag := range t.values[list] {
		if counts[tag] += by; counts[tag] == 0 {
			delete(counts, tag)
		}
	}
	if len(t.values[list]) > 0 {
		clear(t.sorted)
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

// categories returns the tags of the visible posts, the most used first; nil sees all. The result
// must not be changed.
func (t *tagIndex) categories(visible func(postType, status string, published bool) bool) []Category {
	var seen []class
	key := ""
	for of := range t.byClass {
		if visible == nil || visible(of.postType, of.status, of.published) {
			seen = append(seen, of)
		}
	}
	slices.SortFunc(seen, func(a, b class) int { return strings.Compare(a.String(), b.String()) })
	for _, of := range seen {
		key += of.String()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if sorted, ok := t.sorted[key]; ok {
		return sorted
	}
	all := map[string]int{}
	for _, of := range seen {
		for tag, n := range t.byClass[of] {
			all[tag] += n
		}
	}
	t.sorted[key] = byUse(all)
	return t.sorted[key]
}

func (c class) String() string { return fmt.Sprintf("%q %q %v\n", c.postType, c.status, c.published) }

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
