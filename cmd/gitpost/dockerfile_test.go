//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// builtImage is what the last stage of the Dockerfile makes, as far as it matters here.
type builtImage struct {
	licences   string      // the command that writes those of the libraries
	copies     [][2]string // from, to
	owned      map[string]int
	user       int
	entrypoint []string
	health     []string
}

var (
	licenceRun = regexp.MustCompile(`(?m)^RUN (go run ./cmd/release -licences \S+)$`)
	copyLine   = regexp.MustCompile(`^COPY --from=build(?: --chown=(\d+):\d+)? (\S+) (\S+)$`)
	buildLine  = regexp.MustCompile(`(?m)^RUN CGO_ENABLED=0 (go build .*)$`)
	quotedWord = regexp.MustCompile(`"([^"]*)"`)
)

// readDockerfile understands the instructions that the file uses, and no others.
func readDockerfile(t *testing.T) (img builtImage, goBuild string) {
	t.Helper()
	text, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	first, last, ok := strings.Cut(string(text), "\nFROM scratch\n")
	m := buildLine.FindStringSubmatch(first)
	if !ok || m == nil {
		t.Fatal("the Dockerfile has no stage from scratch, or no go build in its first one")
	}
	if l := licenceRun.FindStringSubmatch(first); l != nil {
		img.licences = l[1]
	}
	img.owned = map[string]int{}
	words := func(s string) []string {
		var list []string
		for _, w := range quotedWord.FindAllStringSubmatch(s, -1) {
			list = append(list, w[1])
		}
		return list
	}
	for line := range strings.Lines(last) {
		line = strings.TrimSpace(line)
		name, rest, _ := strings.Cut(line, " ")
		switch name {
		case "COPY":
			c := copyLine.FindStringSubmatch(line)
			if c == nil {
				t.Fatalf("cannot follow %q", line)
			}
			img.copies = append(img.copies, [2]string{c[2], c[3]})
			if c[1] != "" {
				img.owned[c[3]], _ = strconv.Atoi(c[1])
			}
		case "USER":
			user, _, _ := strings.Cut(rest, ":")
			if img.user, err = strconv.Atoi(user); err != nil || img.user == 0 {
				t.Fatalf("the user is %q", rest)
			}
		case "ENTRYPOINT":
			img.entrypoint = words(rest)
		case "HEALTHCHECK":
			img.health = words(rest)
		case "CMD", "VOLUME", "EXPOSE", "":
		default:
			t.Fatalf("cannot follow %q", line)
		}
	}
	return img, m[1]
}

