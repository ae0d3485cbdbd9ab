package gitstore

import (
	"maps"
	"slices"
	"strings"

	"gitpost/gitstore/git"
)

// group is commits that wait and have files in common. Groups have none in common, so they
// may be pushed in any order, and each without the others.
type group struct {
	members []*pending
	commits []*git.Commit
	before  map[string]git.Entry // of each file that the group changes; a zero entry: not there
	after   map[string]git.Entry
}

// held reports whether the host refused every commit of the group.
func (g *group) held() bool {
	return !slices.ContainsFunc(g.members, func(p *pending) bool { return p.refusal == nil })
}

// wantsFold reports whether the group is to become one commit: the host refused a part of it,
// and what came since may have fixed that.
func (g *group) wantsFold() bool {
	refused := func(p *pending) bool { return p.refusal != nil || p.fold }
	return g.mayFold() && slices.ContainsFunc(g.members, refused) && !g.held()
}

// mayFold reports whether the group can become one commit. One that ends with the outcome of a
// conflict cannot: the text that was given up is in the commits before it alone.
func (g *group) mayFold() bool {
	last := g.commits[len(g.commits)-1]
	isConflict := func(line string) bool { return strings.HasPrefix(line, conflictTrailer) }
	return len(g.commits) > 1 && !slices.ContainsFunc(trailersOf(last.Message), isConflict)
}

// splitGroups sorts waiting commits into groups, in the order of their first commits.
func splitGroups(src git.Source, waiting []*pending) ([]*group, error) {
	var groups []*group
	for _, p := range waiting {
		c, err := git.ReadCommit(src, p.id)
		if err != nil {
			return nil, err
		}
		tree, err := parentTree(src, c)
		if err != nil {
			return nil, err
		}
		g := &group{members: []*pending{p}, commits: []*git.Commit{c},
			before: make(map[string]git.Entry), after: make(map[string]git.Entry)}
		err = git.DiffTrees(src, tree, src, c.Tree, func(t git.Change) error {
			g.before[t.Path], g.after[t.Path] = t.Old, t.New
			return nil
		})
		if err != nil {
			return nil, err
		}
		groups = join(groups, g)
	}
	return groups, nil
}

// parentTree is the tree that a commit started from.
func parentTree(src git.Source, c *git.Commit) (git.OID, error) {
	if c.Parent().IsZero() {
		return git.ZeroOID, nil
	}
	parent, err := git.ReadCommit(src, c.Parent())
	if err != nil {
		return git.ZeroOID, err
	}
	return parent.Tree, nil
}

// join adds a later group of one commit, which brings those together that it touches.
func join(groups []*group, g *group) []*group {
	first := -1
	var rest []*group
	for i, other := range groups {
		if !other.touches(g) {
			rest = append(rest, other)
			continue
		}
		if first < 0 {
			first = i
			rest = append(rest, other)
			continue
		}
		groups[first].add(other)
	}
	if first < 0 {
		return append(rest, g)
	}
	groups[first].add(g)
	return rest
}

// add appends a group.
func (g *group) add(o *group) {
	g.members, g.commits = append(g.members, o.members...), append(g.commits, o.commits...)
	for path, e := range o.before {
		if _, known := g.before[path]; !known {
			g.before[path] = e
		}
	}
	maps.Copy(g.after, o.after)
}

// touches reports whether two groups change the same file, or one a file that the other needs
// as a folder.
func (g *group) touches(o *group) bool {
	return overlap(g.after, o.after) || overlap(o.after, g.after)
}

func overlap(files, below map[string]git.Entry) bool {
	for path := range below {
		for at := path; ; {
			if _, ok := files[at]; ok {
				return true
			}
			i := strings.LastIndexByte(at, '/')
			if i < 0 {
				break
			}
			at = at[:i]
		}
	}
	return false
}

// paths lists the files of a group.
func (g *group) paths() []string { return slices.Sorted(maps.Keys(g.after)) }

// largest is the size of the largest file that the group brings.
func (g *group) largest(db *git.DB) (most int64) {
	for path, e := range g.after {
		if git.IsRegular(e.Mode) && g.before[path].ID != e.ID {
			if _, size, err := db.SizeOf(e.ID); err == nil {
				most = max(most, size)
			}
		}
	}
	return most
}

// arrange rewrites the commits that wait so that they are sorted by group, those that the host
// refused last, and groups that may be fixed are one commit each. A group whose changes undo
// each other is dropped. No file changes. Only the writer calls it.
func (s *writer) arrange() error {
	tip := s.tip.Load()
	d := &s.delivery
	d.mu.Lock()
	waiting, certain := slices.Clone(d.unpushed), !d.unknown && !d.lost
	d.mu.Unlock()
	if !certain || len(waiting) == 0 || waiting[len(waiting)-1].id != tip.commit {
		return nil
	}
	groups, err := splitGroups(s.db, waiting)
	if err != nil {
		return err
	}
	restyles := s.restyle(groups)
	slices.SortStableFunc(groups, func(a, b *group) int {
		if a.held() != b.held() {
			return order(a.held()) - order(b.held())
		}
		return a.members[0].when.Compare(b.members[0].when)
	})
	var sorted []*pending
	folds := false
	for _, g := range groups {
		sorted = append(sorted, g.members...)
		folds = folds || g.wantsFold()
	}
	if !folds && !restyles && slices.Equal(sorted, waiting) {
		return nil
	}
	return s.restack(tip, waiting, groups, folds)
}

