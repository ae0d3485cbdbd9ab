package remote

import (
	"errors"
	"fmt"
	"io"
	"time"
)

// progressInterval is how often progress is shown.
const progressInterval = 500 * time.Millisecond

// received shows how much of a pack was received, on one line, as Git does.
type received struct {
	r    io.Reader
	w    io.Writer
	size int64
	next time.Time
}

func (c *received) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.size += int64(n)
	switch now := time.Now(); {
	case errors.Is(err, io.EOF):
		fmt.Fprintf(c.w, "Received %s; resolving deltas …\n", bytesOf(c.size))
	case now.After(c.next):
		c.next = now.Add(progressInterval)
		fmt.Fprintf(c.w, "Received %s\r", bytesOf(c.size))
	}
	return n, err
}

func bytesOf(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d KB", (n+1023)>>10)
	}
	return fmt.Sprintf("%d MB", n>>20)
}
