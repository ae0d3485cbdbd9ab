package bridge

import (
	"log/slog"
	"strings"
	"sync"
	"time"
)

// When progress of what takes long is logged.
const (
	progressFirst = 2 * time.Second
	progressEvery = 10 * time.Second
)

// indexing logs how far the reading of a whole repository is, when that takes long, and its end.
type indexing struct {
	log *slog.Logger

	mu          sync.Mutex // guards what follows
	began, next time.Time
}

// told is the catalog's Progress.
func (x *indexing) told(read, all int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	now := time.Now()
	if read == 0 {
		x.began, x.next = now, now.Add(progressFirst)
	}
	switch {
	case read == all:
		x.log.Info("the posts are indexed", "files", all, "took", now.Sub(x.began).Round(time.Millisecond).String())
	case !now.Before(x.next):
		x.next = now.Add(progressEvery)
		x.log.Info("the posts are being indexed", "files", read, "of", all)
	}
}

// LogProgress turns what Git tells of a clone, for a person who watches a terminal, into lines of
// a log, one at once and then one now and then.
func LogProgress(log *slog.Logger) *ProgressLog { return &ProgressLog{log: log} }

// ProgressLog is a writer. It is not safe for concurrent use.
type ProgressLog struct {
	log  *slog.Logger
	rest string
	next time.Time
}

func (p *ProgressLog) Write(text []byte) (int, error) {
	lines := strings.FieldsFunc(p.rest+string(text), func(r rune) bool { return r == '\r' || r == '\n' })
	p.rest = ""
	if n := len(text); n > 0 && text[n-1] != '\r' && text[n-1] != '\n' && len(lines) > 0 {
		p.rest = lines[len(lines)-1]
		lines = lines[:len(lines)-1]
	}
	if now := time.Now(); len(lines) > 0 && !now.Before(p.next) {
		p.next = now.Add(progressEvery)
		p.log.Info("cloning", "progress", strings.TrimSpace(lines[len(lines)-1]))
	}
	return len(text), nil
}
