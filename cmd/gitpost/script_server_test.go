package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// patience is how long a scenario waits for what must happen at some time.
const patience = 60 * time.Second

// remote SKELETON makes remote.git with a site in its branch main; remote ./FOLDER takes a
// folder of the scenario. Another NAME than remote.git may follow.
func (s *scene) remote(args []string) {
	s.usage(args, 1, "remote hugo|jekyll|empty|./FOLDER [NAME]")
	name := "remote.git"
	if len(args) > 1 {
		name = args[1]
	}
	s.ts.Setenv("METRICS", freeAddress())
	s.git(".", "init", "--quiet", "--bare", name)
	if args[0] == "empty" {
		return
	}
	skeleton, err := filepath.Abs(filepath.Join("..", "..", "testdata", "skeletons", args[0]))
	s.check(err)
	if strings.HasPrefix(args[0], "./") {
		skeleton = s.ts.MkAbs(args[0])
	}
	s.git(".", "init", "--quiet", "skeleton")
	s.check(os.CopyFS(s.ts.MkAbs("skeleton"), os.DirFS(skeleton)))
	s.git("skeleton", "add", "--all")
	s.git("skeleton", "commit", "--quiet", "--message", "A bare site")
	s.git("skeleton", "push", "--quiet", "../"+name, "main")
	s.check(os.RemoveAll(s.ts.MkAbs("skeleton")))
}

// config KEY=VALUE... writes gitpost.yaml, or with -o another file. The server's address is
// the same in all files of a scenario, unless listen is given.
func (s *scene) config(args []string) {
	file := "gitpost.yaml"
	if len(args) > 1 && args[0] == "-o" {
		file, args = args[1], args[2:]
	}
	if s.ts.Getenv("LISTEN") == "" {
		s.ts.Setenv("LISTEN", freeAddress())
		s.ts.Setenv("URL", "http://"+s.ts.Getenv("LISTEN"))
	}
	keys := []string{
		"me=https://blog.example/", "repo=remote.git", "url=" + s.ts.Getenv("URL"), "listen=" + s.ts.Getenv("LISTEN"),
		"data=data", "poll=0s", "push_wait=" + patience.String(), // so that 201 means pushed, however slow this machine is
	}
	var text strings.Builder
	for _, key := range append(keys, args...) {
		name, val, ok := strings.Cut(key, "=")
		if !ok {
			s.ts.Fatalf("%q is not KEY=VALUE", key)
		}
		overridden := slices.ContainsFunc(args, func(other string) bool {
			return other != key && strings.HasPrefix(other, name+"=")
		})
		if !overridden && val != "" {
			fmt.Fprintf(&text, "%s: %s\n", name, val)
		}
	}
	s.check(os.WriteFile(s.ts.MkAbs(file), []byte(text.String()), 0o600))
}

// Ports below those that systems hand out by themselves: no other listener or connection
// takes one of them between two starts of a server that has to keep its address.
const firstPort, lastPort = 20000, 32000

var nextPort atomic.Uint32

// freeAddress is a loopback address on which nothing listens. No address is returned twice.
// It asks by dialling: a listener that is closed again may live on in a program that starts
// at that moment, until it has taken the place of this one.
func freeAddress() string {
	nextPort.CompareAndSwap(0, uint32(os.Getpid()*64)) // two runs at once start at different ports
	for {
		address := fmt.Sprintf("127.0.0.1:%d", firstPort+nextPort.Add(1)%(lastPort-firstPort))
		conn, err := net.Dial("tcp", address)
		if err != nil {
			return address
		}
		conn.Close()
	}
}

// listen listens at an address that this process may have closed a moment ago. A program
// that is being started still has its copy of the closed listener, so it may take more than one try.
func listen(address string) (l net.Listener, err error) {
	await(func() bool {
		l, err = net.Listen("tcp", address)
		return !errors.Is(err, syscall.EADDRINUSE)
	})
	return l, err
}

// serve starts the server and waits until it answers; its output goes to serve.log. With
// -alone the server finds no other program, with -socket it is given its socket.
func (s *scene) serve(args []string) {
	if s.server != nil {
		s.ts.Fatalf("the server is running already")
	}
	var prepare func(*exec.Cmd)
	switch {
	case slices.Contains(args, "-alone"):
		prepare = func(c *exec.Cmd) { c.Env = append(c.Env, "PATH=") }
	case slices.Contains(args, "-socket"):
		prepare = s.withSocket
	}
	p, err := s.start([]string{"gitpost", "serve"}, prepare)
	s.check(err)
	s.server = p
	ready := func() bool {
		answer, err := http.Get(s.ts.Getenv("URL") + "/healthz")
		if err != nil {
			return false
		}
		answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	}
	if !p.until(ready) {
		s.ts.Fatalf("the server does not answer:\n%s", p.output())
	}
}

// waits FILE REGEXP waits until the file has a text that matches.
func (s *scene) waits(args []string) {
	s.usage(args, 2, "waits FILE REGEXP")
	want, last := regexp.MustCompile(args[1]), []byte(nil)
	found := await(func() bool {
		last, _ = os.ReadFile(s.ts.MkAbs(args[0]))
		return want.Match(last)
	})
	if !found {
		s.ts.Fatalf("%s never had %q; it has\n%s", args[0], args[1], last)
	}
}

