// Package fuzztest bounds what the cases of fuzz targets may take, so that a run finds inputs that
// keep a core busy, and not only those that panic.
package fuzztest

import (
	"testing"
	"time"
)

// CaseLimit is the time that one case may take, however busy the machine.
const CaseLimit = 10 * time.Second

// Limit ends the run, which then prints the case, when the case takes longer than CaseLimit.
func Limit(t *testing.T) {
	t.Helper()
	timer := time.AfterFunc(CaseLimit, func() { panic("a case takes more than " + CaseLimit.String()) })
	t.Cleanup(func() { timer.Stop() })
}
