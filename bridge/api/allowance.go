package api

import (
	"sync"
	"time"
)

// allowance is a rate: most calls at once, and one more after each interval.
type allowance struct {
	most     int
	interval time.Duration

	mu   sync.Mutex
	used int       // guarded by mu
	last time.Time // guarded by mu
}

// take returns how long the caller has to wait, or 0 if it may go on.
func (a *allowance) take(now time.Time) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	if back := int(now.Sub(a.last) / a.interval); back > 0 {
		a.used = max(a.used-back, 0)
		a.last = a.last.Add(time.Duration(back) * a.interval)
		if a.used == 0 {
			a.last = now
		}
	}
	if a.used >= a.most {
		return a.last.Add(a.interval).Sub(now)
	}
	a.used++
	return 0
}
