// Package objectstest runs an S3-compatible store for tests, versitygw on the loopback interface.
package objectstest

import (
	"bytes"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// Program is the store. Install it with go install github.com/versity/versitygw/cmd/versitygw@v1.8.0
const Program = "versitygw"

// The keys of the store, and its bucket.
const (
	AccessKey = "tests"
	SecretKey = "secret-of-tests"
	Bucket    = "uploads-of-tests"
	Region    = "us-east-1"
)

// T is what a Store needs of a test.
type T interface {
	Fatalf(format string, args ...any)
	Cleanup(end func())
}

// Store is a store with one empty bucket, which runs until the end of a test.
type Store struct {
	Endpoint string // its URL
	Files    string // the folder of the bucket's objects

	t       T
	address string
	process *exec.Cmd
	output  bytes.Buffer
}

// Start makes and starts a store. The test is skipped unless all tests must run (GITPOST_TEST_ALL), and
// fails then if versitygw is not installed.
func Start(t testing.TB) *Store {
	t.Helper()
	const install = "go install github.com/versity/versitygw/cmd/versitygw@v1.8.0"
	if os.Getenv("GITPOST_TEST_ALL") == "" {
		t.Skipf("runs versitygw (%s): set GITPOST_TEST_ALL=1", install)
	}
	if _, err := exec.LookPath(Program); err != nil {
		t.Fatalf("versitygw is not installed: %s", install)
	}
	return Run(t)
}

// Run is Start where it is known that versitygw is installed.
func Run(t T) *Store {
	s := &Store{t: t}
	folder, err := os.MkdirTemp("", "gitpost-store-")
	if err != nil {
		t.Fatalf("%v", err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	s.Files = filepath.Join(folder, "files", Bucket)
	for _, name := range []string{s.Files, filepath.Join(folder, "about")} {
		if err := os.MkdirAll(name, 0o700); err != nil {
			t.Fatalf("%v", err)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("%v", err)
	}
	s.address = l.Addr().String()
	s.Endpoint = "http://" + s.address
	l.Close()
	s.Resume()
	t.Cleanup(s.Stop)
	return s
}

// Stop ends the store. It can be called again.
func (s *Store) Stop() {
	if s.process == nil {
		return
	}
	s.process.Process.Kill()
	s.process.Wait()
	s.process = nil
}

// Resume starts the store again after Stop, and returns when it answers.
func (s *Store) Resume() {
	folder := filepath.Dir(filepath.Dir(s.Files))
	s.process = exec.Command(Program, "--quiet", "--port", s.address, "--access", AccessKey, "--secret", SecretKey,
		"posix", "--sidecar", filepath.Join(folder, "about"), filepath.Dir(s.Files))
	s.process.Stderr = &s.output
	if err := s.process.Start(); err != nil {
		s.t.Fatalf("%v", err)
	}
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	end := time.Now().Add(30 * time.Second)
	for {
		answer, err := http.Get(s.Endpoint)
		if err == nil {
			answer.Body.Close()
			return
		}
		if time.Now().After(end) {
			s.Stop()
			s.t.Fatalf("versitygw does not answer: %v\n%s", err, s.output.Bytes())
		}
		<-again.C
	}
}
