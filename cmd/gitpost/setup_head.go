package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"gitpost/bridge/config"
	"gitpost/bridge/site"
	"gitpost/gitstore"
)

// head shows the lines by which apps find gitpost, and offers to commit them to the site.
func (s *setup) head(ctx context.Context, store *gitstore.Store, cfg config.Config) error {
	s.say("\n== Tell apps where to post\n\nThey look for these lines in the <head> of %s:\n", cfg.Me())
	for line := range strings.Lines(cfg.Discovery(cfg.Me()).HTML) {
		s.say("  %s", strings.TrimSuffix(line, "\n"))
	}
	edits, advice, err := headEdits(store.Snapshot(), cfg)
	switch {
	case err != nil:
		return err
	case len(edits) == 0 && advice == "":
		s.say("\nYour site has them already.")
		return nil
	case advice != "":
		s.say("\ngitpost found no file of the site that leads there: %s.", advice)
		if len(edits) == 0 {
			return nil
		}
	}
	s.say("")
	for _, e := range edits {
		verb := "change"
		if e.New {
			verb = "add"
		}
		s.say("gitpost can %s %s for you: %s.", verb, e.Path, e.Why)
		before, _ := fs.ReadFile(store.Snapshot(), e.Path) // none when it is new
		showAdded(s, string(before), string(e.Data))
	}
	commit := s.commitHead
	if !commit && s.person != nil {
		if commit, err = s.person.confirm(ctx, "Commit that to your site"); err != nil {
			return err
		}
	}
	if !commit {
		s.say("Nothing was committed. Add them yourself, or run gitpost init --commit-head.")
		return nil
	}
	return s.commitEdits(ctx, store, cfg)
}

// headEdits finds what is to be changed for the lines to be there. advice is for a person,
// where no file leads into the head.
func headEdits(tree fs.FS, cfg config.Config) (edits []site.HeadEdit, advice string, err error) {
	opened, err := cfg.Sites[0].OpenSite(tree)
	if err != nil {
		return nil, "", err
	}
	text := cfg.Discovery(cfg.Me())
	edits, done, advice := opened.Head(tree, append(strings.Split(strings.TrimSpace(text.HTML), "\n"),
		cfg.Sites[0].RecordLines(opened)...))
	if done || len(edits) > 0 {
		return edits, advice, nil
	}
	edits, done = opened.HeadersFile(tree, text.Headers)
	if done {
		return nil, "", nil
	}
	return edits, advice, nil
}

// showAdded shows the lines that are not in the file yet.
func showAdded(s *setup, before, after string) {
	had := map[string]int{}
	for line := range strings.Lines(before) {
		had[line]++
	}
	s.say("")
	for line := range strings.Lines(after) {
		if had[line] > 0 {
			had[line]--
			continue
		}
		s.say("  + %s", strings.TrimRight(line, "\r\n"))
	}
	s.say("")
}

// commitEdits commits what headEdits finds in the newest state, and pushes.
func (s *setup) commitEdits(ctx context.Context, store *gitstore.Store, cfg config.Config) error {
	// Until now init was nobody in particular: the author, the key and the words are those of gitpost.yaml.
	if err := store.Reconfigure(cfg.Sites[0].Repository()); err != nil {
		return fmt.Errorf("commit the lines: %w", err)
	}
	commit, err := store.Update(ctx, func(at *gitstore.Snapshot) (gitstore.Change, error) {
		edits, _, err := headEdits(at, cfg)
		change := gitstore.Change{
			Message:    "Tell apps where to post\n\nThe lines were written by gitpost init.\n",
			AuthorName: cfg.Sites[0].AuthorName, AuthorEmail: cfg.Sites[0].AuthorEmail,
		}
		for _, e := range edits {
			change.Files = append(change.Files, gitstore.File{Path: e.Path, Data: e.Data})
		}
		return change, err
	})
	if err != nil {
		return fmt.Errorf("commit the lines: %w", err)
	}
	wait, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if push := store.WaitPushed(wait, commit); !push.Pushed {
		return errors.New("the lines are committed here but not pushed: " + push.Reason + "; gitpost serve will try again")
	}
	s.say("Committed as %.12s and pushed. Apps find gitpost once your site is built again.", string(commit.Hash))
	return nil
}
