// Package history reads and writes what gitpost's commits say, and finds in them where posts
// were before and which were deleted.
package history

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"gitpost/bridge/address"
	"gitpost/bridge/catalog"
	"gitpost/bridge/site"
	"gitpost/frontmatter"
	"gitpost/gitstore"
)

// Read walks the history, newest commit first, until it reaches the history of the commit known
// (then reached is true), until the beginning, or until enough returns true; enough may be nil.
// s is the site at the newest commit; open reads the site of an older tree.
func Read(ctx context.Context, open func(fs.FS) (*site.Site, error), s *site.Site, at *gitstore.Snapshot,
	known gitstore.Hash, enough func(*catalog.Past) bool) (p *catalog.Past, reached bool, err error) {
	p = catalog.NewPast()
	var failed error
	older, ended := s, false
	within, err := at.LogSince(ctx, known, func(c gitstore.LogEntry) bool {
		older, failed = note(open, older, c, p)
		ended = failed != nil || enough != nil && enough(p)
		return !ended
	})
	if err = errors.Join(err, failed); err != nil {
		return nil, false, fmt.Errorf("walk the history: %w", err)
	}
	if known == "" || within || ended {
		return p, known != "", nil
	}
	// The history was rewritten, or a commit put on top of another one: what is not there any
	// more went now.
	before, err := at.AtCommit(known)
	if err != nil {
		return Read(ctx, open, s, at, "", enough)
	}
	if _, err = noteDiff(open, s, gitstore.LogEntry{Hash: at.Commit(), At: at, Before: before}, p); err != nil {
		return nil, false, fmt.Errorf("compare with the history before: %w", err)
	}
	return p, true, nil
}

// note notes what one commit did to posts: as the Trailers of gitpost's own say, and of
// others' as their files show. It gives the site as it was before the commit.
func note(open func(fs.FS) (*site.Site, error), s *site.Site, c gitstore.LogEntry, p *catalog.Past) (*site.Site,
	error) {
	t := Trailers(c.Message)
	switch t[Action] {
	case "":
		return noteDiff(open, s, c, p)
	case "delete":
		gone := catalog.Gone{Path: t[Path], Ref: string(c.Before.Commit())}
		p.Deleted(t[URL], gone)
		if was := t[FormerURL]; was != "" {
			p.Deleted(was, gone)
		}
	case "update":
		if was := t[FormerPath]; was != "" {
			p.Readdressed(t[FormerURL], was)
			p.Moved(was, t[Path])
		}
	}
	return s, nil
}

// maxFiles bounds what is read of one commit: one that touches more posts reformats or imports
// the site.
const maxFiles = 20_000

func noteDiff(open func(fs.FS) (*site.Site, error), s *site.Site, c gitstore.LogEntry, p *catalog.Past) (*site.Site,
	error) {
	if c.Before.Commit() == "" {
		return s, nil
	}
	deltas, err := c.Before.Diff(c.At)
	if err != nil {
		return s, err
	}
	older, rules := s, false
	if slices.ContainsFunc(deltas, func(d gitstore.Delta) bool { return decidesForOthers(s, d.Path) }) {
		if was, err := open(c.Before); err == nil { // else what holds now is the best guess
			older, rules = was, true
		}
	}
	before, after := around(older, c.Before), around(s, c.At)
	if rules {
		if err := noteOtherRules(before, after, p); err != nil {
			return older, err
		}
	}
	var gone, came, changed []gitstore.Delta
	for _, d := range deltas {
		switch {
		case !older.Content(d.Path) && !s.Content(d.Path):
		case d.New == "":
			gone = append(gone, d)
		case d.Old == "":
			came = append(came, d)
		default:
			changed = append(changed, d)
		}
	}
	if len(gone)+len(changed) > maxFiles || len(gone) > 0 && len(came) > maxFiles {
		return older, nil
	}
	if len(gone)+len(changed) > 20 {
		if err := errors.Join(before.list(), after.list()); err != nil {
			return older, err
		}
	}
	replaced := successors(gone, came, before, after)
	for _, d := range gone {
		url := before.address(d.Path, d.Old)
		to, moved := replaced[d.Path]
		switch {
		case url == "":
		case moved:
			p.Readdressed(url, d.Path)
		default:
			p.Deleted(url, catalog.Gone{Path: d.Path, Ref: string(c.Before.Commit())})
		}
		if moved {
			p.Moved(d.Path, to)
		}
	}
	for _, d := range changed {
		if url := before.address(d.Path, d.Old); url != "" && !address.Same(url, after.address(d.Path, d.New)) {
			p.Readdressed(url, d.Path)
		}
	}
	return older, nil
}

