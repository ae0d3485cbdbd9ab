package blog

import (
	"log/slog"
	"sync"
	"time"
)

// When progress is logged.
const (
	progressFirst = 2 * time.Second
	progressEvery = 10 * time.Second
)

// indexing logs the progress of reading a whole repository when that takes long, and its end.
type indexing struct {
	log *slog.Logger

	mu          sync.Mutex // guards what follows
	began, next time.Time
}

// report is the catalog's Progress.
func (x *indexing) report(read, all int) {
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
