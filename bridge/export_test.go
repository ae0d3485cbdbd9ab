package bridge

import (
	"context"
	"net/http"
	"time"

	"gitpost/bridge/indieauth"
)

// SetBodyTimeout makes the server wait no longer than d for the next bytes of a body.
func (s *Server) SetBodyTimeout(d time.Duration) { s.guard.bodyTimeout = d }

// DropUnused does once what the server does every hour.
func (s *Server) DropUnused(ctx context.Context, before time.Time) error {
	return s.blogs.Uploads.Expire(ctx, before)
}

// SignInServer is the server that the consent page asks.
func (s *Server) SignInServer() *indieauth.Server { return s.api.Auth }

// Handler is every route, without a listener.
func (s *Server) Handler() http.Handler { return s.handler() }

// SetMostConnections limits the open connections.
func (s *Server) SetMostConnections(n int) { s.guard.connections.most = n }

// SetRation limits what uploads may take of the disk.
func (s *Server) SetRation(quota int64, reserve uint64) {
	s.blogs.Uploads.Ration.Quota, s.blogs.Uploads.Ration.Reserve = quota, reserve
}
