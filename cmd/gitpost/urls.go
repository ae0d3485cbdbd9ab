package main

import (
	"cmp"
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

	"gitpost/bridge/config"
	"gitpost/bridge/site"
	"gitpost/bridge/survey"
	"gitpost/gitstore"
)

func urlsCommand() *cobra.Command {
	var path, folder, address, generator string
	var asJSON, explain bool
	c := &cobra.Command{
		Use:   "urls [--site DIR | --destination URL] [--generator NAME[@VERSION]] [--explain] [--json]",
		Short: "Print at which URL each file is published",
		Long: `urls prints where the site's generator publishes each file: of the configured repository,
or with --site of a plain folder, which needs neither Git nor a configuration. Of several
configured sites it is the first, or the one that --destination names by its address.

With --explain it prints instead what it concluded about the site and from what, and a note
as it would write it now. Nothing is changed.`,
		Example: `  gitpost urls
  gitpost urls --explain
  gitpost urls --site ~/blog --generator hugo@0.147.9 --json`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			var site config.Site
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
				site.Options.Env = buildEnvironment(os.Environ())
			default:
				cfg, err := config.Load(path, os.Environ())
				if err != nil {
					return err
				}
				if site, err = cfg.SiteAt(address); err != nil {
					return err
				}
				var release func() error
				if tree, release, err = openTree(c.Context(), site, c.ErrOrStderr()); err != nil {
					return err
				}
				defer release()
			}
			if generator != "" {
				site.Options.Generator, site.Options.Version, _ = strings.Cut(generator, "@")
			}
			if explain {
				e, err := survey.Explain(c.Context(), tree, site)
				if len(e.Findings) == 0 {
					return err
				}
				if asJSON {
					return errors.Join(printJSON(c.OutOrStdout(), e), err)
				}
				return errors.Join(printExplanation(c.OutOrStdout(), e), err)
			}
			m, err := survey.URLsOf(c.Context(), tree, site)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), m)
			}
			for _, warning := range m.Warnings {
				fmt.Fprintln(c.ErrOrStderr(), "warning: "+warning)
			}
			return printURLs(c.OutOrStdout(), m)
		},
	}
	configFlag(c, &path)
	c.Flags().StringVar(&folder, "site", "", "a folder with the site, instead of the configured repository")
	c.Flags().StringVar(&address, "destination", "", "the address of one of several configured sites (default the first)")
	c.Flags().StringVar(&generator, "generator", "", strings.Join(site.Generators(), " or ")+
		", with a version as in hugo@0.147.9 (default what the repository says)")
	c.Flags().BoolVar(&explain, "explain", false, "print what was concluded about the site, and an example of a post")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.Args = func(c *cobra.Command, args []string) error {
		name, version, given := strings.Cut(generator, "@")
		if generator != "" && !slices.Contains(site.Generators(), name) {
			return fmt.Errorf("--generator %s is not known; write %s, with a version as in hugo@0.147.9", generator,
				strings.Join(site.Generators(), " or "))
		}
		if given && config.CheckKey("site.version", version, ".") != nil {
			return fmt.Errorf("--generator %s has no version behind the @; write it as in hugo@0.147.9, or leave it out",
				generator)
		}
		if folder != "" && address != "" {
			return errors.New("--destination and --site exclude each other; give one of them")
		}
		if folder != "" && c.Flags().Changed("config") {
			return errors.New("--config and --site exclude each other; give one of them")
		}
		return noArguments(c, args)
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
func openTree(ctx context.Context, site config.Site, progress io.Writer) (tree fs.FS, release func() error, err error) {
	snapshot, err := gitstore.OpenReader(site.CloneDir())
	if err == nil {
		view, err := snapshot.In(site.Folder)
		return view, func() error { return nil }, err
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, err
	}
	folder, err := os.MkdirTemp("", "gitpost-urls-")
	if err != nil {
		return nil, nil, fmt.Errorf("make a temporary clone: %w", err)
	}
	store, err := gitstore.Open(ctx, gitstore.Config{
		Dir: filepath.Join(folder, "repo.git"), Remote: site.Repo, Branch: site.Branch, Folder: site.Folder,
		Username: site.RepoUser, Password: site.RepoToken,
		SSHKeyFile: site.SSHKeyFile, KnownHostsFile: site.KnownHosts,
		AuthorName: site.AuthorName, AuthorEmail: site.AuthorEmail,
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

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// printExplanation writes a table of the findings, the warnings, and the example below them.
func printExplanation(w io.Writer, e site.Explanation) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, f := range e.Findings {
		fmt.Fprintf(table, "%s\t%s\t(%s)\n", f.What, cmp.Or(f.Value, "none"), f.From)
	}
	err := table.Flush()
	for _, warning := range e.Warnings {
		fmt.Fprintf(w, "\nWarning: %s\n", warning)
	}
	if err != nil || e.Example.Path == "" {
		return err
	}
	_, err = fmt.Fprintf(w, "\nA note posted now would be the file\n\n  %s\n\npublished at\n\n  %s\n\nwith the text\n\n%s",
		e.Example.Path, e.Example.URL, e.Example.Text)
	if err != nil || e.Example.SidePath == "" {
		return err
	}
	_, err = fmt.Fprintf(w, "\nbeside it the file\n\n  %s\n\nwith what the front matter must not have\n\n%s",
		e.Example.SidePath, e.Example.Side)
	return err
}

func printURLs(w io.Writer, m survey.URLMap) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, path := range slices.Sorted(maps.Keys(m.Published)) {
		fmt.Fprintf(table, "%s\t%s\n", path, m.Published[path])
	}
	for _, path := range m.Unpublished {
		fmt.Fprintf(table, "%s\tnot published: %s\n", path, strings.Join(strings.Fields(m.Reasons[path]), " "))
	}
	return table.Flush()
}
