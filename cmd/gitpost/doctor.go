package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"gitpost/bridge/config"
	"gitpost/bridge/doctor"
)

// mostNamed is how many posts of one check are named on a terminal; --json names all.
const mostNamed = 10

func doctorCommand() *cobra.Command {
	var path string
	var asJSON bool
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Check everything that serving needs, and say what to do",
		Long: `doctor checks the configuration, who can read secrets, the data folder, the Git host and
whether it takes a push, the site and its posts, the clock, and on the live site the lines for
apps and the addresses of posts (by its sitemap). It changes nothing, and works beside a
running server. It exits with status 1 when a check fails, 2 when the configuration is wrong.`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := config.Load(path, os.Environ())
			if err != nil {
				return err
			}
			file, err := filepath.Abs(path)
			if err != nil {
				return fmt.Errorf("find the configuration: %w", err)
			}
			checks := doctor.Diagnosis{
				Config: cfg, ConfigFile: file, Secrets: config.SecretFiles(file, os.Environ()),
				Open: func(ctx context.Context, site config.Site) (fs.FS, func() error, error) {
					return openTree(ctx, site, nil)
				},
			}.Run(c.Context())
			if asJSON {
				err = printJSON(c.OutOrStdout(), map[string]any{"ok": doctor.Failures(checks) == 0, "checks": checks})
			} else {
				err = printChecks(c.OutOrStdout(), checks)
			}
			switch n := doctor.Failures(checks); {
			case n == 1:
				return errors.Join(errors.New("1 check failed"), err)
			case n > 1:
				return errors.Join(fmt.Errorf("%d checks failed", n), err)
			}
			return err
		},
	}
	configFlag(c, &path)
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func printChecks(w io.Writer, checks []doctor.Check) (err error) {
	line := func(format string, args ...any) {
		if err == nil {
			_, err = fmt.Fprintf(w, format+"\n", args...)
		}
	}
	for _, k := range checks {
		name := k.Name
		if k.Site != "" {
			name += " of " + k.Site
		}
		line("%-8s %s: %s", k.Result, name, k.Found)
		for i, p := range k.Posts {
			if i == mostNamed {
				line("           and %d more: gitpost doctor --json names all", len(k.Posts)-i)
				break
			}
			line("           %s: %s", p.Path, p.Reason)
			if p.Live != "" && p.Live != p.URL {
				line("             gitpost: %s\n             live:    %s", p.URL, p.Live)
			} else if p.URL != "" {
				line("             %s", p.URL)
			}
		}
		if k.Remedy != "" {
			line("         → %s", k.Remedy)
		}
	}
	return err
}
