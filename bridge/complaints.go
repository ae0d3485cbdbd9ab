package bridge

import (
	"log/slog"
	"strings"
)

// complaints takes what net/http says of connections. That strangers who scan the network fail
// to shake hands is no news.
type complaints struct{ log *slog.Logger }

func (c complaints) Write(line []byte) (int, error) {
	text := strings.TrimSpace(string(line))
	if strings.HasPrefix(text, "http: TLS handshake error") {
		c.log.Debug(text)
	} else {
		c.log.Warn(text)
	}
	return len(line), nil
}