// decidesForOthers reports whether a change of the file can change the addresses of other files.
func decidesForOthers(s *site.Site, file string) bool {
	return s.Config(file) || s.Section(file)
}

// noteOtherRules notes where all posts were published before a commit that changed the rules:
// the site's configuration, or a section's page. Most such commits change no address, so a
// sample of posts from each folder is compared first.
func noteOtherRules(before, after surroundings, p *catalog.Past) error {
	if err := errors.Join(before.list(), after.list()); err != nil {
		return err
	}
	var posts []string
	for file := range before.files {
		if _, stays := after.files[file]; stays && before.site.Content(file) {
			posts = append(posts, file)
		}
	}
	if len(posts) > maxFiles {
		return nil
	}
	slices.Sort(posts)
	moved := func(file string) (was string, moved bool) {
		was = before.address(file, before.files[file])
		return was, was != "" && !address.Same(was, after.address(file, after.files[file]))
	}
	const some = 200
	var sample []string
	for i, file := range posts {
		if i%(len(posts)/some+1) == 0 || path.Dir(file) != path.Dir(posts[i-1]) {
			sample = append(sample, file)
		}
	}
	if !slices.ContainsFunc(sample, func(file string) bool { _, moved := moved(file); return moved }) {
		return nil
	}
	for _, file := range posts {
		if was, moved := moved(file); moved {
			p.Readdressed(was, file)
		}
	}
	return nil
}

// successors finds the files that replaced removed ones: with the same content, else the same
// text below another front matter, else the same name, else mostly the same lines. An ambiguous
// match counts as none, and so does one that can be chance (see gitstore.Renamed).
func successors(gone, came []gitstore.Delta, before, after surroundings) map[string]string {
	found := map[string]string{}
	taken := map[string]bool{}
	blobs := make(map[string]gitstore.Hash, len(gone)+len(came)) // a path is in one of the two only
	for _, d := range gone {
		blobs[d.Path] = d.Old
	}
	for _, d := range came {
		blobs[d.Path] = d.New
	}
	for _, alike := range []func(tree surroundings, file string, blob gitstore.Hash) string{
		func(_ surroundings, _ string, blob gitstore.Hash) string { return string(blob) },
		surroundings.body,
		func(_ surroundings, file string, _ gitstore.Hash) string { return postName(file) },
	} {
		if len(found) == len(gone) || len(taken) == len(came) {
			break
		}
		went, arrived := map[string][]string{}, map[string][]string{}
		for _, d := range gone {
			if found[d.Path] == "" {
				key := alike(before, d.Path, d.Old)
				went[key] = append(went[key], d.Path)
			}
		}
		for _, d := range came {
			if !taken[d.Path] {
				key := alike(after, d.Path, d.New)
				arrived[key] = append(arrived[key], d.Path)
			}
		}
		for key, from := range went {
			to := arrived[key]
			if key == "" || len(from) != 1 || len(to) != 1 || !samePost(from[0], to[0], blobs, before, after) {
				continue
			}
			found[from[0]], taken[to[0]] = to[0], true
		}
	}
	left := slices.DeleteFunc(slices.Clone(gone), func(d gitstore.Delta) bool { return found[d.Path] != "" })
	open := slices.DeleteFunc(slices.Clone(came), func(d gitstore.Delta) bool { return taken[d.Path] })
	const most = 50 // compared with each other, which is costly
	if len(left) > most || len(open) > most {
		return found
	}
	for _, d := range left {
		if to := likeliest(d, open, before.tree, after.tree); to != "" && !taken[to] {
			found[d.Path], taken[to] = to, true
		}
	}
	return found
}

