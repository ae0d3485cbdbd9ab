package gitstore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gitpost/gitstore/git"
	"gitpost/gitstore/remote"
)

// openClone finds or makes the clone. HEAD is written last, so a folder without one was
// never complete, whatever killed its making.
func (s *Store) openClone(ctx context.Context) error {
	branch, err := s.refs.Head()
	if err != nil {
		// A HEAD that is gone or empty is no reason to forget what waits on the branch.
		if only, ok := s.refs.OnlyBranch(); ok {
			branch, err = only, nil
			s.log.Warn("the clone had no readable HEAD", "clone", s.c.Dir, "branch", branch)
		}
	}
	switch {
	case err == nil:
		return s.openExisting(ctx, branch)
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("open the clone: %w", err)
	}
	if err := s.checkFolderIsOurs(); err != nil {
		return err
	}
	if s.db, err = git.Create(s.c.Dir); err != nil {
		return &StorageError{Op: "make the clone", Err: err}
	}
	if err := s.firstFetch(ctx); err != nil {
		return s.remote.Explain("clone", err)
	}
	if err := s.writeConfig(); err != nil {
		return err
	}
	if err := s.writeHead(); err != nil {
		return &StorageError{Op: "make the clone", Err: err}
	}
	return s.load()
}

// checkFolderIsOurs refuses to make a clone among other things.
func (s *Store) checkFolderIsOurs() error {
	entries, err := os.ReadDir(s.c.Dir)
	if err != nil {
		return &StorageError{Op: "make the clone", Err: err}
	}
	ours := []string{"gitstore.lock", pushedFile, "objects", "refs", "config", "HEAD.new", "config.new"}
	for _, e := range entries {
		if !slices.Contains(ours, e.Name()) && !git.IsTemporary(e.Name()) {
			return fmt.Errorf("make the clone: %s is neither empty nor a clone (it contains %s); name an empty or new folder",
				s.c.Dir, e.Name())
		}
	}
	return nil
}

// firstFetch brings the whole branch.
func (s *Store) firstFetch(ctx context.Context) error {
	f, err := s.remote.Fetch(ctx)
	if err != nil {
		return err
	}
	defer f.Close()
	s.branch = s.c.Branch
	if len(f.Branches()) == 0 {
		if s.branch == "" {
			s.branch = "main"
		}
		return nil
	}
	if s.branch == "" {
		if s.branch, err = f.DefaultBranch(); err != nil {
			return err
		}
	}
	tip, err := s.branchOf(f)
	if err != nil {
		return err
	}
	progress, began := s.c.Progress, time.Now()
	if progress != nil {
		fmt.Fprintf(progress, "Cloning %s …\n", s.address)
	}
	if err := s.download(ctx, f, tip, nil, progress); err != nil {
		return err
	}
	for _, ref := range []string{s.tracking(), s.head()} {
		old, _ := s.refs.Read(ref)
		if err := s.refs.Move(ctx, ref, old, tip); err != nil {
			return &StorageError{Op: "make the clone", Err: err}
		}
	}
	s.log.Info("the repository was cloned", "from", s.address, "branch", s.branch,
		"took", time.Since(began).Round(time.Millisecond).String())
	return nil
}

// branchOf is the store's branch at the remote; zero when the remote is empty.
func (s *Store) branchOf(f *remote.Fetch) (git.OID, error) {
	tip, ok := f.Branch(s.branch)
	names := f.Branches()
	if ok || len(names) == 0 {
		return tip, nil
	}
	return git.ZeroOID, &RemoteError{Op: "fetch from", Remote: s.address,
		Reason: fmt.Sprintf("there is no branch %s; the remote has %s", s.branch, strings.Join(names, ", ")),
		Hint: "set the key branch to the one that the site is built from, and restart; " +
			"commits that wait for their push move there"}
}

// writeConfig makes the folder a repository that git commands accept. The URL has no
// secret in it.
func (s *Store) writeConfig() error {
	return s.writeConfigText(coreConfig+originConfig(s.address), true)
}

const coreConfig = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n"

func originConfig(name string) string {
	return "[remote \"origin\"]\n\turl = " + quoteConfig(name) + "\n"
}

