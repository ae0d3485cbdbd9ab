package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// dialogue asks a person at a terminal.
type dialogue struct {
	in  *bufio.Reader
	fd  int // the terminal, for secrets
	out io.Writer
}

// isTerminal tells whether a person reads or writes there.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// newDialogue gives nil when nobody is there to answer.
func newDialogue(in io.Reader, out io.Writer) *dialogue {
	if !isTerminal(in) {
		return nil
	}
	return &dialogue{in: bufio.NewReader(in), fd: int(in.(*os.File).Fd()), out: out}
}

// ask asks until the answer passes the check. An empty answer takes the suggestion.
func (d *dialogue) ask(ctx context.Context, question, suggestion string, check func(string) error) (string, error) {
	for {
		if suggestion != "" {
			fmt.Fprintf(d.out, "%s [%s]: ", question, suggestion)
		} else {
			fmt.Fprintf(d.out, "%s: ", question)
		}
		answer, err := d.line(ctx)
		if err != nil {
			return "", err
		}
		if answer == "" {
			answer = suggestion
		}
		if err := check(answer); err != nil {
			fmt.Fprintf(d.out, "  %v\n", err)
			continue
		}
		return answer, nil
	}
}

// confirm asks a question of yes or no; an empty answer is no.
func (d *dialogue) confirm(ctx context.Context, question string) (bool, error) {
	return d.yesOrNo(ctx, question, false)
}

// yesOrNo asks a question of yes or no; an empty answer is the usual one.
func (d *dialogue) yesOrNo(ctx context.Context, question string, usual bool) (bool, error) {
	choices := "y/N"
	if usual {
		choices = "Y/n"
	}
	for {
		fmt.Fprintf(d.out, "%s [%s]: ", question, choices)
		answer, err := d.line(ctx)
		if err != nil {
			return false, err
		}
		switch strings.ToLower(answer) {
		case "y", "yes":
			return true, nil
		case "n", "no":
			return false, nil
		case "":
			return usual, nil
		}
	}
}

// secret asks for a text that does not show while it is typed.
func (d *dialogue) secret(ctx context.Context, question string) (string, error) {
	fmt.Fprintf(d.out, "%s: ", question)
	text, err := readHidden(ctx, d.fd)
	fmt.Fprintln(d.out)
	return strings.TrimSpace(text), err
}

func (d *dialogue) line(ctx context.Context) (string, error) {
	type line struct {
		text string
		err  error
	}
	read := make(chan line, 1)
	go func() { // ends with the line, or with the process
		text, err := d.in.ReadString('\n')
		read <- line{text, err}
	}()
	select {
	case l := <-read:
		if errors.Is(l.err, io.EOF) {
			fmt.Fprintln(d.out)
			return "", errors.New("the input ended before all was answered; nothing more was done")
		}
		return strings.TrimSpace(l.text), l.err
	case <-ctx.Done():
		fmt.Fprintln(d.out)
		return "", errors.New("interrupted; nothing more was done")
	}
}
