//go:build !unix

package fuzztest

import (
	"testing"
	"time"
)

var start = time.Now()

// Spent returns the time since the process started, where the system has no other.
func Spent(testing.TB) time.Duration { return time.Since(start) }
