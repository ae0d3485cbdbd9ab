package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// manCommand writes the pages for packages and releases.
func manCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "man DIR",
		Short:  "Write a manual page of each command into a folder",
		Hidden: true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("name the folder for the manual pages")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return fmt.Errorf("make the folder of manual pages: %w", err)
			}
			if err := writeManual(c.Root(), args[0]); err != nil {
				return fmt.Errorf("write the manual pages: %w", err)
			}
			return nil
		},
	}
}

// writeManual writes the page of a command and those below it. Their date is the
// commit's: they are the same whenever they are made.
func writeManual(c *cobra.Command, folder string) error {
	c.DisableAutoGenTag = true
	for _, sub := range c.Commands() {
		if !sub.IsAvailableCommand() || sub.Name() == "help" {
			continue
		}
		if err := writeManual(sub, folder); err != nil {
			return err
		}
	}
	name := strings.ReplaceAll(c.CommandPath(), " ", "-")
	f, err := os.Create(filepath.Join(folder, name+".1"))
	if err != nil {
		return err
	}
	defer f.Close()
	day := commitTime()
	header := &doc.GenManHeader{Title: strings.ToUpper(name), Section: "1", Date: &day, Source: "gitpost",
		Manual: "gitpost"}
	if err := doc.GenMan(c, header, f); err != nil {
		return err
	}
	return f.Close()
}

// commitTime is when the commit was made that the program was built from.
func commitTime() time.Time {
	if build, ok := debug.ReadBuildInfo(); ok {
		for _, s := range build.Settings {
			if t, err := time.Parse(time.RFC3339, s.Value); s.Key == "vcs.time" && err == nil {
				return t
			}
		}
	}
	return time.Unix(0, 0).UTC()
}
