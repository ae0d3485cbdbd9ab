package gitstore

import (
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// patience is how long a test waits for what must happen at some time, on a machine that is busy.
const patience = 3 * time.Minute

// need is the path of a tool. Those beside Git are for runs of all tests: others skip the test.
func need(t testing.TB, tool, install string) string {
	t.Helper()
	if install != "git" && os.Getenv("GITPOST_TEST_ALL") == "" {
		t.Skipf("runs %s (apt install %s): set GITPOST_TEST_ALL=1", tool, install)
	}
	path, err := exec.LookPath(tool)
	if err != nil {
		for _, dir := range []string{"/usr/sbin", "/usr/lib/git-core", "/usr/local/sbin"} {
			if _, err := os.Stat(filepath.Join(dir, tool)); err == nil {
				return filepath.Join(dir, tool)
			}
		}
		t.Fatalf("%s is missing: apt install %s", tool, install)
	}
	return path
}

// gitEnv keeps the machine's own Git configuration out of the tests.
func gitEnv() []string {
	return append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=Hand", "GIT_AUTHOR_EMAIL=hand@example.org", "GIT_COMMITTER_NAME=Hand",
		"GIT_COMMITTER_EMAIL=hand@example.org", "GIT_ALLOW_PROTOCOL=file:http:ssh")
}

// gitIsSpared are settings with which Git starts no process to tidy up and waits for no disk: no
// test looks at either.
var gitIsSpared = []string{
	"GIT_CONFIG_COUNT=3",
	"GIT_CONFIG_KEY_0=maintenance.auto", "GIT_CONFIG_VALUE_0=false",
	"GIT_CONFIG_KEY_1=receive.autogc", "GIT_CONFIG_VALUE_1=false",
	"GIT_CONFIG_KEY_2=core.fsync", "GIT_CONFIG_VALUE_2=none",
}

// spareGit sets that for all programs that this process starts.
func spareGit() {
	for _, setting := range gitIsSpared {
		name, value, _ := strings.Cut(setting, "=")
		os.Setenv(name, value)
	}
}

// runGit runs a git command in a folder and returns what it prints.
func runGit(t testing.TB, dir string, args ...string) string {
	t.Helper()
	out, err := tryGit(t, dir, args...)
	if err != nil {
		t.Fatalf("git %s in %s: %v\n%s", strings.Join(args, " "), dir, err, out)
	}
	return out
}

func tryGit(t testing.TB, dir string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.Command(need(t, "git", "git"), args...)
	cmd.Dir = dir
	cmd.Env = gitEnv()
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	err := cmd.Run()
	if err != nil {
		return out.String() + stderr.String(), err
	}
	return strings.TrimRight(out.String(), "\n"), nil
}

// fsck is Git's own judgement of a repository.
func fsck(t testing.TB, dir string) {
	t.Helper()
	if said := complaint(t, dir); said != "" {
		t.Errorf("git fsck in %s: %s", dir, said)
	}
}

// complaint is what fsck has against a repository; "" when it has nothing.
func complaint(t testing.TB, dir string) string {
	t.Helper()
	cmd := exec.Command(need(t, "git", "git"), "fsck", "--full", "--strict", "--no-dangling")
	cmd.Dir, cmd.Env = dir, gitEnv()
	out, err := cmd.CombinedOutput()
	if err != nil || bytes.Contains(out, []byte("error")) || bytes.Contains(out, []byte("missing")) {
		return fmt.Sprintf("%v\n%s", err, out)
	}
	return ""
}

// emptyRemote makes an empty bare repository.
func emptyRemote(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "remote.git")
	runGit(t, ".", "init", "-q", "--bare", "-b", "main", dir)
	return dir
}

// remoteWith makes a bare repository with one commit of the files.
func remoteWith(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := emptyRemote(t)
	h := checkout(t, dir)
	h.commit(files, "start")
	h.push()
	return dir
}

// hand is a person with a work tree.
type hand struct {
	t   testing.TB
	dir string
}

func checkout(t testing.TB, remote string) *hand {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "work")
	runGit(t, ".", "clone", "-q", remote, dir)
	if _, err := tryGit(t, dir, "rev-parse", "HEAD"); err != nil {
		runGit(t, dir, "symbolic-ref", "HEAD", "refs/heads/main")
	}
	return &hand{t, dir}
}