// says REGEXP waits until the server's output matches.
func (s *scene) says(args []string) {
	s.usage(args, 1, "says REGEXP")
	want := regexp.MustCompile(args[0])
	if !s.server.until(func() bool { return want.MatchString(s.server.output()) }) {
		s.ts.Fatalf("the server never says %q; it says\n%s", args[0], s.server.output())
	}
}

// reload REGEXP... sends SIGHUP and waits until the server has said that the configuration is
// reloaded, or with ! that it is not. Each problem is a log line of its own, so ! takes a REGEXP for
// each line to wait for. What the server said goes to stdout.
func (s *scene) reload(args []string) {
	outcome := "the configuration is reloaded"
	if s.neg {
		s.usage(args, 1, "! reload REGEXP...")
		outcome = "the configuration is not reloaded"
	}
	wanted := []*regexp.Regexp{regexp.MustCompile(outcome)}
	for _, arg := range args {
		wanted = append(wanted, regexp.MustCompile(arg))
	}
	before := len(s.server.output())
	s.server.signal(syscall.SIGHUP)
	said := func() string { return s.server.output()[before:] }
	missing := func(want *regexp.Regexp) bool { return !want.MatchString(said()) }
	if !s.server.until(func() bool { return !slices.ContainsFunc(wanted, missing) }) {
		s.ts.Fatalf("after SIGHUP the server does not say all of %q; it says\n%s", wanted, said())
	}
	s.ts.Stdout().Write([]byte(said()))
	if s.neg && strings.Contains(said(), "the configuration is reloaded") {
		s.ts.Fatalf("the configuration must be refused; the server says\n%s", said())
	}
}

// terminate ends the server as an init system does; it must finish in order.
func (s *scene) terminate([]string) {
	s.server.signal(syscall.SIGTERM)
	s.awaitEnd()
}

func (s *scene) awaitEnd() {
	p := s.server
	select {
	case <-p.ended:
	case <-time.After(patience):
		p.kill()
		s.ts.Fatalf("the server does not end:\n%s", p.output())
	}
	s.server = nil
	s.ts.Logf("[serve]\n%s", p.output())
	s.check(os.WriteFile(s.ts.MkAbs("serve.log"), []byte(p.output()), 0o600))
	if p.err != nil {
		s.ts.Fatalf("the server ended with %v", p.err)
	}
}

// crash ends the server as a power cut does.
func (s *scene) crash([]string) {
	s.server.kill()
	s.ts.Logf("[serve]\n%s", s.server.output())
	s.server = nil
}

// token makes a token with the given scope; it becomes $TOKEN, or another variable with -as.
func (s *scene) token(args []string) {
	variable, command := "TOKEN", []string{"token", "create"}
	for len(args) > 1 && strings.HasPrefix(args[0], "-") {
		switch args[0] {
		case "-as":
			variable = args[1]
		case "-name", "-site":
			command = append(command, "-"+args[0], args[1])
		}
		args = args[2:]
	}
	s.usage(args, 1, "token [-as VARIABLE] [-name NAME] [-site URL] SCOPE...")
	s.check(s.ts.Exec("gitpost", append(command, "--scope", strings.Join(args, " "))...))
	s.ts.Setenv(variable, strings.TrimSpace(s.ts.ReadFile("stdout")))
}

// setup makes a set-up link, or with -first takes the one that the server printed; what
// opens it becomes $CODE.
func (s *scene) setup(args []string) {
	links := regexp.MustCompile(`http\S*/setup\?code=([A-Z2-7]+)[^A-Z2-7]`) // with what follows, so that it is complete
	text := ""
	if len(args) == 1 && args[0] == "-first" {
		s.server.until(func() bool { return links.MatchString(s.server.output()) })
		text = s.server.output()
	} else {
		s.check(s.ts.Exec("gitpost", "passwd"))
		text = s.ts.ReadFile("stdout")
	}
	link := links.FindAllStringSubmatch(text, -1)
	if len(link) != 1 {
		s.ts.Fatalf("there are %d set-up links in\n%s", len(link), text)
	}
	s.ts.Setenv("CODE", link[0][1])
}

// process is a program that runs beside the scenario.
type process struct {
	command *exec.Cmd
	ended   chan struct{}
	err     error // after ended

	mu   sync.Mutex // guards text
	text bytes.Buffer
}

// start runs a program beside the scenario. prepare, which may be nil, changes the command before.
func (s *scene) start(args []string, prepare func(*exec.Cmd)) (*process, error) {
	program, err := exec.LookPath(args[0])
	if err != nil {
		return nil, err
	}
	p := &process{command: exec.Command(program, args[1:]...), ended: make(chan struct{})}
	p.command.Dir = s.ts.MkAbs(".")
	p.command.Env = s.environ()
	p.command.Stdout, p.command.Stderr = p, p
	if prepare != nil {
		prepare(p.command)
	}
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	go func() {
		p.err = p.command.Wait()
		close(p.ended)
	}()
	return p, nil
}

// Write takes the program's output.
func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

func (p *process) output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

func (p *process) signal(sig syscall.Signal) { p.command.Process.Signal(sig) }

func (p *process) kill() {
	p.command.Process.Kill()
	<-p.ended
}

// until waits until the condition is true, and gives up when the program ends.
func (p *process) until(condition func() bool) bool {
	return await(func() bool {
		select {
		case <-p.ended:
			return true
		default:
			return condition()
		}
	}) && condition()
}

// await polls a condition until it is true or patience runs out.
func await(condition func() bool) bool {
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	deadline := time.After(patience)
	for !condition() {
		select {
		case <-again.C:
		case <-deadline:
			return false
		}
	}
	return true
}
