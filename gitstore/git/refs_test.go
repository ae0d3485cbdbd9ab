package git

import (
	"context"
	"fmt"
	"sync"
	"testing"
)

// TestRefsMovedAtOnceKeepTheirOwnValues is a regression test: the locks of two refs were
// made of one file, and a push that moved the tracking ref set the branch back with it.
func TestRefsMovedAtOnceKeepTheirOwnValues(t *testing.T) {
	r := Refs{Dir: t.TempDir()}
	var wg sync.WaitGroup
	for n, name := range []string{"refs/heads/main", "refs/gitpost/remote", "refs/gitpost/incoming"} {
		wg.Go(func() {
			old := ZeroOID
			for i := range 200 {
				next, err := ParseOID(fmt.Sprintf("%040x", n*1000+i+1))
				if err != nil {
					t.Error(err)
					return
				}
				if err := r.Move(context.Background(), name, old, next); err != nil {
					t.Errorf("move %s to %s: %v", name, next, err)
					return
				}
				if now, err := r.Read(name); err != nil || now != next {
					t.Errorf("%s is %s (%v), was moved to %s", name, now, err, next)
					return
				}
				old = next
			}
		})
	}
	wg.Wait()
}
