package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := fmt.Fprintf(c.OutOrStdout(), "gitpost %s %s %s/%s\n",
				buildVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}

// release is the newest release in CHANGELOG.md.
const release = "v0.1.0"

// buildVersion is the release, with the commit that the Go tool noted if that is not the release's own.
func buildVersion() string {
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return release
	}
	var commit, modified string
	for _, s := range build.Settings {
		switch {
		case s.Key == "vcs.revision":
			commit = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			modified = ", modified"
		}
	}
	if commit == "" || build.Main.Version == release {
		return release
	}
	return fmt.Sprintf("%s (%.12s%s)", release, commit, modified)
}
