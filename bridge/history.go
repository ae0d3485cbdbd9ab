package bridge

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"gitpost/bridge/address"
	"gitpost/bridge/catalog"
	"gitpost/bridge/fault"
	"gitpost/bridge/site"
	"gitpost/frontmatter"
	"gitpost/gitstore"
)

// keepPast reads in the history where posts were before, and which were deleted: once all of
// it, then what is new with each signal. It takes its time; whoever cannot wait for it walks
// the rest of the way (see lastDeletion).
func (d *destination) keepPast(ctx context.Context, more <-chan struct{}) {
	for {
		if err := d.readPast(ctx); err != nil && ctx.Err() == nil {
			d.log.Warn("the history could not be read for posts that were moved or deleted", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-more:
		}
	}
}

func (d *destination) readPast(ctx context.Context) error {
	tip := d.store.Snapshot()
	known := d.catalog.Remembered()
	if tip.Commit() == "" || string(tip.Commit()) == known {
		return nil
	}
	var s *site.Site
	err := d.view(ctx, func(v *catalog.View) error {
		s = v.Site()
		return nil
	})
	if err != nil {
		return err
	}
	p, reached, err := pastOf(ctx, d.config().OpenSite, s, tip, gitstore.Hash(known), nil)
	if err == nil {
		d.catalog.Remember(string(tip.Commit()), p, !reached)
	}
	return err
}

// pastOf walks the history, newest commit first, until what known's history has (reached), to
// the beginning, or until enough is known. s is the site as it is at the end; open reads what
// it was before.
func pastOf(ctx context.Context, open func(fs.FS) (*site.Site, error), s *site.Site, at *gitstore.Snapshot, known gitstore.Hash, enough func(*catalog.Past) bool) (p *catalog.Past, reached bool, err error) {
	p = catalog.NewPast()
	var failed error
	older, ended := s, false
	within, err := at.LogSince(ctx, known, func(c gitstore.LogEntry) bool {
		older, failed = notePast(open, older, c, p)
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
		return pastOf(ctx, open, s, at, "", enough)
	}
	if _, err = notePastByHand(open, s, gitstore.LogEntry{Hash: at.Commit(), At: at, Before: before}, p); err != nil {
		return nil, false, fmt.Errorf("compare with the history before: %w", err)
	}
	return p, true, nil
}

// notePast notes what one commit did to posts: as the trailers of gitpost's own say, and of
// others' as their files show. It gives the site as it was before the commit.
func notePast(open func(fs.FS) (*site.Site, error), s *site.Site, c gitstore.LogEntry, p *catalog.Past) (*site.Site, error) {
	t := trailers(c.Message)
	switch t[trailerAction] {
	case "":
		return notePastByHand(open, s, c, p)
	case "delete":
		gone := catalog.Gone{Path: t[trailerPath], Ref: string(c.Before.Commit())}
		p.Deleted(t[trailerURL], gone)
		if was := t[trailerFormerURL]; was != "" {
			p.Deleted(was, gone)
		}
	case "update":
		if was := t[trailerFormerPath]; was != "" {
			p.Readdressed(t[trailerFormerURL], was)
			p.Moved(was, t[trailerPath])
		}
	}
	return s, nil
}

// mostByHand bounds what is read of one commit: one that touches more posts reformats the
// site, or takes it over from somewhere else.
const mostByHand = 20_000

func notePastByHand(open func(fs.FS) (*site.Site, error), s *site.Site, c gitstore.LogEntry, p *catalog.Past) (*site.Site, error) {
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
	if len(gone)+len(changed) > mostByHand || len(gone) > 0 && len(came) > mostByHand {
		return older, nil
	}
	if len(gone)+len(changed) > 20 {
		if err := errors.Join(before.list(), after.list()); err != nil {
			return older, err
		}
	}
	successors := pairs(gone, came, before, after)
	for _, d := range gone {
		url := before.address(d.Path, d.Old)
		to, moved := successors[d.Path]
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

// decidesForOthers tells whether a change of the file may give other files other addresses.
func decidesForOthers(s *site.Site, file string) bool {
	return s.Config(file) || s.Section(file)
}

// noteOtherRules notes where all posts were published before a commit that changed the rules:
// the site's configuration, or a section's page. Most such commits change other things, which
// a look at some posts of each folder tells.
func noteOtherRules(before, after treeAround, p *catalog.Past) error {
	if err := errors.Join(before.list(), after.list()); err != nil {
		return err
	}
	var posts []string
	for file := range before.files {
		if _, stays := after.files[file]; stays && before.site.Content(file) {
			posts = append(posts, file)
		}
	}
	if len(posts) > mostByHand {
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

// pairs finds for files that went the ones that came in their place: of the same content, else
// of the same text below another front matter, else of the same name, else of mostly the same
// lines. Where two would do, none does.
func pairs(gone, came []gitstore.Delta, before, after treeAround) map[string]string {
	found := map[string]string{}
	taken := map[string]bool{}
	for _, alike := range []func(tree treeAround, file string, blob gitstore.Hash) string{
		func(_ treeAround, _ string, blob gitstore.Hash) string { return string(blob) },
		treeAround.body,
		func(_ treeAround, file string, _ gitstore.Hash) string { return postName(file) },
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
			if to := arrived[key]; key != "" && len(from) == 1 && len(to) == 1 {
				found[from[0]], taken[to[0]] = to[0], true
			}
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

// likeliest is the file with mostly the same lines; "" when there is none, or more than one.
func likeliest(d gitstore.Delta, among []gitstore.Delta, before, after *gitstore.Snapshot) (file string) {
	text, err := before.Blob(d.Old)
	if err != nil {
		return ""
	}
	for _, c := range among {
		other, err := after.Blob(c.New)
		if err != nil || path.Ext(c.Path) != path.Ext(d.Path) || gitstore.Similarity(text, other) <= 0.5 {
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

// treeAround are surroundings in one state of the repository, read when they are asked for.
type treeAround struct {
	site *site.Site
	tree *gitstore.Snapshot

	files map[string]gitstore.Hash         // all that the tree has, when it was listed
	pages map[string]*frontmatter.Document // of sections, once they were read
}

func around(s *site.Site, tree *gitstore.Snapshot) treeAround {
	return treeAround{site: s, tree: tree, files: map[string]gitstore.Hash{}, pages: map[string]*frontmatter.Document{}}
}

// list reads the names of all files at once, which many questions are worth.
func (a treeAround) list() error {
	if len(a.files) > 0 {
		return nil
	}
	return a.tree.Walk(func(file string, blob gitstore.Hash) error {
		a.files[file] = blob
		return nil
	})
}

func (a treeAround) Exists(file string) bool {
	if len(a.files) > 0 {
		_, ok := a.files[file]
		return ok
	}
	info, err := fs.Stat(a.tree, file)
	return err == nil && info.Mode().IsRegular()
}

func (a treeAround) Document(file string) *frontmatter.Document {
	if doc, known := a.pages[file]; known {
		return doc
	}
	doc := a.read(file)
	if a.site.Context(file) {
		a.pages[file] = doc
	}
	return doc
}

func (a treeAround) read(file string) *frontmatter.Document {
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
func (a treeAround) body(_ string, blob gitstore.Hash) string {
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
func (a treeAround) address(file string, blob gitstore.Hash) string {
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

// deletion is a commit that took a post away.
type deletion struct {
	path   string
	before *gitstore.Snapshot // the state that still has it
}

// searchTime bounds how long an undelete walks the history where the catalog does not know it yet.
const searchTime = 20 * time.Second

// lastDeletion finds the commit that took away the post at url; nil when none did, or when
// the post is there. The catalog knows it, but for the newest commits.
func (p *posts) lastDeletion(ctx context.Context, op, url string) (*deletion, error) {
	ctx, cancel := context.WithTimeout(ctx, searchTime)
	defer cancel()
	at := p.repo.Snapshot()
	var s *site.Site
	err := p.catalog.Read(ctx, indexed{at}, func(v *catalog.View) error {
		if v.Lookup(url) == nil {
			s = v.Site()
		}
		return nil
	})
	if err != nil || s == nil {
		return nil, err
	}
	known := gitstore.Hash(p.catalog.Remembered())
	enough := func(p *catalog.Past) bool { _, found := p.Gone(url); return found }
	past, reached, err := pastOf(ctx, p.config().OpenSite, s, at, known, enough)
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, &fault.Error{Code: fault.Unavailable, Op: op,
			Message: "the history is long, and not read to its end yet", Hint: "try again in a minute", Err: err}
	}
	if err != nil {
		return nil, err
	}
	gone, found := past.Gone(url)
	if !found && reached {
		gone, found = p.catalog.Gone(url, past)
	}
	if !found {
		return nil, nil
	}
	before, err := at.AtCommit(gitstore.Hash(gone.Ref))
	if err != nil {
		return nil, fmt.Errorf("open the state that still has %s: %w", gone.Path, err)
	}
	return &deletion{gone.Path, before}, nil
}