// TestDockerfilesImageServes takes the Dockerfile's steps without Docker: its go build, its COPY
// lines into an empty root, and its user, for whom nothing there but /data can be written. In
// that root the program serves a site behind HTTPS, knows time zones, and reports its health.
func TestDockerfilesImageServes(t *testing.T) {
	t.Parallel()
	onlyInAll(t, "builds the program anew", "")
	if os.Getuid() != 0 {
		t.Skip("only root may change the root folder: run the test as root")
	}
	backend, err := find("git-http-backend")
	if err != nil {
		t.Skip("git http-backend is not installed: apt-get install git")
	}
	img, goBuild := readDockerfile(t)
	top, root := t.TempDir(), ""
	for dir := top; dir != "/" && dir != "."; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil && dir != "/tmp" { // another user has to get there
			break
		}
		if filepath.Dir(dir) == os.TempDir() {
			break
		}
	}
	root = filepath.Join(top, "root")

	program := filepath.Join(top, "gitpost")
	// Without the flags that only make it smaller and the same everywhere: they would have all
	// packages compiled anew.
	goBuild = strings.NewReplacer("/out/gitpost", program, " -trimpath", "", ` -ldflags="-s -w -buildid="`,
		"").Replace(goBuild)
	build := exec.Command("sh", "-c", goBuild)
	build.Dir, build.Env = "../..", append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", goBuild, err, out)
	}
	licences := filepath.Join(top, "licences")
	list := exec.Command("sh", "-c", strings.Replace(img.licences, "/out/LICENSES-OF-LIBRARIES", licences, 1))
	list.Dir = "../.."
	if out, err := list.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", img.licences, err, out)
	}
	own := filepath.Join(top, "LICENSE")
	if text, err := os.ReadFile("../../LICENSE"); err != nil {
		t.Fatal(err)
	} else if err := os.WriteFile(own, text, 0o644); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(top, "empty")
	if err := os.Mkdir(empty, 0o700); err != nil {
		t.Fatal(err)
	}

	// A Git host behind HTTPS, whose certificate only the image's authorities can vouch for.
	remote := filepath.Join(top, "remote.git")
	makeRemote(t, remote)
	host := httptest.NewTLSServer(&cgi.Handler{Path: backend, Root: "/", Env: []string{
		"GIT_PROJECT_ROOT=" + top, "GIT_HTTP_EXPORT_ALL=1", "HOME=" + top, "GIT_CONFIG_COUNT=1",
		"GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*",
	}})
	defer host.Close()
	authorities := filepath.Join(top, "ca.crt")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: host.Certificate().Raw})
	if err := os.WriteFile(authorities, certificate, 0o644); err != nil {
		t.Fatal(err)
	}

	sources := map[string]string{
		"/etc/ssl/certs/ca-certificates.crt": authorities, "/out/data": empty, "/out/gitpost": program,
		"/src/LICENSE": own, "/out/LICENSES-OF-LIBRARIES": licences,
	}
	for _, c := range img.copies {
		from, ok := sources[c[0]]
		if !ok {
			t.Fatalf("the Dockerfile copies %s, which its first stage is not known to make", c[0])
		}
		to := filepath.Join(root, c[1])
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if from == empty {
			err = os.Mkdir(to, 0o700)
		} else {
			err = os.Link(from, to)
		}
		if err == nil && img.owned[c[1]] != 0 {
			err = os.Chown(to, img.owned[c[1]], img.owned[c[1]])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	listen := freeAddress()
	if err := os.Mkdir(filepath.Join(root, "config"), 0o755); err != nil {
		t.Fatal(err)
	}
	config := fmt.Sprintf("me: https://blog.example/\nrepo: %s/remote.git\nurl: http://%s\nlisten: %[2]s\ndata: /data\nsite: {timezone: Europe/Lisbon}\n", host.URL, listen)
	if err := os.WriteFile(filepath.Join(root, "config", "gitpost.yaml"), []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}

	inside := func(ctx context.Context, args []string) *exec.Cmd {
		c := exec.CommandContext(ctx, args[0], args[1:]...)
		c.Path = args[0] // as it is in the new root
		c.Err = nil
		c.Dir, c.Env = "/", []string{"PATH=/"}
		c.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: uint32(img.user),
			Gid: uint32(img.user)}}
		return c
	}
	run := func(args ...string) string {
		t.Helper()
		out, err := inside(t.Context(), args).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	if out := run(append(slices.Clone(img.entrypoint), "--version")...); !strings.HasPrefix(out, "gitpost ") {
		t.Errorf("the version is %q", out)
	}
	if out, err := inside(t.Context(), img.health).CombinedOutput(); err == nil {
		t.Errorf("it is healthy before it serves: %s", out)
	}
	server := inside(t.Context(), append(slices.Clone(img.entrypoint), "serve", "--config", "/config/gitpost.yaml"))
	var log bytes.Buffer
	server.Stdout, server.Stderr = &log, &log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Wait() }()
	healthy := await(func() bool {
		select {
		case err := <-ended:
			ended <- err
			return true
		default:
			return inside(t.Context(), img.health).Run() == nil
		}
	})
	if err := inside(t.Context(), img.health).Run(); !healthy || err != nil {
		server.Process.Kill()
		<-ended
		t.Fatalf("it is not healthy: %v\n%s", err, log.String())
	}
	answer, err := http.Get("http://" + listen + "/readyz")
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Errorf("/readyz: %v, %v", answer, err)
	} else {
		answer.Body.Close()
	}
	if err := server.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("it ends with %v\n%s", err, log.String())
		}
	case <-time.After(patience):
		server.Process.Kill()
		t.Errorf("it does not end:\n%s", log.String())
	}
}

// makeRemote makes a bare repository with a small Hugo site.
func makeRemote(t *testing.T, remote string) {
	t.Helper()
	work := t.TempDir()
	if err := os.CopyFS(work, os.DirFS(filepath.Join("..", "..", "testdata", "skeletons", "hugo"))); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"init", "--quiet", "--bare", "--initial-branch=main", remote},
		{"-C", work, "init", "--quiet", "--initial-branch=main"},
		{"-C", work, "add", "--all"},
		{"-C", work, "-c", "user.name=Hand", "-c", "user.email=hand@blog.example", "commit", "--quiet", "--message",
			"A bare site"},
		{"-C", work, "push", "--quiet", remote, "main"},
		{"-C", remote, "config", "http.receivepack", "true"},
	} {
		if out, err := exec.Command("git", args...).CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
}
