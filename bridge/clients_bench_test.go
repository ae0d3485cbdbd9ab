package bridge_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
)

// BenchmarkClients measures creates of many clients at once, each waiting for its durable commit
// before it sends the next, beside `git add` and `git commit` one after the other in the same
// run. cpu-ms is the processor time of clients and server together for one create.
func BenchmarkClients(b *testing.B) {
	const clients, each = 64, 20
	for _, blog := range benchBlogs() {
		b.Run(blog.String(), func(b *testing.B) {
			remote, work := blog.remote(b), filepath.Join(b.TempDir(), "work")
			runGit(b, "", nil, "clone", "--quiet", remote, work)
			app := serveBlog(b, b.TempDir(), remote)
			app.create("Note before the benchmark, which indexes the blog")
			var mine, git []time.Duration
			var all time.Duration
			used, rounds := 0.0, 0
			for b.Loop() {
				began, before := time.Now(), processorTime()
				mine = append(mine, app.createAtOnce(clients, each, rounds)...)
				all += time.Since(began)
				used += processorTime() - before
				b.StopTimer()
				for range 3 {
					git = append(git, commitByHand(b, work, blog.byHand(len(git))))
				}
				rounds++
				b.StartTimer()
			}
			slices.Sort(mine)
			b.ReportMetric(float64(len(mine))/all.Seconds(), "posts/s")
			b.ReportMetric(milliseconds(mine[len(mine)/2]), "p50-ms")
			b.ReportMetric(milliseconds(mine[len(mine)*99/100]), "p99-ms")
			b.ReportMetric(used/float64(len(mine)), "cpu-ms")
			b.ReportMetric(1/median(git).Seconds(), "git-posts/s")
		})
	}
}

// createAtOnce posts from so many clients, so many notes each, and returns how long each took.
func (a benchApp) createAtOnce(clients, each, round int) []time.Duration {
	took := make([][]time.Duration, clients)
	var wg sync.WaitGroup
	for client := range clients {
		wg.Go(func() {
			for i := range each {
				began := time.Now()
				a.create(fmt.Sprintf("Note %d of client %d in round %d, a few words long", i, client, round))
				took[client] = append(took[client], time.Since(began))
			}
		})
	}
	wg.Wait()
	return slices.Concat(took...)
}
