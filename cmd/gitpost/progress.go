package main

import (
	"log/slog"
	"strings"
	"time"
)

// progressLog turns Git's progress of a clone, which is made for a terminal, into log lines: one at
// once and then one now and then. It is not safe for concurrent use.
type progressLog struct {
	log  *slog.Logger
	rest string
	next time.Time
}

func (p *progressLog) Write(text []byte) (int, error) {
	lines := strings.FieldsFunc(p.rest+string(text), func(r rune) bool { return r == '\r' || r == '\n' })
	p.rest = ""
	if n := len(text); n > 0 && text[n-1] != '\r' && text[n-1] != '\n' && len(lines) > 0 {
		p.rest = lines[len(lines)-1]
		lines = lines[:len(lines)-1]
	}
	if now := time.Now(); len(lines) > 0 && !now.Before(p.next) {
		p.next = now.Add(10 * time.Second)
		p.log.Info("cloning", "progress", strings.TrimSpace(lines[len(lines)-1]))
	}
	return len(text), nil
}
