package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"gitpost/bridge"
	"gitpost/gitstore"
)

func urlsCommand() *cobra.Command {
	var path, folder, generator string
	var asJSON bool
	c := &cobra.Command{
		Use:   "urls [--site DIR] [--generator NAME[@VERSION]] [--json]",
		Short: "Print at which URL each file is published",
		Long: `urls prints where the site's generator publishes each file: of the configured repository,
or with --site of a plain folder, which needs neither Git nor a configuration.`,
		Example: `  gitpost urls
  gitpost urls --site ~/blog --generator hugo@0.147.9 --json`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			var config bridge.Config
			var tree fs.FS
			switch {
			case folder != "":
				at, err := os.Stat(folder)
				if err == nil && !at.IsDir() {
					err = errors.New("it is not a folder")
				}
				if err != nil {
					return fmt.Errorf("read the site at %s: %w; give the folder of the site with --site", folder, err)
				}
				tree = os.DirFS(folder)
				config.Site.Env = buildEnvironment(os.Environ())
			default:
				var err error
				if config, err = bridge.LoadConfig(path, os.Environ()); err != nil {
					return err
				}
				var release func() error
				if tree, release, err = openTree(c.Context(), config, c.ErrOrStderr()); err != nil {
					return err
				}
				defer release()
			}
			if generator != "" {
				config.Site.Generator, config.Site.Version, _ = strings.Cut(generator, "@")
			}
			m, err := bridge.URLs(c.Context(), tree, config)
			if err != nil {
				return err
			}
			if asJSON {
				e := json.NewEncoder(c.OutOrStdout())
				e.SetEscapeHTML(false)
				e.SetIndent("", "  ")
				return e.Encode(m)
			}
			return printURLs(c.OutOrStdout(), m)
		},
	}
	configFlag(c, &path)
	c.Flags().StringVar(&folder, "site", "", "a folder with the site, instead of the configured repository")
	c.Flags().StringVar(&generator, "generator", "", "hugo or jekyll, with a version as in hugo@0.147.9 (default what the repository says)")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.Args = func(c *cobra.Command, args []string) error {
		name, _, _ := strings.Cut(generator, "@")
		if generator != "" && name != "hugo" && name != "jekyll" {
			return fmt.Errorf("--generator %s is not known; write hugo or jekyll, with a version as in hugo@0.147.9", generator)
		}
		if folder != "" && c.Flags().Changed("config") {
			return errors.New("--config and --site exclude each other; give one of them")
		}
		return cobra.NoArgs(c, args)
	}
	return c
}

// buildEnvironment is what of this process's environment a build in the folder would see.
func buildEnvironment(environ []string) map[string]string {
	env := map[string]string{}
	for _, e := range environ {
		name, val, _ := strings.Cut(e, "=")
		if name == "TZ" || strings.HasPrefix(name, "HUGO") || strings.HasPrefix(name, "JEKYLL") {
			env[name] = val
		}
	}
	return env
}

// openTree gives the repository's files: of the clone that serve keeps, beside a running
// one, or of a temporary clone when there is none yet.
func openTree(ctx context.Context, config bridge.Config, progress io.Writer) (tree fs.FS, release func() error, err error) {
	snapshot, err := gitstore.OpenReader(config.CloneDir())
	if err == nil {
		return snapshot, func() error { return nil }, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, err
	}
	folder, err := os.MkdirTemp("", "gitpost-urls-")
	if err != nil {
		return nil, nil, fmt.Errorf("make a temporary clone: %w", err)
	}
	store, err := gitstore.Open(ctx, gitstore.Config{
		Dir: filepath.Join(folder, "repo.git"), Remote: config.Repo, Branch: config.Branch,
		Username: config.RepoUser, Password: config.RepoToken,
		SSHKeyFile: config.SSHKeyFile, KnownHostsFile: config.KnownHosts,
		AuthorName: config.AuthorName, AuthorEmail: config.AuthorEmail,
		Log: slog.New(slog.DiscardHandler), Progress: progress,
	})
	if err != nil {
		return nil, nil, errors.Join(err, os.RemoveAll(folder))
	}
	release = func() error {
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		return errors.Join(store.Close(grace), os.RemoveAll(folder))
	}
	return store.Snapshot(), release, nil
}

func printURLs(w io.Writer, m bridge.URLMap) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, path := range slices.Sorted(maps.Keys(m.Published)) {
		fmt.Fprintf(table, "%s\t%s\n", path, m.Published[path])
	}
	for _, path := range m.Unpublished {
		fmt.Fprintf(table, "%s\tnot published: %s\n", path, m.Reasons[path])
	}
	return table.Flush()
}
