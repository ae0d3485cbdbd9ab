package state

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"gitpost/bridge/postgrestest"
)

// BenchmarkCreate does what a post needs of the state, in turn in a file and in PostgreSQL: a token is
// looked up, and the request is noted and finished. It reports how many times longer PostgreSQL takes, which
// waits for no disk here (see postgrestest).
func BenchmarkCreate(b *testing.B) {
	server := postgrestest.Start(b)
	file := reopen(b, filepath.Join(b.TempDir(), "state.db"))
	databases := []*DB{file, reopen(b, server.New())}
	var secrets [2]string
	for i, db := range databases {
		var err error
		if secrets[i], err = db.CreateToken(b.Context(), Token{Scope: []string{"create"}}); err != nil {
			b.Fatal(err)
		}
	}
	var times [2][]time.Duration
	for n := range b.N {
		for i, db := range databases {
			begun := time.Now()
			_, err := db.Token(b.Context(), secrets[i])
			var r Request
			if err == nil {
				r, _, err = db.BeginRequest(b.Context(), Request{Key: [32]byte{byte(n), byte(n >> 8), byte(n >> 16)}})
			}
			if err == nil {
				r.Answer = "done"
				err = db.FinishRequest(b.Context(), r)
			}
			if err != nil {
				b.Fatal(err)
			}
			times[i] = append(times[i], time.Since(begun))
		}
	}
	for i := range times {
		slices.Sort(times[i])
	}
	for name, part := range map[string]int{"p50": 50, "p95": 95} {
		at := b.N * part / 100
		lite, postgres := times[0][at], times[1][at]
		b.ReportMetric(float64(lite.Microseconds()), "sqlite-"+name+"-µs")
		b.ReportMetric(float64(postgres.Microseconds()), "postgres-"+name+"-µs")
		b.ReportMetric(float64(postgres)/float64(lite), "ratio-"+name)
	}
}