// write changes files; an empty text removes one.
func (h *hand) write(files map[string]string) {
	h.t.Helper()
	for name, text := range files {
		path := filepath.Join(h.dir, filepath.FromSlash(name))
		if text == "" {
			if err := os.Remove(path); err != nil {
				h.t.Fatal(err)
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			h.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			h.t.Fatal(err)
		}
	}
}

func (h *hand) commit(files map[string]string, message string) {
	h.t.Helper()
	h.write(files)
	runGit(h.t, h.dir, "add", "-A")
	runGit(h.t, h.dir, "commit", "-q", "--allow-empty", "-m", message)
}

func (h *hand) push() {
	h.t.Helper()
	runGit(h.t, h.dir, "push", "-q", "origin", "HEAD:refs/heads/main")
}
func (h *hand) pull() {
	h.t.Helper()
	runGit(h.t, h.dir, "pull", "-q", "--rebase", "origin", "main")
}
func (h *hand) git(args ...string) string { h.t.Helper(); return runGit(h.t, h.dir, args...) }

// edit commits and pushes.
func (h *hand) edit(files map[string]string, message string) {
	h.t.Helper()
	h.commit(files, message)
	h.push()
}

// open opens a store that is closed with the test.
func open(t testing.TB, c Config) *Store {
	t.Helper()
	s, err := Open(t.Context(), defaults(t, c))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, s) })
	return s
}

func defaults(t testing.TB, c Config) Config {
	if c.Dir == "" {
		c.Dir = filepath.Join(t.TempDir(), "clone")
	}
	if c.AuthorName == "" {
		c.AuthorName, c.AuthorEmail = "Phone", "phone@example.org"
	}
	if c.Log == nil {
		c.Log = slog.New(slog.NewTextHandler(testLog{t}, nil))
	}
	return c
}

type testLog struct{ t testing.TB }

func (l testLog) Write(p []byte) (int, error) {
	defer func() { _ = recover() }() // the test is over
	l.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

func shut(t testing.TB, s *Store) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := s.Close(ctx); err != nil {
		t.Errorf("close: %v", err)
	}
}

// put commits files; an empty text removes one.
func put(t testing.TB, s *Store, message string, files map[string]string) *Commit {
	t.Helper()
	c, err := s.Update(t.Context(), edits(message, files))
	if err != nil {
		t.Fatalf("update: %v", err)
	}
	return c
}

func edits(message string, files map[string]string) Edit {
	return func(*Snapshot) (Change, error) {
		c := Change{Message: message}
		for name, text := range files {
			c.Files = append(c.Files, File{Path: name, Data: []byte(text), Delete: text == ""})
		}
		return c, nil
	}
}

// pushed waits until a commit is on the remote.
func pushed(t testing.TB, s *Store, c *Commit) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if p := s.WaitPushed(ctx, c); !p.Pushed {
		t.Fatalf("not pushed: %s", p.Reason)
	}
}

func synced(t testing.TB, s *Store) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := s.Sync(ctx); err != nil {
		t.Fatalf("sync: %v", err)
	}
}

// wantFiles compares a snapshot with all the files it should have.
func wantFiles(t testing.TB, s *Snapshot, want map[string]string) {
	t.Helper()
	got := make(map[string]string)
	err := s.Walk(func(path string, blob Hash) error {
		data, err := s.Blob(blob)
		got[path] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for path, text := range want {
		if got[path] != text {
			t.Errorf("%s is %q, want %q", path, got[path], text)
		}
	}
	for path, text := range got {
		if _, ok := want[path]; !ok {
			t.Errorf("there is a file %s with %q", path, text)
		}
	}
}

// show is a file at the tip of a branch of a repository.
func show(t testing.TB, dir, path string) string {
	t.Helper()
	return runGit(t, dir, "show", fmt.Sprintf("main:%s", path))
}

// blobName is the name of the blob with a text.
func blobName(text string) string {
	sum := sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s", len(text), text))
	return hex.EncodeToString(sum[:])
}
