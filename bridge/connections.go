package bridge

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"
)

// mostConnections is how many connections may be open at once.
const mostConnections = 1000

// connections limits the open connections. One too many closes the one that has been waiting for
// the longest time, among those whose request has no valid token.
type connections struct {
	most int

	mu   sync.Mutex
	open map[net.Conn]*connection // guarded by mu, with the connections in it
}

type connection struct {
	since    time.Time // of its last change of state
	admitted bool      // its request has a valid token
}

func newConnections() *connections {
	return &connections{most: mostConnections, open: map[net.Conn]*connection{}}
}

// state follows a connection; it is the ConnState of an http.Server.
func (c *connections) state(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if state == http.StateClosed || state == http.StateHijacked {
		delete(c.open, conn)
		return
	}
	one := c.open[conn]
	if one == nil {
		one = &connection{}
		c.open[conn] = one
	}
	one.since, one.admitted = time.Now(), false
	if len(c.open) > c.most {
		c.closeOldest()
	}
}

// closeOldest closes a connection of a stranger. The caller holds mu.
func (c *connections) closeOldest() {
	var oldest net.Conn
	for conn, one := range c.open {
		if !one.admitted && (oldest == nil || one.since.Before(c.open[oldest].since)) {
			oldest = conn
		}
	}
	if oldest != nil {
		delete(c.open, oldest)
		oldest.Close() // net/http notices
	}
}

type connectionKey struct{}

// context is the ConnContext of an http.Server.
func (c *connections) context(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, connectionKey{}, conn)
}

// admit keeps the connection of a request open until its next one.
func (c *connections) admit(ctx context.Context) {
	conn, ok := ctx.Value(connectionKey{}).(net.Conn)
	if !ok {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if one := c.open[conn]; one != nil {
		one.admitted = true
	}
}
