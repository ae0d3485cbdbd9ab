package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"gitpost/bridge"
	"gitpost/bridge/config"
)

// demoSite is where `hugo server` shows the sample site, as its own configuration says.
const demoSite = "http://localhost:1313/"

func demoCommand() *cobra.Command {
	var listen, dir string
	var once bool
	c := &cobra.Command{
		Use:   "demo",
		Short: "Try everything on a sample site",
		Long: `demo makes a small Hugo site with a Git remote of its own, serves it, posts a note and a
photo to itself as an app would, and shows what became of them. Then it serves until it is
interrupted.`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if dir == "" {
				if dir, err = os.MkdirTemp("", "gitpost-demo-"); err != nil {
					return fmt.Errorf("make a folder for the demo: %w; name one with --dir", err)
				}
				defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
			}
			if dir, err = filepath.Abs(dir); err != nil {
				return fmt.Errorf("find the folder of the demo: %w", err)
			}
			return demo{dir: dir, listen: listen, once: once, out: c.OutOrStdout(), log: c.ErrOrStderr()}.run(c.Context())
		},
	}
	c.Flags().StringVar(&listen, "listen", "127.0.0.1:0", "host and port to listen on")
	c.Flags().StringVar(&dir, "dir", "", "folder for the demo (default a temporary one, removed at the end)")
	c.Flags().BoolVar(&once, "once", false, "exit after showing what was posted")
	return c
}

// demo is one run of the command.
type demo struct {
	dir, listen string
	once        bool
	out, log    io.Writer
}

func (d demo) run(ctx context.Context) (err error) {
	l, err := net.Listen("tcp", d.listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w; name another address with --listen", d.listen, err)
	}
	defer l.Close()
	cfg := config.Config{
		Server: config.Server{
			URL: "http://" + l.Addr().String(), Data: filepath.Join(d.dir, "data"),
			MediaMaxSize: 100_000_000, MediaMaxWidth: 2048, MediaUnused: 720 * time.Hour, RateBadTokens: 120,
		},
		Sites: []config.Site{{
			Dir: filepath.Join(d.dir, "data"), Me: demoSite, Repo: filepath.Join(d.dir, "blog.git"), Branch: "main",
			AuthorName: "Ada Example", AuthorEmail: "ada@blog.example",
			Poll: 2 * time.Second, PushWait: 5 * time.Second,
		}},
	}
	if err := makeDemoRepository(ctx, cfg); err != nil {
		return err
	}
	// What goes wrong is told; what goes well is shown below.
	log := slog.New(slog.NewTextHandler(d.log, &slog.HandlerOptions{Level: slog.LevelWarn}))
	server, err := bridge.Open(ctx, cfg, log, nil)
	if err != nil {
		return err
	}
	serving, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(serving, l) }()
	defer func() {
		stop()
		err = errors.Join(err, <-ended)
	}()
	if err := d.show(ctx, cfg); err != nil {
		return err
	}
	if d.once {
		fmt.Fprintf(d.out, "\nThe demo's server has ended (--once), and its token with it. "+
			"Without --once it goes on serving.\n")
		return nil
	}
	if link, _, err := server.FirstSetup(ctx); err != nil {
		return err
	} else if link != "" {
		fmt.Fprintf(d.out, "\nTo see gitpost's own pages, open this link and choose a password (it is good once, within "+
			"an hour):\n\n%s\n", link)
	}
	fmt.Fprintf(d.out, "\nServing until you press Ctrl-C.\n")
	select {
	case <-ctx.Done():
	case err := <-ended:
		ended <- nil
		return err
	}
	return nil
}

// show posts to the server and prints what became of it.
func (d demo) show(ctx context.Context, cfg config.Config) error {
	token, err := demoToken(ctx, cfg)
	if err != nil {
		return err
	}
	app := demoApp{endpoint: cfg.URL + "/micropub", token: token}
	fmt.Fprintf(d.out, "A sample Hugo site is in %s; its Git remote is %s.\n", d.dir, cfg.Sites[0].Repo)

	note, err := app.postNote(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(d.out, "\n== A note, posted as an app does\n\n201 Created\nLocation: %s\n", note)
	if err := d.showCommit(ctx, cfg); err != nil {
		return err
	}
	photo, err := app.postPhoto(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(d.out, "\n== A photo, with its picture in the same commit\n\n201 Created\nLocation: %s\n", photo)
	if err := d.showCommit(ctx, cfg); err != nil {
		return err
	}
	source, err := app.source(ctx, photo)
	if err != nil {
		return err
	}
	fmt.Fprintf(d.out, "\n== What the app reads back (q=source)\n\n%s\n", source)

	fmt.Fprintf(d.out, "\n== Your turn\n\nToken: %s\n", token)
	fmt.Fprintf(d.out, "\ncurl -i -H 'Authorization: Bearer %s' -d h=entry "+
		"--data-urlencode 'content=Hello from curl!' %s\n", token, app.endpoint)
	if _, err := exec.LookPath("hugo"); err == nil && !d.once {
		fmt.Fprintf(d.out, "\nTo see the posts at their addresses, in another terminal:\n\n"+
			"git clone %s %s && hugo server -s %[2]s\n", cfg.Sites[0].Repo, filepath.Join(d.dir, "site"))
	}
	return nil
}
