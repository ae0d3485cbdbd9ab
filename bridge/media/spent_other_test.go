//go:build !unix

package media

import (
	"testing"
	"time"
)

var start = time.Now()

// spent is the time that has passed.
func spent(testing.TB) time.Duration { return time.Since(start) }
