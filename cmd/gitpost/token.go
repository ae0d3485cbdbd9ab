package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/spf13/cobra"

	"gitpost/bridge/config"
	"gitpost/bridge/state"
)

func tokenCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "token",
		Short: "Make, list and revoke access tokens",
		Long:  `token works beside a running server, and before the first start of one.`,
		Args:  knownCommand,
		RunE:  func(*cobra.Command, []string) error { return nil }, // never runs: Args refuses
	}
	c.AddCommand(tokenCreateCommand(), tokenListCommand(), tokenRevokeCommand())
	return c
}

func tokenCreateCommand() *cobra.Command {
	var path, scope, name, expires string
	var sites []string
	var allSites bool
	c := &cobra.Command{
		Use:   "create --scope SCOPES [--name NAME] [--site URL]...",
		Short: "Make a token and print it",
		Long:  `create prints the token alone. It is shown this once: only its hash is kept.`,
		Example: `  gitpost token create --scope "create update delete undelete media" --name phone
  gitpost token create --scope draft --site https://boats.example/`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			t := state.Token{Name: name, Scope: scopeWords(scope), AllSites: allSites}
			if d, _ := config.ParseDuration(expires); d > 0 { // Args has checked it
				t.Expires = time.Now().Add(d)
			}
			return withState(c.Context(), path, func(cfg config.Config, db *state.DB) error {
				t.Me = cfg.Me()
				for i, address := range sites {
					site, err := cfg.SiteAt(address)
					if err != nil {
						return fmt.Errorf("create token: %w", err)
					}
					if t.Sites = append(t.Sites, site.Me); i == 0 {
						t.Me = site.Me
					}
				}
				if len(sites) == 0 { // those that there are
					for _, site := range cfg.Sites {
						t.Sites = append(t.Sites, site.Me)
					}
				}
				secret, err := db.CreateToken(c.Context(), t)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintln(c.OutOrStdout(), secret)
				return err
			})
		},
	}
	configFlag(c, &path)
	c.Flags().StringVar(&scope, "scope", "",
		`what the token may do, such as "create update delete undelete media", or "draft"`)
	c.Flags().StringVar(&name, "name", "", "a name for the list")
	c.Flags().StringArrayVar(&sites, "site", nil, "a site of several that the token is good for, the first being its "+
		"own; repeat it for more (default all that there are)")
	c.Flags().BoolVar(&allSites, "all-sites", false, "also for sites that are added later")
	c.Flags().StringVar(&expires, "expires", "", "how long it is good, such as 90d or 12h (default for ever)")
	c.Args = func(c *cobra.Command, args []string) error {
		if err := checkScopes(scope); err != nil {
			return err
		}
		if strings.TrimSpace(scope) == "" {
			return errors.New(`no scope is given; say what the token may do, such as --scope "create update media"`)
		}
		if d, ok := config.ParseDuration(expires); expires != "" && (!ok || d <= 0) {
			return fmt.Errorf("--expires %s is not a length of time ahead; "+
				"write a number with a unit, such as 90d or 12h, or leave it out", expires)
		}
		if strings.ContainsFunc(name, unicode.IsControl) {
			return errors.New("--name has line breaks or control characters in it; write it in one line")
		}
		return noArguments(c, args)
	}
	return c
}

func tokenListCommand() *cobra.Command {
	var path string
	c := &cobra.Command{
		Use:   "list",
		Short: "List all tokens, newest first, without their secrets",
		Args:  noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			return withState(c.Context(), path, func(cfg config.Config, db *state.DB) error {
				tokens, err := db.Tokens(c.Context())
				if err != nil {
					return err
				}
				return printTokens(c.OutOrStdout(), tokens, len(cfg.Sites) > 1, time.Now())
			})
		},
	}
	configFlag(c, &path)
	return c
}

func printTokens(w io.Writer, tokens []state.Token, several bool, now time.Time) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	heading := "ID\tNAME\tSCOPE\tCREATED\tLAST USED\tSTATE"
	if several {
		heading += "\tSITES"
	}
	fmt.Fprintln(table, heading)
	for _, t := range tokens {
		name := t.Name
		if name == "" {
			name = t.ClientID
		}
		fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\t%s", t.ID, dash(name), dash(strings.Join(t.Scope, " ")), day(t.Created),
			day(t.LastUsed), tokenState(t, now))
		switch {
		case !several:
		case len(t.Sites) > 0:
			fmt.Fprintf(table, "\t%s", strings.Join(t.Sites, " "))
		default:
			fmt.Fprint(table, "\tall")
		}
		fmt.Fprintln(table)
	}
	return table.Flush()
}

func tokenState(t state.Token, now time.Time) string {
	switch {
	case !t.Revoked.IsZero():
		return "revoked " + day(t.Revoked)
	case t.Expires.IsZero():
		return "good"
	case t.Expires.After(now):
		return "good until " + day(t.Expires)
	}
	return "expired " + day(t.Expires)
}

func day(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.Local().Format("2006-01-02 15:04")
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func tokenRevokeCommand() *cobra.Command {
	var path string
	c := &cobra.Command{
		Use:   "revoke ID|NAME|TOKEN|-",
		Short: "Make a token useless, at once",
		Long: `revoke takes the number or the name that token list shows, or the token itself; - reads the
token from standard input, so that it does not show in the list of processes.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("name one token: by its number or its name in gitpost token list, the token itself, " +
					"or - to read it from standard input")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			which := args[0]
			if which == "-" {
				b, err := io.ReadAll(io.LimitReader(c.InOrStdin(), 4096))
				if err != nil {
					return fmt.Errorf("read the token from standard input: %w", err)
				}
				which = strings.TrimSpace(string(b))
			}
			return withState(c.Context(), path, func(_ config.Config, db *state.DB) error {
				err := revokeToken(c.Context(), db, which)
				if errors.Is(err, state.ErrNoToken) {
					return errors.New("revoke token: there is no such token; gitpost token list shows all")
				}
				if err == nil {
					_, err = fmt.Fprintln(c.ErrOrStderr(), "The token is revoked. Apps that use it are refused from now on.")
				}
				return err
			})
		},
	}
	configFlag(c, &path)
	return c
}

// revokeToken revokes the token with a number, a secret or a name, which only one token that still works may have.
func revokeToken(ctx context.Context, db *state.DB, which string) error {
	if id, err := strconv.ParseInt(which, 10, 64); err == nil {
		return db.RevokeToken(ctx, id)
	}
	if err := db.RevokeSecret(ctx, which); !errors.Is(err, state.ErrNoToken) {
		return err
	}
	tokens, err := db.Tokens(ctx)
	if err != nil {
		return err
	}
	var ids []string
	revoked := false
	for _, t := range tokens {
		switch {
		case which == "" || cmp.Or(t.Name, t.ClientID) != which:
		case !t.Revoked.IsZero():
			revoked = true
		default:
			ids = append(ids, strconv.FormatInt(t.ID, 10))
		}
	}
	switch {
	case len(ids) > 1:
		return fmt.Errorf("revoke token: %d tokens are named %s; give the number of one: %s", len(ids), which,
			strings.Join(ids, ", "))
	case len(ids) == 1:
		return revokeToken(ctx, db, ids[0])
	case revoked:
		return nil
	}
	return state.ErrNoToken
}

// withState opens the state database of the configured site for f.
func withState(ctx context.Context, path string, f func(config.Config, *state.DB) error) error {
	cfg, err := config.Load(path, os.Environ())
	if err != nil {
		return err
	}
	db, err := state.Open(ctx, cfg.State())
	if err != nil {
		return err
	}
	return errors.Join(f(cfg, db), db.Close())
}
