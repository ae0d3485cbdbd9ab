package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"gitpost/bridge"
	"gitpost/bridge/config"
	"gitpost/bridge/doctor"
	"gitpost/gitstore"
)

func serveCommand() *cobra.Command {
	var path string
	var onlyCheck bool
	c := &cobra.Command{
		Use:   "serve",
		Short: "Serve the sites that the configuration names",
		Long: `serve clones the repositories when there are no clones yet, and answers Micropub requests
until it is interrupted; then it finishes what is under way. On SIGHUP it reads the
configuration again.`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := config.Load(path, os.Environ())
			if err != nil {
				return err
			}
			if onlyCheck {
				return check(c.Context(), path, cfg, c.OutOrStdout(), c.ErrOrStderr())
			}
			return serve(c.Context(), cfg, c.ErrOrStderr(), func() (config.Config, error) {
				return config.Load(path, os.Environ())
			})
		},
	}
	configFlag(c, &path)
	c.Flags().BoolVar(&onlyCheck, "check", false, "only check the configuration")
	return c
}

// check says what is wrong with a configuration that can be read.
func check(ctx context.Context, path string, cfg config.Config, stdout, stderr io.Writer) error {
	var warnings []string
	for _, name := range doctor.ReadableByOthers(config.SecretFiles(path, os.Environ())) {
		warnings = append(warnings, fmt.Sprintf("other users can read %s; run chmod 600 %[1]s", name))
	}
	warnings = append(warnings, siteWarnings(cfg)...)
	for _, site := range cfg.Sites {
		if how, _ := transportOf(site.Repo); how == "" || how == "file" { // a look at it needs no network
			access, err := gitstore.Probe(ctx, site.Repository())
			if err = cmp.Or(err, access.Write); err != nil {
				warnings = append(warnings, err.Error())
			}
		}
	}
	for _, warning := range warnings {
		fmt.Fprintln(stderr, "warning: "+warning)
	}
	found := "no problems"
	if n := len(warnings); n == 1 {
		found = "valid, with 1 warning"
	} else if n > 1 {
		found = fmt.Sprintf("valid, with %d warnings", n)
	}
	_, err := fmt.Fprintf(stdout, "configuration %s: %s\n", path, found)
	return err
}

// siteWarnings are those of the sites that have a clone already, such as that a site is published
// elsewhere than at me, or that its posts are in a submodule.
func siteWarnings(cfg config.Config) (warnings []string) {
	for _, c := range cfg.Sites {
		snapshot, err := gitstore.OpenReader(c.CloneDir())
		if err != nil {
			continue // there is none yet; serve and doctor say what is wrong with one
		}
		tree, err := snapshot.In(c.Folder)
		if err != nil {
			continue
		}
		if opened, err := c.OpenSite(tree); err == nil {
			warnings = append(warnings, opened.Warnings()...)
			warnings = append(warnings, opened.Obstacles(func(string) string { return "" })...)
		}
	}
	return warnings
}

// serve runs a server until ctx ends. load reads the configuration again.
func serve(ctx context.Context, cfg config.Config, stderr io.Writer, load func() (config.Config, error)) error {
	log := newLog(stderr)
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP) // from now on: one that comes early must not end the process
	defer signal.Stop(hangups)
	progress := stderr
	if !isTerminal(stderr) {
		progress = &progressLog{log: log}
	}
	server, err := bridge.Open(ctx, cfg, log, progress)
	if err != nil {
		return err
	}
	l, err := server.Listen(ctx)
	if err != nil {
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		return errors.Join(err, server.Close(grace))
	}
	log.Info("serving", "sites", strings.Join(addresses(cfg), " "), "micropub", cfg.URL+"/micropub",
		"listen", l.Addr().String(), "version", buildVersion())
	if err := tellSetup(ctx, server, log, stderr); err != nil {
		log.Error("whether somebody can sign in is not known", "error", err)
	}
	reloading, stop := context.WithCancel(ctx)
	var reloads sync.WaitGroup
	reloads.Go(func() { reloadOn(reloading, hangups, server, log, load) })
	defer reloads.Wait()
	defer stop()
	if err := server.Serve(ctx, l); err != nil {
		return err
	}
	log.Info("finished")
	return nil
}

func addresses(cfg config.Config) (list []string) {
	for _, site := range cfg.Sites {
		list = append(list, site.Me)
	}
	return list
}

// reloadOn reads the configuration again at each signal, until ctx ends. One with problems
// changes nothing.
func reloadOn(ctx context.Context, signals <-chan os.Signal, server *bridge.Server, log *slog.Logger,
	load func() (config.Config, error)) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-signals:
		}
		cfg, err := load()
		if err == nil {
			err = server.Reload(ctx, cfg)
		}
		const refused = "the configuration is not reloaded; the one in force stays"
		var wrong *config.Error
		switch {
		case errors.As(err, &wrong):
			for _, p := range wrong.Problems {
				log.Error(refused, "problem", p.String())
			}
		case err != nil && ctx.Err() == nil:
			log.Error(refused, "problem", err.Error())
		}
	}
}

// tellSetup shows the set-up link, at the first start alone, and later that there is no owner.
func tellSetup(ctx context.Context, server *bridge.Server, log *slog.Logger, stderr io.Writer) error {
	link, owned, err := server.FirstSetup(ctx)
	switch {
	case err != nil:
		return err
	case owned:
	case link == "":
		log.Warn("nobody can sign in yet; gitpost passwd prints a link for choosing a password or a passkey")
	case isTerminal(stderr):
		_, err = fmt.Fprintf(stderr, "\nNobody can sign in yet. Open this link and choose a password or a passkey; "+
			"it is good once, within an hour:\n\n  %s\n\n", link)
	default:
		log.Warn("nobody can sign in yet; open this link and choose a password or a passkey; "+
			"it is good once, within an hour", "link", link)
	}
	return err
}

// newLog writes for people on a terminal, and for programs elsewhere.
func newLog(w io.Writer) *slog.Logger {
	if isTerminal(w) {
		return slog.New(slog.NewTextHandler(w, nil))
	}
	return slog.New(slog.NewJSONHandler(w, nil))
}
