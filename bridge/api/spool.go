package api

import (
	"bytes"
	"io"
)

// spool keeps the beginning of a body as far as the strangers' share allows.
type spool struct {
	all      *strangers
	limit    int
	chunks   [][]byte
	complete bool // nothing was dropped
	busy     bool // it was dropped because others use the memory
}

func (s *strangers) spool(limit int) *spool { return &spool{all: s, limit: limit, complete: true} }

func (s *spool) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0 && s.complete; {
		if n := len(s.chunks); n == 0 || len(s.chunks[n-1]) == strangerStep {
			if (n+1)*strangerStep > s.limit {
				s.complete = false
				break
			}
			if !s.all.acquire(strangerStep) {
				s.complete, s.busy = false, true
				break
			}
			s.chunks = append(s.chunks, make([]byte, 0, strangerStep))
		}
		last := &s.chunks[len(s.chunks)-1]
		n := min(len(rest), strangerStep-len(*last))
		*last = append(*last, rest[:n]...)
		rest = rest[n:]
	}
	if !s.complete {
		s.finish()
	}
	return len(p), nil
}

// finish gives back what the spool used.
func (s *spool) finish() {
	s.all.release(len(s.chunks) * strangerStep)
	s.chunks = nil
}

// reader returns the body, which must be complete.
func (s *spool) reader() io.Reader {
	var parts []io.Reader
	for _, chunk := range s.chunks {
		parts = append(parts, bytes.NewReader(chunk))
	}
	return io.MultiReader(parts...)
}
