//go:build unix

package media

import (
	"syscall"
	"testing"
	"time"
)

// spent is the processor time of this process: what else the machine does makes it no longer.
func spent(t testing.TB) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
