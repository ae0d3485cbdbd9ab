package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"gitpost/bridge/address"
	"gitpost/bridge/config"
	"gitpost/bridge/delivery"
	"gitpost/bridge/state"
)

func deliveryCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "delivery",
		Short: "Show what happened to posts after their push, and try again",
		Long: `delivery shows whether the site has each post that was pushed, and who was told of it.
It works beside a running server.`,
		Args: knownCommand,
		RunE: func(*cobra.Command, []string) error { return nil }, // never runs: Args refuses
	}
	c.AddCommand(deliveryListCommand(),
		deliveryTurnCommand("retry", "Try what failed or waits again now", (*state.DB).RetryDelivery),
		deliveryTurnCommand("skip", "Give up what failed or waits", (*state.DB).SkipDelivery))
	return c
}

func deliveryListCommand() *cobra.Command {
	var path string
	var all bool
	c := &cobra.Command{
		Use:   "list [URL]",
		Short: "List what waits or failed, the last change first; of one post, everything",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return withState(c.Context(), path, func(cfg config.Config, db *state.DB) error {
				rows, err := db.Deliveries(c.Context(), state.DeliveryFilter{})
				if err != nil {
					return err
				}
				return printDeliveries(c.OutOrStdout(), rows, args, all, time.Now())
			})
		},
	}
	configFlag(c, &path)
	c.Flags().BoolVar(&all, "all", false, "also what ended well")
	return c
}

func printDeliveries(w io.Writer, rows []state.Delivery, of []string, all bool, now time.Time) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tPOST\tKIND\tTARGET\tSTATE\tRESULT")
	for _, row := range rows {
		if len(of) > 0 && !address.Same(of[0], row.URL) || len(of) == 0 && !all && !unfinished(row) {
			continue
		}
		words := delivery.Describe(row, now)
		if row.Link != "" {
			words += " " + row.Link
		}
		fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\t%s\n", row.ID, row.URL, row.Kind, orDash(row.Target), row.State, words)
	}
	return table.Flush()
}

func unfinished(row state.Delivery) bool {
	return row.State == state.DeliveryWaiting || row.State == state.DeliveryFailed
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// deliveryTurnCommand is retry or skip.
func deliveryTurnCommand(name, short string,
	turn func(*state.DB, context.Context, int64, time.Time) (bool, error)) *cobra.Command {
	var path string
	c := &cobra.Command{
		Use:     name + " (ID | URL)...",
		Short:   short,
		Long:    name + ` takes the number of a delivery, or the URL of a post for all of the post that failed or waits.`,
		Example: "  gitpost delivery " + name + " https://example.org/posts/hello/",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return withState(c.Context(), path, func(cfg config.Config, db *state.DB) error {
				n, err := turnDeliveries(c.Context(), db, args, turn)
				if err != nil {
					return err
				}
				if n > 0 {
					_ = wakeServer(c.Context(), cfg) // one that does not run does it when it starts
				}
				_, err = fmt.Fprintf(c.OutOrStdout(), "%s: %s\n", name, counted(n, "delivery", "deliveries"))
				return err
			})
		},
	}
	configFlag(c, &path)
	return c
}

func turnDeliveries(
	ctx context.Context, db *state.DB, args []string,
	turn func(*state.DB, context.Context, int64, time.Time) (bool, error),
) (n int, err error) {
	rows, err := db.Deliveries(ctx, state.DeliveryFilter{})
	if err != nil {
		return 0, err
	}
	for _, arg := range args {
		var meant []int64
		for _, row := range rows {
			if arg == strconv.FormatInt(row.ID, 10) || unfinished(row) && address.Same(arg, row.URL) {
				meant = append(meant, row.ID)
			}
		}
		if len(meant) == 0 {
			return n, fmt.Errorf("nothing of %s waits or failed; gitpost delivery list shows what does", arg)
		}
		for _, id := range meant {
			if _, err := turn(db, ctx, id, time.Now()); err != nil {
				return n, err
			}
			n++
		}
	}
	return n, nil
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// wakeServer has the running server look at what is due, as a build hook does.
func wakeServer(ctx context.Context, cfg config.Config) error {
	network, at := "tcp", cfg.Listen
	if path, isUnix := strings.CutPrefix(at, "unix:"); isUnix {
		network, at = "unix", path
	}
	own, err := url.Parse(cfg.URL)
	if err != nil {
		return err
	}
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, at)
	}
	client := http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DialContext: dial}}
	defer client.CloseIdleConnections()
	call := url.URL{Scheme: "http", Host: own.Host, Path: "/hooks/deploy"}
	if cfg.TLS == "auto" {
		call.Scheme = "https"
	}
	var errs []error
	for _, secret := range hookSecrets(cfg) {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, call.String(), bytes.NewReader([]byte("{}")))
		if err != nil {
			return err
		}
		if secret != "" {
			r.Header.Set("Authorization", "Bearer "+secret)
		}
		answer, err := client.Do(r)
		if err == nil {
			err = answer.Body.Close()
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// hookSecrets are the secrets that prove a call for each site.
func hookSecrets(cfg config.Config) (secrets []string) {
	for _, site := range cfg.Sites {
		secrets = append(secrets, site.HookSecret)
	}
	return secrets
}
