package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // a container has no time zones

	"github.com/spf13/cobra"

	"gitpost/bridge/config"
)

// Exit statuses.
const (
	done       = 0
	failed     = 1
	wrongUsage = 2
)

// run carries out one command line and gives the exit status: failed when the command
// failed, wrongUsage when its arguments or its configuration are wrong.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	// The first signal ends the command in order; the second one ends the process.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)

	started := false
	root := newRoot(&started)
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	command, err := root.ExecuteContextC(ctx)
	if err == nil {
		return done
	}
	fmt.Fprintf(stderr, "gitpost: %v\n", err)
	var cfg *config.Error
	switch {
	case !started:
		fmt.Fprintf(stderr, "%s --help tells how it is used\n", command.CommandPath())
		return wrongUsage
	case errors.As(err, &cfg):
		return wrongUsage
	}
	return failed
}

// newRoot makes the command tree. started becomes true when a command's own work begins:
// errors before that are errors of usage.
func newRoot(started *bool) *cobra.Command {
	root := &cobra.Command{
		Use:   "gitpost",
		Short: "Post to a Hugo or Jekyll site from any Micropub app",
		Long: `gitpost is a Micropub server for static sites. A post from an app becomes a Markdown
file, committed to the site's Git repository and pushed; the site's CI builds it.

Start with gitpost init. gitpost help TOPIC shows a chapter of the manual:
` + listed(topics()) + `.`,
		Args:             knownCommand,
		RunE:             func(*cobra.Command, []string) error { return nil }, // never runs: Args refuses
		SilenceErrors:    true,
		SilenceUsage:     true,
		Version:          buildVersion(),
		PersistentPreRun: func(*cobra.Command, []string) { *started = true },
	}
	root.SetVersionTemplate("gitpost {{.Version}}\n")
	root.AddCommand(serveCommand(), demoCommand(), tokenCommand(), passwdCommand(), urlsCommand(), initCommand(),
		doctorCommand(), deliveryCommand(), stateCommand(), healthcheckCommand(), manCommand(), versionCommand())
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() { // what the library made says what others say to slips
		switch c.Name() {
		case "completion":
			c.Args, c.RunE = knownCommand, func(*cobra.Command, []string) error { return nil }
			for _, shell := range c.Commands() {
				shell.Args = noArguments
			}
		case "help":
			c.Args = func(_ *cobra.Command, args []string) error {
				if of, rest, err := root.Find(args); err != nil || len(rest) > 0 {
					return knownCommand(of, append(rest, args...)[:1])
				}
				return nil
			}
			helpOnTopics(c)
		}
	}
	return root
}

// listed puts words into lines of a help text.
func listed(words []string) string {
	return strings.TrimSpace(wrap(strings.Join(words, ", "), "", ""))
}

// noArguments refuses what stands behind a command that has flags alone.
func noArguments(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%s takes no arguments; leave %q out", c.CommandPath(), strings.Join(args, " "))
	}
	return nil
}

// knownCommand refuses the arguments of a command that only has commands below it.
func knownCommand(c *cobra.Command, args []string) error {
	var names []string
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	if len(args) == 0 {
		return fmt.Errorf("no command is given; give one of %s", strings.Join(names, ", "))
	}
	c.SuggestionsMinimumDistance = 2 // letters
	if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		names = near
	}
	return fmt.Errorf("%s is not a command of %s; give one of %s", args[0], c.CommandPath(), strings.Join(names, ", "))
}