func quoteConfig(v string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", "").Replace(v) + `"`
}

const ownSection = "[gitstore]\n"

// writeConfigText puts a section of our own behind a config: which remote the branch that
// is noted as the remote's belongs to, and whether this package made the clone.
func (s *Store) writeConfigText(text string, made bool) error {
	text += ownSection + "\tremote = " + quoteConfig(s.address) + "\n" + fmt.Sprintf("\tmade = %t\n", made)
	if err := git.ReplaceFile(filepath.Join(s.c.Dir, "config"), []byte(text)); err != nil {
		return &StorageError{Op: "write the clone's config", Err: err}
	}
	return nil
}

// checkConfig reads what writeConfigText wrote, and brings it up to date when the clone
// is somebody else's or has another remote now.
func (s *Store) checkConfig() error {
	data, err := os.ReadFile(filepath.Join(s.c.Dir, "config"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &StorageError{Op: "open the clone", Err: err}
	}
	text, own, known := strings.Cut(string(data), ownSection)
	made := strings.Contains(own, "\tmade = true\n")
	if known && strings.Contains(own, "\tremote = "+quoteConfig(s.address)+"\n") {
		s.delivery.fromEmpty = made
		return nil
	}
	if known {
		// Another remote: what was noted of the old one says nothing about it.
		for _, ref := range []string{s.tracking(), s.incoming()} {
			if err := s.refs.Remove(ref); err != nil {
				return &StorageError{Op: "open the clone", Err: err}
			}
		}
	}
	if text == "" || made {
		text = coreConfig + originConfig(s.address)
	}
	return s.writeConfigText(text, false)
}

func (s *Store) writeHead() error {
	return git.ReplaceFile(filepath.Join(s.c.Dir, "HEAD"), []byte("ref: "+s.head()+"\n"))
}

func (s *Store) openExisting(ctx context.Context, branch string) error {
	s.branch = branch
	if s.c.Branch != "" {
		s.branch = s.c.Branch
	}
	s.refs.Recover(s.head(), s.tracking(), s.incoming())
	var err error
	if s.db, err = git.Repair(s.c.Dir); err != nil {
		return &StorageError{Op: "open the clone", Err: err}
	}
	if err := s.checkConfig(); err != nil {
		return err
	}
	if head, err := s.refs.Head(); err != nil || head != branch {
		if err := git.ReplaceFile(filepath.Join(s.c.Dir, "HEAD"), []byte("ref: refs/heads/"+branch+"\n")); err != nil {
			return &StorageError{Op: "open the clone", Err: err}
		}
	}
	if err := s.readable(ctx, "refs/heads/"+branch); err != nil {
		return err
	}
	if s.branch != branch {
		tip, err := s.refs.Read(s.head())
		if err != nil {
			return fmt.Errorf("open the clone: %w", err)
		}
		if tip.IsZero() {
			if err := s.firstFetch(ctx); err != nil {
				return s.remote.Explain("fetch from", err)
			}
		}
		return s.changeBranch(branch)
	}
	return s.load()
}

// load reads the state from the refs: the tip, and what waits for a push.
func (s *Store) load() error {
	tip, err := s.refs.Read(s.head())
	if err != nil {
		return fmt.Errorf("open the clone: %w", err)
	}
	now, err := snapshotOf(s.db, tip)
	if err == nil {
		_, err = git.ReadTree(s.db, now.tree)
	}
	if err != nil {
		return s.unreadable(s.head(), err)
	}
	s.tip.Store(now)
	remote, err := s.refs.Read(s.tracking())
	if err != nil {
		s.log.Warn("cannot read what the remote had the last time", "error", err)
		remote = git.ZeroOID
		if err := s.refs.Remove(s.tracking()); err != nil {
			return &StorageError{Op: "open the clone", Err: err}
		}
	}
	d := &s.delivery
	d.remote = remote
	if remote == tip {
		return nil
	}
	// A store that was killed between moving the branch and noting the remote's tip left
	// the latter here.
	incoming, _ := s.refs.Read(s.incoming())
	var chain []*pending
	for at := tip; !at.IsZero(); {
		if at == remote || at == incoming {
			d.remote = at
			slices.Reverse(chain)
			d.unpushed = chain
			return nil
		}
		c, err := git.ReadCommit(s.db, at)
		if err != nil {
			return fmt.Errorf("open the clone: %w", err)
		}
		p := &pending{id: at, when: time.Unix(c.Committed, 0), skipCI: strings.Contains(c.Message, skipCI)}
		chain = append(chain, p)
		at = c.Parent()
	}
	if remote.IsZero() && d.fromEmpty {
		slices.Reverse(chain)
		d.unpushed = chain
		return nil
	}
	// What the remote has is not known: the next fetch finds out.
	d.remote = git.ZeroOID
	d.unknown = true
	return nil
}
