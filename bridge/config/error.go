package config

import (
	"fmt"
	"strings"
)

// Error is everything that is wrong with a configuration, at once.
type Error struct {
	Path     string // the configuration file
	Problems []Problem
}

// Problem is one thing wrong with a configuration.
type Problem struct {
	Key     string // "media.max_width"; "" when it is about the file as a whole
	Value   string // as written; "" when there is none or it is a secret
	Where   string // "line 7" or "GITPOST_REPO"; "" when the key is missing
	Message string // what is wrong
	Remedy  string // what to do
}

// Error lists the problems, one a line.
func (e *Error) Error() string {
	var b strings.Builder
	count := "1 problem"
	if n := len(e.Problems); n != 1 {
		count = fmt.Sprintf("%d problems", n)
	}
	fmt.Fprintf(&b, "configuration %s: %s", e.Path, count)
	for _, p := range e.Problems {
		b.WriteString("\n  ")
		b.WriteString(p.String())
	}
	return b.String()
}

// String is the problem in one line: where, key and value, what is wrong; what to do.
func (p Problem) String() string {
	var b strings.Builder
	if p.Where != "" {
		b.WriteString(p.Where + ": ")
	}
	if p.Key != "" {
		b.WriteString(p.Key + ": ")
	}
	if p.Value != "" {
		fmt.Fprintf(&b, "%q ", p.Value)
	}
	b.WriteString(p.Message)
	if p.Remedy != "" {
		b.WriteString("; " + p.Remedy)
	}
	return b.String()
}
