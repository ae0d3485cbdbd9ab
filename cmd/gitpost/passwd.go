package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"gitpost/bridge/config"
	"gitpost/bridge/owner"
	"gitpost/bridge/state"
)

func passwdCommand() *cobra.Command {
	var path string
	var set, removePasskeys bool
	c := &cobra.Command{
		Use:   "passwd",
		Short: "Make a link for choosing a new password or passkey",
		Long: `passwd prints a link. Open it in a browser and choose a password or a passkey to sign in
with; it is good once, within an hour, and makes links from before void. This is also the
way back in after the password was forgotten or the passkey's device was lost.

With --set it asks for the new password here, or reads it as one line from standard input
when that is no terminal. A new password signs every browser out; apps keep their tokens.

passwd works beside a running server, and before the first start of one.`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			return withState(c.Context(), path, func(cfg config.Config, db *state.DB) error {
				who, err := owner.New(db, cfg.URL, cfg.Me())
				if err != nil {
					return err
				}
				password := ""
				if set { // before anything is changed
					if password, err = askPassword(c.Context(), c.InOrStdin(), c.ErrOrStderr()); err != nil {
						return err
					}
					if err := who.SetPassword(c.Context(), password, ""); err != nil {
						return err
					}
				}
				if removePasskeys {
					if err := db.RemovePasskeys(c.Context()); err != nil {
						return err
					}
				}
				if set {
					return tellPassword(c.ErrOrStderr(), removePasskeys)
				}
				return printSetup(c.Context(), cfg, who, c.OutOrStdout(), c.ErrOrStderr())
			})
		},
	}
	configFlag(c, &path)
	c.Flags().BoolVar(&set, "set", false, "set the password here instead of printing a link")
	c.Flags().BoolVar(&removePasskeys, "remove-passkeys", false, "also forget all passkeys and sign every browser out")
	return c
}

// tellPassword says what passwd --set did.
func tellPassword(stderr io.Writer, removedPasskeys bool) error {
	text := "The new password is set. Every browser is signed out; apps keep their tokens."
	if removedPasskeys {
		text += " All passkeys are removed."
	}
	_, err := fmt.Fprintln(stderr, text)
	return err
}

func printSetup(ctx context.Context, cfg config.Config, who *owner.Owner, stdout, stderr io.Writer) error {
	code, err := who.NewSetup(ctx)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(stdout, cfg.SetupLink(code)); err != nil {
		return err
	}
	_, err = fmt.Fprintln(stderr, "Open this link and choose a password or a passkey. It is good once, within an hour.")
	return err
}

// askPassword asks for a new password twice, without showing it; a program gives it as one
// line.
func askPassword(ctx context.Context, stdin io.Reader, stderr io.Writer) (string, error) {
	if !isTerminal(stdin) {
		line, err := bufio.NewReader(io.LimitReader(stdin, 4096)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", fmt.Errorf("read the password from standard input: %w", err)
		}
		if line = strings.TrimRight(line, "\r\n"); line == "" {
			return "", errors.New("no password is given on standard input; write it there as one line, or use a terminal")
		}
		return line, nil
	}
	terminal := int(stdin.(*os.File).Fd())
	ask := func(prompt string) (string, error) {
		fmt.Fprint(stderr, prompt)
		password, err := readHidden(ctx, terminal)
		fmt.Fprintln(stderr)
		if err != nil {
			return "", fmt.Errorf("read the password: %w", err)
		}
		return password, nil
	}
	first, err := ask("New password: ")
	if err != nil {
		return "", err
	}
	second, err := ask("The same again: ")
	if err != nil {
		return "", err
	}
	if first != second {
		return "", errors.New("the two passwords are not the same; nothing was changed")
	}
	return first, nil
}

// readHidden reads a line that does not show. An interruption leaves the terminal as it was.
func readHidden(ctx context.Context, terminal int) (string, error) {
	before, err := term.GetState(terminal)
	if err != nil {
		return "", err
	}
	type line struct {
		text []byte
		err  error
	}
	read := make(chan line, 1)
	go func() { // ends with the line, or with the process
		text, err := term.ReadPassword(terminal)
		read <- line{text, err}
	}()
	select {
	case l := <-read:
		return string(l.text), l.err
	case <-ctx.Done():
		return "", errors.Join(errors.New("interrupted; nothing was changed"), term.Restore(terminal, before))
	}
}
