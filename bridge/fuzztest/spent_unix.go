//go:build unix

package fuzztest

import (
	"syscall"
	"testing"
	"time"
)

// Spent returns the processor time of this process so far, so that what else the machine does
// makes no test fail.
func Spent(t testing.TB) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
