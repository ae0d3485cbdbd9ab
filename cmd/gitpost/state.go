package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"gitpost/bridge/config"
	"gitpost/bridge/state"
	"gitpost/gitstore"
)

func stateCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "state",
		Short: "Move the database of tokens, sessions and uploads",
		Args:  knownCommand,
		RunE:  func(*cobra.Command, []string) error { return nil }, // never runs: Args refuses
	}
	c.AddCommand(stateCopyCommand())
	return c
}

func stateCopyCommand() *cobra.Command {
	var path, to string
	c := &cobra.Command{
		Use:   "copy --to URL|FILE",
		Short: "Copy the database to PostgreSQL, or back to a file",
		Long: `copy copies the configured state database to an empty one: to PostgreSQL, if URL starts
with postgres://, else to a new SQLite file. It compares both before it ends, and changes
nothing after an error. Stop gitpost first.

Other users of the machine can see a password in URL. Leave it out, and set PGPASSWORD.`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			if to == "" {
				return errors.New("pass --to with the URL of a PostgreSQL database or the path of a new file")
			}
			cfg, err := config.Load(path, os.Environ())
			if err != nil {
				return err
			}
			for _, clone := range cfg.Clones() {
				if used, err := gitstore.InUse(clone); err != nil {
					return err
				} else if used {
					return fmt.Errorf("gitpost is running (it uses %s); stop it first", clone)
				}
			}
			return copyState(c, cfg, to)
		},
	}
	configFlag(c, &path)
	c.Flags().StringVar(&to, "to", "", "`URL` of a PostgreSQL database, or the path of a new file")
	return c
}

func copyState(c *cobra.Command, cfg config.Config, to string) error {
	from := cfg.State()
	if _, err := os.Stat(from); err != nil && cfg.Database == "" {
		return fmt.Errorf("there is no state database to copy: %w", err)
	}
	copied, err := state.Copy(c.Context(), from, to)
	if err != nil {
		return err
	}
	out := c.OutOrStdout()
	for _, table := range slices.Sorted(maps.Keys(copied.Rows)) {
		fmt.Fprintf(out, "%-14s %d\n", table, copied.Rows[table])
	}
	if copied.Cleaned > 0 {
		fmt.Fprintf(out, "%d texts had characters that PostgreSQL cannot store; they are left out\n", copied.Cleaned)
	}
	next := "set database to the new address in gitpost.yaml, and start gitpost"
	if full, err := filepath.Abs(to); err == nil && full == cfg.StateFile() {
		next = "remove database from gitpost.yaml, and start gitpost"
	} else if !state.IsURL(to) {
		next = "move the file to " + cfg.StateFile() + ", remove database from gitpost.yaml, and start gitpost"
	}
	fmt.Fprintln(out, "The copy is complete and was compared. Next:", next)
	return nil
}
