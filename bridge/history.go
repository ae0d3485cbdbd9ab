package bridge

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

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
	p, reached, err := pastOf(ctx, s, tip, gitstore.Hash(known), nil)
	if err == nil {
		d.catalog.Remember(string(tip.Commit()), p, !reached)
	}
	return err
}

// pastOf walks the first-parent history, newest commit first, until one whose past is known
// (reached), to the beginning, or until enough is known.
func pastOf(ctx context.Context, s *site.Site, at *gitstore.Snapshot, known gitstore.Hash, enough func(*catalog.Past) bool) (p *catalog.Past, reached bool, err error) {
	p = catalog.NewPast()
	var failed error
	err = at.Log(ctx, func(c gitstore.LogEntry) bool {
		if c.Hash == known {
			reached = true
			return false
		}
		failed = notePast(s, c, p)
		return failed == nil && (enough == nil || !enough(p))
	})
	if err = errors.Join(err, failed); err != nil {
		return nil, false, fmt.Errorf("walk the history: %w", err)
	}
	return p, reached, nil
}

// notePast notes what one commit did to posts: as the trailers of gitpost's own say, and of
// others' as their files show.
func notePast(s *site.Site, c gitstore.LogEntry, p *catalog.Past) error {
	t := trailers(c.Message)
	switch t[trailerAction] {
	case "":
		return notePastByHand(s, c, p)
	case "delete":
		p.Deleted(t[trailerURL], catalog.Gone{Path: t[trailerPath], Ref: string(c.Before.Commit())})
	case "update":
		if was := t[trailerFormerPath]; was != "" {
			p.Readdressed(t[trailerFormerURL], was)
			p.Moved(was, t[trailerPath])
		}
	}
	return nil
}

// mostByHand bounds what is read of one commit: one that touches more posts reformats the
// site, or takes it over from somewhere else.
const mostByHand = 2000

func notePastByHand(s *site.Site, c gitstore.LogEntry, p *catalog.Past) error {
	if c.Before.Commit() == "" {
		return nil
	}
	deltas, err := c.Before.Diff(c.At)
	if err != nil {
		return err
	}
	var gone, came, changed []gitstore.Delta
	for _, d := range deltas {
		switch {
		case !s.Content(d.Path):
		case d.New == "":
			gone = append(gone, d)
		case d.Old == "":
			came = append(came, d)
		default:
			changed = append(changed, d)
		}
	}
	if len(gone)+len(changed) > mostByHand || len(gone) > 0 && len(came) > mostByHand {
		return nil
	}
	before, after := treeAround{s, c.Before}, treeAround{s, c.At}
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
		if url := before.address(d.Path, d.Old); url != "" && !catalog.SameAddress(url, after.address(d.Path, d.New)) {
			p.Readdressed(url, d.Path)
		}
	}
	return nil
}

// pairs finds for files that went the ones that came in their place: of the same content, else
// of the same text below another front matter, else of the same name. Where two would do, none does.
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
	return found
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
}

func (a treeAround) Exists(file string) bool {
	info, err := fs.Stat(a.tree, file)
	return err == nil && info.Mode().IsRegular()
}

func (a treeAround) Document(file string) *frontmatter.Document {
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
	past, reached, err := pastOf(ctx, s, at, known, enough)
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, &fault.Error{Code: fault.Unavailable, Op: op,
			Message: "the history is long, and not read to its end yet", Hint: "try again in a minute", Err: err}
	}
	if err != nil {
		return nil, err
	}
	gone, found := past.Gone(url)
	if !found && reached {
		gone, found = p.catalog.Gone(url)
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
