package catalog

import (
	"hash/maphash"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// rivals counts content files by the path of their page, without regard to case: post.md,
// Post.md and post/index.md have the same one. Hugo publishes only one of them, and Mac and
// Windows can check out only one of the first two.
type rivals struct {
	content func(path string) bool
	pages   map[uint64]int32 // by hash of the folded page path
	below   map[uint64]int32 // by hash of the folded folder: content files at any depth
}

var rivalSeed = maphash.MakeSeed()

func newRivals(content func(string) bool) rivals {
	return rivals{content, map[uint64]int32{}, map[uint64]int32{}}
}

func (r rivals) isContent(file string) bool { return r.content != nil && r.content(file) }

// count adds a content file, or removes it if by is -1.
func (r rivals) count(file string, by int32) {
	add(r.pages, foldKey(pagePath(file)), by)
	for dir, _ := split(foldKey(file)); dir != ""; dir, _ = split(dir) {
		add(r.below, dir, by)
	}
}

// join adds the counts of another difference.
func (r rivals) join(other rivals) {
	for h, n := range other.pages {
		if r.pages[h] += n; r.pages[h] == 0 {
			delete(r.pages, h)
		}
	}
	for h, n := range other.below {
		if r.below[h] += n; r.below[h] == 0 {
			delete(r.below, h)
		}
	}
}

func add(counts map[uint64]int32, key string, by int32) {
	h := maphash.String(rivalSeed, key)
	if counts[h] += by; counts[h] == 0 {
		delete(counts, h)
	}
}

// Rivals returns the number of content files, apart from own, with the same page path as a file,
// and the number below that path if it is a folder, both without regard to case. The cost does
// not depend on the number of files.
func (p changedPaths) Rivals(file, own string) (pages, below int) {
	at := foldKey(pagePath(file))
	h := maphash.String(rivalSeed, at)
	pages, below = int(p.paths.rivals.pages[h]), int(p.paths.rivals.below[h])
	for l := p.top; l != nil; l = l.older {
		pages, below = pages+int(l.rivals.pages[h]), below+int(l.rivals.below[h])
	}
	if own == "" || !p.paths.rivals.isContent(own) || !p.Exists(own) {
		return pages, below
	}
	if foldKey(pagePath(own)) == at {
		pages--
	}
	if strings.HasPrefix(foldKey(own), at+"/") {
		below--
	}
	return pages, below
}

// pagePath returns a page's file without its extension: the folder, for an index file.
func pagePath(file string) string {
	p := strings.TrimSuffix(file, path.Ext(file))
	dir, base := path.Split(p)
	if dir != "" && (strings.EqualFold(base, "index") || strings.EqualFold(base, "_index")) {
		return strings.TrimSuffix(dir, "/")
	}
	return p
}

// foldKey returns a text that is equal for texts that are equal under strings.EqualFold.
func foldKey(s string) string {
	changed := strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf || 'A' <= r && r <= 'Z' })
	if changed < 0 {
		return s
	}
	return s[:changed] + strings.Map(fold, s[changed:])
}

// fold returns the smallest rune that differs in case only; of ASCII letters the small one.
func fold(r rune) rune {
	if 'A' <= r && r <= 'Z' {
		return r + 'a' - 'A'
	}
	if r < utf8.RuneSelf {
		return r
	}
	least := r
	for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
		least = min(least, other)
	}
	if 'A' <= least && least <= 'Z' { // the Kelvin sign and the long s
		least += 'a' - 'A'
	}
	return least
}
