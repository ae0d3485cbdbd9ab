// Package postgrestest runs a PostgreSQL server for tests, on the loopback interface and in a folder of
// its own.
package postgrestest

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // registers the driver
)

const (
	install  = "apt install postgresql"
	password = "secret-of-tests"
	patience = 30 * time.Second
)

// Server is a server that runs until the end of a test.
type Server struct {
	t         T
	bin       string
	folder    string
	as        account
	port      int
	process   *exec.Cmd
	databases atomic.Int32
}

// T is what a Server needs of a test.
type T interface {
	Fatalf(format string, args ...any)
	Cleanup(end func())
}

// Start makes and starts a server. The test is skipped unless all tests must run (GITPOST_TEST_ALL), and
// fails then if PostgreSQL is not installed.
func Start(t testing.TB) *Server {
	t.Helper()
	if os.Getenv("GITPOST_TEST_ALL") == "" {
		t.Skipf("runs PostgreSQL (%s): set GITPOST_TEST_ALL=1", install)
	}
	if Programs() == "" {
		t.Fatalf("PostgreSQL is not installed: %s", install)
	}
	return Run(t)
}

// Run is Start where it is known that PostgreSQL is installed.
func Run(t T) *Server {
	bin := Programs()
	s := &Server{t: t, bin: bin}
	var err error
	if s.as, err = serverAccount(); err != nil {
		t.Fatalf("%v", err)
	}
	if s.folder, err = os.MkdirTemp("", "gitpost-postgres-"); err != nil { // t.TempDir is closed to other users
		t.Fatalf("%v", err)
	}
	t.Cleanup(func() { os.RemoveAll(s.folder) })
	secret := filepath.Join(s.folder, "password")
	if err := os.WriteFile(secret, []byte(password), 0o600); err != nil {
		t.Fatalf("%v", err)
	}
	if err := s.as.own(s.folder, secret); err != nil {
		t.Fatalf("%v", err)
	}
	made := exec.Command(filepath.Join(bin, "initdb"), "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8",
		"--username=gitpost", "--auth=scram-sha-256", "--pwfile="+secret, "--pgdata="+s.data())
	s.as.use(made)
	made.Dir = s.folder
	if output, err := made.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, output)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("%v", err)
	}
	s.port = l.Addr().(*net.TCPAddr).Port
	l.Close()
	s.Resume()
	t.Cleanup(s.Stop)
	return s
}

func (s *Server) data() string { return filepath.Join(s.folder, "data") }

// URL returns the address of a database as a user. The user gitpost may do everything.
func (s *Server) URL(name, password, database string) string {
	return fmt.Sprintf("postgres://%s:%s@127.0.0.1:%d/%s", name, password, s.port, database)
}

// Admin is the address of the server's own database.
func (s *Server) Admin() string { return s.URL("gitpost", password, "postgres") }

// New makes a database and returns its address.
func (s *Server) New() string {
	name := fmt.Sprintf("test%d", s.databases.Add(1))
	s.Exec("CREATE DATABASE " + name)
	return s.URL("gitpost", password, name)
}

// Exec runs a statement in the server's own database.
func (s *Server) Exec(statement string) {
	db, err := sql.Open("pgx", s.Admin())
	if err != nil {
		s.t.Fatalf("%v", err)
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		s.t.Fatalf("%s: %v", statement, err)
	}
}

// Stop ends the server and all connections, as a restart does. It can be called again.
func (s *Server) Stop() {
	if s.process == nil {
		return
	}
	s.process.Process.Signal(os.Interrupt) // "fast": it does not wait for clients
	s.process.Wait()
	s.process = nil
}

// Resume starts the server again after Stop, and returns when it answers.
func (s *Server) Resume() {
	log, err := os.OpenFile(filepath.Join(s.folder, "log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		s.t.Fatalf("%v", err)
	}
	defer log.Close()
	s.process = exec.Command(filepath.Join(s.bin, "postgres"), "-D", s.data(), "-c", "listen_addresses=127.0.0.1",
		"-c", "port="+strconv.Itoa(s.port), "-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "max_connections=200")
	s.as.use(s.process)
	s.process.Dir, s.process.Stderr = s.folder, log
	if err := s.process.Start(); err != nil {
		s.t.Fatalf("%v", err)
	}
	if err := s.answers(); err != nil {
		text, _ := os.ReadFile(log.Name())
		s.t.Fatalf("PostgreSQL does not answer: %v\n%s", err, text)
	}
}

func (s *Server) answers() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	db, err := sql.Open("pgx", s.Admin())
	if err != nil {
		return err
	}
	defer db.Close()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		if err = db.PingContext(ctx); err == nil || ctx.Err() != nil {
			return err
		}
		<-again.C
	}
}

// Programs is the folder of the newest PostgreSQL that is installed, or "".
func Programs() string {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path)
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb") // Debian
	newest, version := "", 0
	for _, path := range found {
		bin := filepath.Dir(path)
		if n, err := strconv.Atoi(filepath.Base(filepath.Dir(bin))); err == nil && n > version {
			newest, version = bin, n
		}
	}
	return newest
}

// serverAccount is whom the server runs as: PostgreSQL refuses to run as root.
func serverAccount() (account, error) {
	if os.Getuid() != 0 {
		return account{}, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return account{}, err
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return account{}, err
	}
	gid, err := strconv.Atoi(u.Gid)
	return account{uid, gid}, err
}
