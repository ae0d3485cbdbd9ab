package bridge

import (
	"context"
	"time"
)

// SetBodyPatience makes the server wait no longer than d for the next bytes of a body.
func (s *Server) SetBodyPatience(d time.Duration) { s.bodyPatience = d }

// DropUnused does once what the server does every hour.
func (s *Server) DropUnused(ctx context.Context, before time.Time) error {
	return s.dropUnused(ctx, before)
}
