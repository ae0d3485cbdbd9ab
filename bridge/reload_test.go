package bridge_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"gitpost/bridge"
)

// Posts go on while the configuration is replaced again and again; run with -race.
func TestReloadWhilePostsAreWritten(t *testing.T) {
	f := serve(t, "hugo", nil)
	if err := f.stop(); err != nil {
		t.Fatal(err)
	}
	var server *bridge.Server
	f.opened = func(s *bridge.Server) { server = s }
	f.start()
	var posting sync.WaitGroup
	done := make(chan struct{})
	posting.Go(func() {
		defer close(done)
		for i := range 12 {
			a := f.json(fmt.Sprintf(`{"type":["h-entry"],"properties":{"content":["Post %d"]}}`, i))
			if a.Status != 201 {
				t.Errorf("%d %s", a.Status, a.Body)
			}
		}
	})
	next := f.config
	next.Sites = slices.Clone(next.Sites)
	for n := 0; ; n++ {
		next.Sites[0].Options.Section = []string{"posts", "journal"}[n%2]
		next.RateBadTokens, next.MediaMaxSize = 100+n%2, int64(1<<20+n%2)
		if err := server.Reload(t.Context(), next); err != nil {
			t.Fatal(err)
		}
		select {
		case <-done:
			posting.Wait()
			if got := f.commits(); got != "13" {
				t.Errorf("the remote has %s commits, want 13", got)
			}
			return
		default:
		}
	}
}
