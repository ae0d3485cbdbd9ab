package main

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestProgressOfACloneIsLinesInALog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		p := &progressLog{log: slog.New(slog.NewTextHandler(&log, nil))}
		for _, text := range []string{"Cloning a …\n", "Counting objects:  8% (1/12)\rCounting", " objects: 16% (2/12)\r",
			"Received 1 MB\r"} {
			if n, err := p.Write([]byte(text)); n != len(text) || err != nil {
				t.Fatal(n, err)
			}
		}
		time.Sleep(10 * time.Second)
		p.Write([]byte("Received 7"))
		p.Write([]byte("0 MB\r"))
		said := log.String()
		if n := strings.Count(said, "\n"); n != 2 || !strings.Contains(said, `progress="Cloning a …"`) ||
			!strings.Contains(said, `progress="Received 70 MB"`) {
			t.Errorf("the log says\n%s", said)
		}
	})
}