func order(last bool) int {
	if last {
		return 1
	}
	return 0
}

// restack puts groups on the commit that the waiting ones started from.
func (s *writer) restack(tip *Snapshot, waiting []*pending, groups []*group, folds bool) error {
	first, err := git.ReadCommit(s.db, waiting[0].id)
	if err != nil {
		return err
	}
	st := &stack{s: s, b: builder{git.NewBatch(s.db)}}
	defer st.b.Close()
	if !first.Parent().IsZero() {
		if st.at, err = git.ReadCommit(s.db, first.Parent()); err != nil {
			return err
		}
	}
	for _, g := range groups {
		if g.wantsFold() {
			err = st.fold(g)
		} else {
			err = st.put(g)
		}
		if err != nil {
			return storageFault("sort what waits", err)
		}
	}
	if st.at == nil || st.at.Tree != tip.tree {
		return nil // nothing would be left to be the branch, or something would change: all stays as it is
	}
	if folds {
		if _, err := s.keep("refused", tip.commit); err != nil {
			return err
		}
	}
	if err := s.makeDurable(st.b, s.head(), tip.commit, st.at.ID); err != nil {
		return err
	}
	s.publish(st.at)
	s.delivery.update(func() {
		s.delivery.unpushed = st.result(waiting)
	})
	return nil
}

// stack is a new line of waiting commits.
type stack struct {
	s     *writer
	b     builder
	at    *git.Commit // nil: there is none yet
	moved []moved
	into  map[*pending]*pending // commits that became part of another one; nil: of none
}

func (st *stack) tree() git.OID {
	if st.at == nil {
		return git.EmptyTree
	}
	return st.at.Tree
}

// put appends the commits of a group as they are.
func (st *stack) put(g *group) error {
	for i, c := range g.commits {
		inPlace := st.at == nil && c.Parent().IsZero() || st.at != nil && c.Parent() == st.at.ID
		if inPlace && st.s.isStyled(c) {
			st.at = c
		} else {
			from, err := parentTree(st.b, c)
			if err != nil {
				return err
			}
			var plan []planned
			err = git.DiffTrees(st.b, from, st.b, c.Tree, func(t git.Change) error {
				plan = append(plan, planEntry(t.Path, t.New))
				return nil
			})
			if err != nil {
				return err
			}
			if err := st.commit(plan, c.Author, st.s.restyled(c.Author, c.Message)); err != nil {
				return err
			}
		}
		st.moved = append(st.moved, moved{p: g.members[i], id: st.at.ID})
	}
	return nil
}

// fold appends a group as one commit.
func (st *stack) fold(g *group) error {
	var plan []planned
	for path, e := range g.after {
		if !sameEntry(e, g.before[path]) {
			plan = append(plan, planEntry(path, e))
		}
	}
	if st.into == nil {
		st.into = make(map[*pending]*pending)
	}
	last := g.members[len(g.members)-1]
	if len(plan) == 0 {
		for _, p := range g.members {
			st.into[p] = nil
		}
		return nil
	}
	for _, p := range g.members[:len(g.members)-1] {
		st.into[p] = last
	}
	author := g.commits[len(g.commits)-1].Author
	if err := st.commit(plan, author, st.s.restyled(author, foldedMessage(g))); err != nil {
		return err
	}
	st.moved = append(st.moved, moved{p: last, id: st.at.ID})
	return nil
}

func (st *stack) commit(plan []planned, author, message string) error {
	tree, err := st.b.apply(st.tree(), plan)
	if err != nil {
		return err
	}
	parent := git.ZeroOID
	if st.at != nil {
		parent = st.at.ID
	}
	st.at, err = st.s.addCommit(st.b, tree, parent, author, message)
	return err
}

// result is what waits afterwards. The delivery's mutex is held.
func (st *stack) result(before []*pending) []*pending {
	var list []*pending
	for _, m := range st.moved {
		m.p.id = m.id
		list = append(list, m.p)
	}
	for _, p := range before {
		into, gone := st.into[p]
		switch {
		case !gone:
		case into == nil:
			p.pushed = true // nothing of it is left to do
		default:
			p.into, into.refusal, into.fold, into.when = into, nil, false, earlier(into.when, p.when)
			into.skipCI = into.skipCI && p.skipCI
		}
	}
	return list
}

func planEntry(path string, e git.Entry) planned {
	if e.Mode == 0 {
		return planned{File: File{Path: path, Delete: true}}
	}
	return planned{File: File{Path: path}, ours: &git.Entry{Mode: e.Mode, ID: e.ID}}
}

// foldedMessage is the message of the last commit, which says what the file has become, with
// the trailers of the others that it does not have. Their words may be what was refused.
func foldedMessage(g *group) string {
	last := strings.Replace(g.commits[len(g.commits)-1].Message, " "+skipCI, "", 1)
	if !slices.ContainsFunc(g.members, func(p *pending) bool { return !p.skipCI }) {
		last = markSkipCI(last)
	}
	have := make(map[string]bool)
	for _, line := range trailersOf(last) {
		key, _, _ := strings.Cut(line, ":")
		have[key] = true
	}
	var add []string
	for _, c := range g.commits[:len(g.commits)-1] {
		for _, line := range trailersOf(c.Message) {
			if key, _, _ := strings.Cut(line, ":"); !have[key] {
				add = append(add, line)
				have[key] = true
			}
		}
	}
	return addTrailers(last, add...)
}
