package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gitpost/bridge/config"
	"gitpost/gitstore"
	"gitpost/templates"
)

// makeDemoRepository makes the remote, unless an earlier demo in the same folder did, and
// commits the sample site to it.
func makeDemoRepository(ctx context.Context, cfg config.Config) error {
	fail := func(err error) error { return fmt.Errorf("make the sample site's repository: %w", err) }
	made, err := makeBareRepository(cfg.Sites[0].Repo)
	if err != nil {
		return fail(err)
	}
	if !made {
		return nil
	}
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return fail(err)
	}
	store, err := gitstore.Open(ctx, gitstore.Config{
		Dir: cfg.Sites[0].CloneDir(), Remote: cfg.Sites[0].Repo, Branch: cfg.Sites[0].Branch,
		AuthorName: cfg.Sites[0].AuthorName, AuthorEmail: cfg.Sites[0].AuthorEmail,
		Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return fail(err)
	}
	err = commitSample(ctx, store)
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	if err := errors.Join(err, store.Close(grace)); err != nil {
		return fail(err)
	}
	return nil
}

// makeBareRepository makes an empty repository that any Git can read. It tells whether
// there was none; a folder that is not empty and no repository is refused.
func makeBareRepository(dir string) (made bool, err error) {
	if entries, err := os.ReadDir(filepath.Dir(dir)); err == nil && len(entries) > 0 {
		if _, err := os.Stat(filepath.Join(dir, "HEAD")); err != nil {
			return false, fmt.Errorf("the folder %s is not empty; name an empty or a new one with --dir", filepath.Dir(dir))
		}
		return false, nil
	}
	for _, folder := range []string{"objects/info", "objects/pack", "refs/heads", "refs/tags"} {
		if err := os.MkdirAll(filepath.Join(dir, filepath.FromSlash(folder)), 0o755); err != nil {
			return false, err
		}
	}
	const cfg = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n"
	if err := os.WriteFile(filepath.Join(dir, "config"), []byte(cfg), 0o644); err != nil {
		return false, err
	}
	return true, os.WriteFile(filepath.Join(dir, "HEAD"), []byte("ref: refs/heads/main\n"), 0o644)
}

func commitSample(ctx context.Context, store *gitstore.Store) error {
	var files []gitstore.File
	site := templates.DemoSite()
	err := fs.WalkDir(site, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(site, path)
		files = append(files, gitstore.File{Path: path, Data: data})
		return err
	})
	if err != nil {
		return err
	}
	commit, err := store.Update(ctx, func(*gitstore.Snapshot) (gitstore.Change, error) {
		return gitstore.Change{Message: "A small blog\n", Files: files}, nil
	})
	if err != nil {
		return err
	}
	if push := store.WaitPushed(ctx, commit); !push.Pushed {
		return fmt.Errorf("push the sample site: %s", push.Reason)
	}
	return nil
}

// showCommit prints the newest commit and the Markdown file in it.
func (d demo) showCommit(ctx context.Context, cfg config.Config) error {
	tip, err := gitstore.OpenReader(cfg.Sites[0].CloneDir())
	if err != nil {
		return err
	}
	var newest gitstore.LogEntry
	err = tip.Log(ctx, func(e gitstore.LogEntry) bool {
		newest = e
		return false
	})
	if err != nil {
		return err
	}
	subject, _, _ := strings.Cut(newest.Message, "\n")
	fmt.Fprintf(d.out, "\ncommit %.12s  %s\nauthor %s <%s>\n",
		newest.Hash, subject, cfg.Sites[0].AuthorName, cfg.Sites[0].AuthorEmail)
	deltas, err := newest.Before.Diff(newest.At)
	if err != nil {
		return err
	}
	for _, delta := range deltas {
		data, err := tip.ReadFile(delta.Path)
		if err != nil {
			return err
		}
		if filepath.Ext(delta.Path) != ".md" {
			fmt.Fprintf(d.out, "\n%s: %d bytes\n", delta.Path, len(data))
			continue
		}
		fmt.Fprintf(d.out, "\n%s:\n\n%s", delta.Path, data)
	}
	return nil
}
