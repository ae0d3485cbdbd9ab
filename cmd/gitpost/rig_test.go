package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// rig is a site with its own remote, and the real program that serves it: remote.git,
// gitpost.yaml and data are in dir.
type rig struct {
	t       *testing.T
	dir     string
	program string
	address string // of the server
	client  *http.Client

	environment []string // of the programs, beside that of the test

	fsckAgain int // how often fsck of the remote was repeated
}

// onlyInAll skips a test that takes long, unless all tests must run or its own variable is set.
func onlyInAll(t *testing.T, why, variable string) {
	t.Helper()
	if os.Getenv("GITPOST_TEST_ALL") == "" && os.Getenv(variable) == "" {
		t.Skipf("%s: set GITPOST_TEST_ALL=1", why)
	}
}

// builtProgram is gitpost as users build it, in builtFolder.
var builtProgram = sync.OnceValues(func() (string, error) {
	var err error
	if builtFolder, err = os.MkdirTemp("", "gitpost-built"); err != nil {
		return "", err
	}
	path := filepath.Join(builtFolder, "gitpost")
	build := exec.Command("go", "build", "-tags", "nodynamic", "-o", path, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

var builtFolder string // "" until it is needed

// allTests are those of this package; they leave nothing behind.
type allTests struct{ *testing.M }

func (all allTests) Run() int {
	defer func() { _ = os.RemoveAll(builtFolder) }()
	return all.M.Run()
}

func newRig(t *testing.T) *rig {
	dir := t.TempDir()
	program, err := builtProgram()
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{
		t: t, dir: dir, address: freeAddress(), program: program,
		client: &http.Client{Timeout: patience, Transport: &http.Transport{MaxIdleConnsPerHost: 16}},
	}
	if err := os.WriteFile(filepath.Join(dir, ".gitconfig"), []byte(sparingGit), 0o600); err != nil {
		t.Fatal(err)
	}
	r.run("git", "init", "--quiet", "--bare", "--initial-branch=main", "remote.git")
	r.run("git", "init", "--quiet", "--initial-branch=main", "site")
	if err := os.CopyFS(filepath.Join(dir, "site"),
		os.DirFS(filepath.Join("..", "..", "testdata", "skeletons", "hugo"))); err != nil {
		t.Fatal(err)
	}
	r.run("git", "-C", "site", "add", "--all")
	r.run("git", "-C", "site", "commit", "--quiet", "--message", "A bare site")
	r.run("git", "-C", "site", "push", "--quiet", "../remote.git", "main")
	return r
}

// configure writes gitpost.yaml with further lines.
func (r *rig) configure(lines ...string) {
	r.t.Helper()
	config := fmt.Sprintf("me: https://blog.example/\nurl: http://%[1]s\nlisten: %[1]s\ndata: data\npoll: 0s\nsite: {titles: never}\n%[2]s\n", r.address, strings.Join(lines, "\n"))
	if err := os.WriteFile(filepath.Join(r.dir, "gitpost.yaml"), []byte(config), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

// run runs a program to completion and returns its output.
func (r *rig) run(program string, args ...string) string {
	r.t.Helper()
	out, err := r.try(program, args...)
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

func (r *rig) try(program string, args ...string) (string, error) {
	c := exec.Command(program, args...)
	c.Dir, c.Env = r.dir, r.environ()
	var out, problems bytes.Buffer
	c.Stdout, c.Stderr = &out, &problems
	if err := c.Run(); err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s%s", filepath.Base(program), strings.Join(args, " "), err, out.String(),
			problems.String())
	}
	return out.String(), nil
}

func (r *rig) environ() []string {
	return append(append(os.Environ(), "HOME="+r.dir, "TZ=UTC", "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=Hand", "GIT_AUTHOR_EMAIL=hand@blog.example", "GIT_COMMITTER_NAME=Hand",
		"GIT_COMMITTER_EMAIL=hand@blog.example"), r.environment...)
}

func (r *rig) start() *process {
	p := &process{command: exec.Command(r.program, "serve"), ended: make(chan struct{})}
	p.command.Dir, p.command.Env = r.dir, r.environ()
	p.command.Stdout, p.command.Stderr = p, p
	if err := p.command.Start(); err != nil {
		r.t.Fatal(err)
	}
	go func() {
		p.err = p.command.Wait()
		close(p.ended)
	}()
	return p
}

// await waits until an address of the server answers 200 with a body that matches.
func (r *rig) await(p *process, path string, body *regexp.Regexp) {
	r.t.Helper()
	last := ""
	ok := p.until(func() bool {
		answer, err := r.client.Get("http://" + r.address + path)
		if err != nil {
			last = err.Error()
			return false
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		last = answer.Status + "\n" + string(text)
		return err == nil && answer.StatusCode == http.StatusOK && body.Match(text)
	})
	if !ok {
		p.kill()
		r.t.Fatalf("%s of the started server: %s\n%s", path, last, p.output())
	}
}

// fsck runs git fsck on the clone, which may be missing unless cloned is set, and on the remote.
func (r *rig) fsck(cloned bool) {
	r.t.Helper()
	var both sync.WaitGroup
	both.Go(func() {
		clone := filepath.Join("data", "repo.git")
		if _, err := os.Stat(filepath.Join(r.dir, clone, "HEAD")); err != nil && !cloned {
			return // killed before it was made
		}
		if complaint := r.complaint(clone); complaint != "" {
			r.t.Errorf("git fsck of the clone: %s", complaint)
		}
	})
	both.Go(func() {
		// The receive-pack of a killed server goes on by itself, and while it moves a push's
		// objects to their place, fsck sees some and not others. What is really missing stays so.
		complaint := ""
		settled := func() bool {
			if complaint = r.complaint("remote.git"); complaint != "" {
				r.fsckAgain++
			}
			return complaint == ""
		}
		if !await(settled) {
			r.t.Errorf("git fsck of the remote: %s", complaint)
		}
	})
	both.Wait()
}

func (r *rig) complaint(repository string) string {
	c := exec.Command("git", "fsck", "--full", "--strict", "--no-dangling")
	c.Dir, c.Env = filepath.Join(r.dir, repository), r.environ()
	out, err := c.CombinedOutput()
	if err == nil && !bytes.Contains(out, []byte("error")) && !bytes.Contains(out, []byte("missing")) {
		return ""
	}
	return fmt.Sprintf("%v\n%s", err, out)
}

// after is a pause that the clients of a test make.
func after(d time.Duration, ended <-chan struct{}) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ended:
		return false
	}
}
