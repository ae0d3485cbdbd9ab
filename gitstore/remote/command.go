package remote

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os/exec"
	"strconv"
	"sync"
	"time"

	"github.com/go-git/go-git/v5/plumbing/format/pktline"
	"github.com/go-git/go-git/v5/plumbing/transport"

	"gitpost/gitstore/git"
)

// stream is a conversation with a service that reads and writes: a command on this machine
// or behind SSH, or a connection to a daemon.
type stream struct {
	in    io.WriteCloser
	out   io.Reader
	words *lockedTail // what it writes to stderr
	grace time.Duration
	kill  func()       // ends it at once
	wait  func() error // until it has ended

	asked bool
	ended sync.Once
}

func (s *stream) stderr() string {
	if s.words == nil {
		return ""
	}
	return s.words.text()
}

func (s *stream) greeting(ctx context.Context) (io.ReadCloser, error) {
	stop := context.AfterFunc(ctx, s.kill)
	return &guardedReader{Reader: s.out, ctx: ctx, done: func() { stop() }}, nil
}

func (s *stream) ask(ctx context.Context, request []byte, pack git.Pack) (io.ReadCloser, error) {
	s.asked = true
	stop := s.killAfter(ctx)
	written := make(chan struct{})
	go func() {
		defer close(written)
		// A service that refuses early does not read all; what it says counts, not that.
		_, err := s.in.Write(request)
		if err == nil && pack.Open != nil {
			_, _ = io.Copy(s.in, pack.Open())
		}
		s.in.Close()
	}()
	return &guardedReader{Reader: s.out, ctx: ctx, done: func() {
		s.close()
		<-written
		stop()
	}}, nil
}

// killAfter ends the service when ctx has ended and the time of grace is over.
func (s *stream) killAfter(ctx context.Context) (stop func()) {
	gone := make(chan struct{})
	unhook := context.AfterFunc(ctx, func() {
		t := time.NewTimer(s.grace)
		defer t.Stop()
		select {
		case <-t.C:
			s.kill()
		case <-gone:
		}
	})
	return func() {
		unhook()
		close(gone)
	}
}

// close ends the conversation and waits until the service has ended, so that all it said is
// here.
func (s *stream) close() {
	s.ended.Do(func() {
		if !s.asked {
			_, _ = s.in.Write(pktline.FlushPkt) // nothing is wanted
			s.in.Close()
		}
		limit := exitTimeout
		if s.asked && s.grace == 0 {
			limit = time.Second // its answer was read, or is not wanted any more
		}
		t := time.AfterFunc(limit, s.kill)
		defer t.Stop()
		_, _ = io.Copy(io.Discard, s.out)
		_ = s.wait()
	})
}

// exitTimeout is how long a service may take to end that was asked for nothing more.
const exitTimeout = 10 * time.Second

// guardedReader reads until its context ends.
type guardedReader struct {
	io.Reader
	ctx  context.Context
	done func()
}

func (g *guardedReader) Read(p []byte) (int, error) {
	n, err := g.Reader.Read(p)
	if err != nil {
		err = causeOf(g.ctx, err)
	}
	return n, err
}

func (g *guardedReader) Close() error {
	if g.done != nil {
		g.done()
		g.done = nil
	}
	return nil
}

// lockedTail is outputTail for a reader and a writer at once.
type lockedTail struct {
	mu sync.Mutex // guards l
	l  outputTail
}

func (s *lockedTail) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.l.Write(p)
}

func (s *lockedTail) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.l.text()
}

// localGracePeriod is how long the git that serves a path may go on after its push was given up:
// killed while it moves a ref, it leaves a lock in the remote that stops every push until a
// person removes it.
const localGracePeriod = 10 * time.Second

// startGit serves a path with the git command of this machine.
func startGit(path, service string) (conversation, error) {
	cmd := exec.Command("git", service[len("git-"):], path)
	cmd.Env = append(Environ(), "LANGUAGE=C") // what it says is read here, too
	words := &lockedTail{}
	cmd.Stderr = words
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start git: %w", err)
	}
	cmd.WaitDelay = time.Second // a hook may leave a process behind that keeps stderr open
	kill := func() {
		_ = cmd.Process.Kill()
		out.Close()
	}
	s := &stream{in: in, out: out, words: words, kill: kill, wait: cmd.Wait}
	if service == transport.ReceivePackServiceName {
		s.grace = localGracePeriod
	}
	return s, nil
}

// dialGit connects to a Git daemon.
func dialGit(ctx context.Context, ep *transport.Endpoint, service string) (conversation, error) {
	port := ep.Port
	if port <= 0 {
		port = 9418
	}
	addr := net.JoinHostPort(ep.Host, strconv.Itoa(port))
	conn, err := (&net.Dialer{Timeout: 30 * time.Second}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	c := timedConn{conn}
	var hello bytes.Buffer
	_ = pktline.NewEncoder(&hello).Encodef("%s %s\x00host=%s\x00", service, ep.Path, ep.Host) // to memory
	if _, err := c.Write(hello.Bytes()); err != nil {
		conn.Close()
		return nil, err
	}
	return &stream{in: halfClosed{c, conn}, out: c, kill: func() { conn.Close() }, wait: conn.Close}, nil
}

// halfClosed closes only the direction that it writes to.
type halfClosed struct {
	io.Writer
	conn net.Conn
}

func (h halfClosed) Close() error {
	if c, ok := h.conn.(*net.TCPConn); ok {
		return c.CloseWrite()
	}
	return nil
}