// samePost reports whether a file that came is certainly one that went: short posts, and names, can
// be alike by chance, but hardly both.
func samePost(went, came string, blobs map[string]gitstore.Hash, before, after surroundings) bool {
	if blobs[went] == blobs[came] && postName(went) == postName(came) {
		return true
	}
	text, err := before.tree.Blob(blobs[went])
	if err != nil {
		return false
	}
	other, err := after.tree.Blob(blobs[came])
	return err == nil && gitstore.Renamed(text, other)
}

// likeliest returns the file with mostly the same lines; "" when there is none, or more than one.
func likeliest(d gitstore.Delta, among []gitstore.Delta, before, after *gitstore.Snapshot) (file string) {
	text, err := before.Blob(d.Old)
	if err != nil {
		return ""
	}
	for _, c := range among {
		other, err := after.Blob(c.New)
		if err != nil || path.Ext(c.Path) != path.Ext(d.Path) || gitstore.Similarity(text, other) <= 0.5 ||
			!gitstore.Renamed(text, other) {
			continue
		}
		if file != "" {
			return ""
		}
		file = c.Path
	}
	return file
}

// postName is the file name by which a post is known: a bundle's is its folder.
func postName(file string) string {
	if dir, name := path.Split(file); strings.HasPrefix(name, "index.") && dir != "" {
		return path.Base(dir) + "/"
	}
	return path.Base(file)
}

// surroundings answers what site asks about the other files of one state of the repository. It
// reads them on demand.
type surroundings struct {
	site *site.Site
	tree *gitstore.Snapshot

	files map[string]gitstore.Hash         // all that the tree has, when it was listed
	pages map[string]*frontmatter.Document // of sections, once they were read
}

func around(s *site.Site, tree *gitstore.Snapshot) surroundings {
	return surroundings{site: s, tree: tree, files: map[string]gitstore.Hash{},
		pages: map[string]*frontmatter.Document{}}
}

// list reads the names of all files at once, which pays for many questions.
func (a surroundings) list() error {
	if len(a.files) > 0 {
		return nil
	}
	return a.tree.Walk(func(file string, blob gitstore.Hash) error {
		a.files[file] = blob
		return nil
	})
}

func (a surroundings) Exists(file string) bool {
	if len(a.files) > 0 {
		_, ok := a.files[file]
		return ok
	}
	info, err := fs.Stat(a.tree, file)
	return err == nil && info.Mode().IsRegular()
}

func (a surroundings) Document(file string) *frontmatter.Document {
	if doc, known := a.pages[file]; known {
		return doc
	}
	doc := a.read(file)
	if a.site.Context(file) {
		a.pages[file] = doc
	}
	return doc
}

func (a surroundings) read(file string) *frontmatter.Document {
	data, err := a.tree.ReadFile(file)
	if err != nil {
		return nil
	}
	doc, err := a.site.Parse(data)
	if err != nil {
		return nil
	}
	return doc
}

// body is the text of a file without its front matter.
func (a surroundings) body(_ string, blob gitstore.Hash) string {
	data, err := a.tree.Blob(blob)
	if err != nil {
		return ""
	}
	doc, err := a.site.Parse(data)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(doc.Body())
}

// address is where a file was published; "" when its text cannot be read.
func (a surroundings) address(file string, blob gitstore.Hash) string {
	data, err := a.tree.Blob(blob)
	if err != nil {
		return ""
	}
	doc, err := a.site.Parse(data)
	if err != nil {
		return ""
	}
	return a.site.Locate(file, doc, a).URL
}
