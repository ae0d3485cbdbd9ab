package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gitpost/bridge/config"
)

func healthcheckCommand() *cobra.Command {
	var path string
	c := &cobra.Command{
		Use:   "healthcheck",
		Short: "Ask the running server whether it serves",
		Long: `healthcheck asks the server at the address that it listens on, and exits with status 0 when
it serves. It is for containers and watchdogs, which have no curl.`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := config.Load(path, os.Environ())
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(c.Context(), 5*time.Second)
			defer cancel()
			return askHealth(ctx, cfg)
		},
	}
	configFlag(c, &path)
	return c
}

// askHealth asks this machine's own server, whatever name its certificate is for.
func askHealth(ctx context.Context, cfg config.Config) error {
	network, address := "tcp", cfg.Listen
	if socket, ok := strings.CutPrefix(cfg.Listen, "unix:"); ok {
		network, address = "unix", socket
	} else if host, port, err := net.SplitHostPort(address); err == nil &&
		(host == "" || net.ParseIP(host).IsUnspecified()) {
		address = net.JoinHostPort("localhost", port)
	}
	scheme, name := "http", "localhost"
	if u, err := url.Parse(cfg.URL); err == nil {
		name = u.Hostname()
	}
	if cfg.TLS != "" {
		scheme = "https"
	}
	transport := &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, address)
		},
		// The answer is a yes or no from this machine; an expired certificate is doctor's matter.
		TLSClientConfig: &tls.Config{ServerName: name, InsecureSkipVerify: true},
	}
	defer transport.CloseIdleConnections()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://"+name+"/healthz", nil)
	if err != nil {
		return err
	}
	answer, err := (&http.Client{Transport: transport}).Do(r)
	if err != nil {
		return fmt.Errorf("gitpost does not answer at %s: %w; see its log", cfg.Listen, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("gitpost answers at %s with status %d; see its log", cfg.Listen, answer.StatusCode)
	}
	return nil
}
