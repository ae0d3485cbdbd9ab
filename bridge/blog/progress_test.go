package blog

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestIndexingThatTakesLongIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		x := indexing{log: slog.New(slog.NewTextHandler(&log, nil))}
		for range 2 { // the second time for a new configuration
			log.Reset()
			x.report(0, 100)
			for n := 1; n <= 100; n++ {
				time.Sleep(150 * time.Millisecond)
				x.report(n, 100)
			}
			var said []string
			for line := range strings.Lines(log.String()) {
				_, text, _ := strings.Cut(strings.TrimSpace(line), "msg=")
				said = append(said, text)
			}
			want := `"the posts are being indexed" files=14 of=100|"the posts are being indexed" files=81 of=100|"the posts are indexed" files=100 took=15s`
			if got := strings.Join(said, "|"); got != want {
				t.Errorf("the log says %s, want %s", got, want)
			}
			time.Sleep(time.Hour)
		}
		log.Reset()
		x.report(0, 0)
		if n := strings.Count(log.String(), "\n"); n != 1 {
			t.Errorf("of a site without posts there are %d lines", n)
		}
	})
}
