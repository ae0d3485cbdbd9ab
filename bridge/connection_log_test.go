package bridge

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
)

func TestFailedHandshakesAreLoggedAtDebug(t *testing.T) {
	var log bytes.Buffer
	w := connectionLog{slog.New(slog.NewTextHandler(&log, nil))}
	for _, line := range []string{"http: TLS handshake error from 192.0.2.1:1: EOF\n",
		"http: Accept error: too many open files; retrying\n"} {
		if _, err := w.Write([]byte(line)); err != nil {
			t.Fatal(err)
		}
	}
	if said := log.String(); strings.Contains(said, "handshake") || !strings.Contains(said, "level=WARN") ||
		!strings.Contains(said, "too many open files") {
		t.Errorf("the log says\n%s", said)
	}
}
