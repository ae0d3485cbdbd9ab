package bridge

import (
	"context"
	"net/http"
	"time"

	"gitpost/bridge/indieauth"
)

// SetBodyPatience makes the server wait no longer than d for the next bytes of a body.
func (s *Server) SetBodyPatience(d time.Duration) { s.bodyPatience = d }

// DropUnused does once what the server does every hour.
func (s *Server) DropUnused(ctx context.Context, before time.Time) error {
	return s.dropUnused(ctx, before)
}

// SignInServer is the server that the consent page asks.
func (s *Server) SignInServer() *indieauth.Server { return s.auth }

// Handler is every route, without a listener.
func (s *Server) Handler() http.Handler { return s.handler() }

// RepositoryAddress is what all ways to write a repository's address have in common.
func RepositoryAddress(s string) string { return repositoryAddress(s) }
