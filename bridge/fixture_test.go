package bridge_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"gitpost/bridge"
	"gitpost/bridge/config"
	"gitpost/bridge/mf2"
	"gitpost/bridge/owner"
	"gitpost/bridge/site/generator"
	"gitpost/bridge/state"
)

func TestMain(m *testing.M) {
	owner.HashCheaply()
	// Git starts no process to tidy up and waits for no disk: no test looks at either.
	for i, setting := range []string{"maintenance.auto=false", "receive.autogc=false", "core.fsync=none"} {
		name, value, _ := strings.Cut(setting, "=")
		os.Setenv(fmt.Sprint("GIT_CONFIG_KEY_", i), name)
		os.Setenv(fmt.Sprint("GIT_CONFIG_VALUE_", i), value)
		os.Setenv("GIT_CONFIG_COUNT", strconv.Itoa(i+1))
	}
	os.Exit(m.Run())
}

// fixture is a real server over a real remote made of a skeleton site.
type fixture struct {
	t      *testing.T
	remote string // bare repository
	config config.Config
	base   string // URL of the server
	token  string
	stop   func() error
	listen string // where it listens; "" for a free port

	opened func(*bridge.Server) // called before it serves; may be nil

	asked *asked
}

// settings are the keys of a server with one site and more, for a test to adjust.
type settings struct {
	*config.Server
	*config.Site
	more []config.Site
}

const localhost = "http://localhost"

// skeletons are the sites that most tests run on.
var skeletons = []string{"hugo", "jekyll"}

// allSkeletons are those and one of each other kind, for the tests that ask what every site must do.
var allSkeletons = append(slices.Clone(skeletons), "eleventy", "astro")

// describe sets what a skeleton needs beside its files: the description of a site whose generator says nothing.
func (s *settings) describe(t *testing.T, skeleton string) {
	if skeleton != "astro" {
		return
	}
	s.Options = exampleOf(t, "Astro").Options
	s.Options.Description.FrontMatter.Unlisted = generator.Marker{Key: "hidden", Value: true}
	s.Options.Description.Strict = true // its schema refuses other keys, and has no map for them
}

// serve starts a server on a fresh copy of testdata/skeletons/NAME. adjust may be nil.
func serve(t *testing.T, skeleton string, adjust func(*settings)) *fixture {
	t.Helper()
	remote := filepath.Join(t.TempDir(), "remote.git")
	copySkeleton(t, skeleton, remote)
	return serveRemote(t, remote, adjust)
}

// serveFiles starts a server on a new repository with the files as its one commit.
func serveFiles(t *testing.T, files fs.FS, adjust func(*settings)) *fixture {
	t.Helper()
	remote := filepath.Join(t.TempDir(), "remote.git")
	makeRemote(t, files, remote)
	return serveRemote(t, remote, adjust)
}

func serveRemote(t *testing.T, remote string, adjust func(*settings)) *fixture {
	t.Helper()
	f := &fixture{t: t, remote: remote, asked: &asked{}}
	data := filepath.Join(filepath.Dir(remote), "data")
	f.config = config.Config{
		Server: config.Server{
			URL: "http://unset.invalid", Data: data,
			MediaMaxSize: 10 << 20, MediaMaxWidth: 2048, MediaUnused: time.Hour, RateBadTokens: 120,
		},
		Sites: []config.Site{{
			Dir: data, Me: "https://example.org/", Repo: f.remote,
			AuthorName: "Ada", AuthorEmail: "ada@example.org", PushWait: time.Minute,
		}},
	}
	if adjust != nil {
		s := &settings{Server: &f.config.Server, Site: &f.config.Sites[0]}
		adjust(s)
		f.config.Sites = append(f.config.Sites, s.more...)
	}
	for i := range f.config.Sites { // the skeletons name another base URL
		if site := &f.config.Sites[i]; site.Options.URL == "" {
			site.Options.URL = site.Me
		}
	}
	writeEmptyState(t, f.config.StateFile())
	f.start()
	f.token = f.newToken("create update delete undelete media")
	return f
}

// emptyState is a new state database. Making one takes longer than copying it.
var emptyState struct {
	once sync.Once
	file []byte
}

// writeEmptyState writes a new state database, unless there is one.
func writeEmptyState(t *testing.T, path string) {
	t.Helper()
	emptyState.once.Do(func() {
		made := filepath.Join(t.TempDir(), "state.db")
		db, err := state.Open(t.Context(), made)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if emptyState.file, err = os.ReadFile(made); err != nil {
			t.Fatal(err)
		}
	})
	if _, err := os.Stat(path); err == nil {
		return
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, emptyState.file, 0o600); err != nil {
		t.Fatal(err)
	}
}

// makeRemote makes a bare repository with the files as its one commit.
func makeRemote(t *testing.T, files fs.FS, remote string) {
	t.Helper()
	work := filepath.Join(t.TempDir(), "work")
	if err := os.CopyFS(work, files); err != nil {
		t.Fatal(err)
	}
	git(t, "", "init", "-q", "--bare", "-b", "main", "--template=", remote) // without the sample hooks
	if err := os.Mkdir(filepath.Join(remote, "hooks"), 0o755); err != nil {
		t.Fatal(err)
	}
	git(t, work, "--git-dir", remote, "--work-tree", work, "add", "-A")
	git(t, work, "--git-dir", remote, "--work-tree", work, "commit", "-q", "-m", "The site as it was")
}

// skeletonRemotes holds the bare repository of each skeleton that a test has used, so that
// Git makes each of them once per process.
var skeletonRemotes = struct {
	mu     sync.Mutex
	byName map[string]fs.FS // guarded by mu
}{byName: map[string]fs.FS{}}

// copySkeleton copies the bare repository of testdata/skeletons/NAME to remote.
func copySkeleton(t *testing.T, name, remote string) {
	t.Helper()
	skeletonRemotes.mu.Lock()
	defer skeletonRemotes.mu.Unlock()
	repository, ok := skeletonRemotes.byName[name]
	if !ok {
		first := filepath.Join(t.TempDir(), "skeleton.git")
		makeRemote(t, os.DirFS(filepath.Join("..", "testdata", "skeletons", name)), first)
		git(t, first, "repack", "-a", "-d", "-q") // fewer files to copy
		repository = readTree(t, first)
		skeletonRemotes.byName[name] = repository
	}
	if err := os.CopyFS(remote, repository); err != nil {
		t.Fatal(err)
	}
}

// readTree reads a folder with everything in it into memory.
func readTree(t *testing.T, folder string) fs.FS {
	t.Helper()
	tree := fstest.MapFS{}
	err := fs.WalkDir(os.DirFS(folder), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || name == "." {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		file := &fstest.MapFile{Mode: info.Mode()}
		if !d.IsDir() {
			file.Data, err = os.ReadFile(filepath.Join(folder, name))
		}
		tree[name] = file
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// start runs the server until the test ends or stop is called.
func (f *fixture) start() {
	f.t.Helper()
	l, err := net.Listen("tcp", cmp.Or(f.listen, "127.0.0.1:0"))
	if err != nil {
		f.t.Fatal(err)
	}
	f.base = "http://" + l.Addr().String()
	switch {
	case f.config.URL == localhost || strings.HasPrefix(f.config.URL, localhost+":"): // by its name: browsers allow passkeys there
		f.config.URL = localhost + ":" + strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
	case !strings.HasPrefix(f.config.URL, "https:"): // else behind a proxy that does TLS
		f.config.URL = f.base
	}
	log := slog.New(slog.NewTextHandler(testLog{f.t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	s, err := bridge.Open(f.t.Context(), f.config, log, nil)
	if err != nil {
		l.Close()
		f.t.Fatal(err)
	}
	if f.opened != nil {
		f.opened(s)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, l) }()
	var stopped bool
	f.stop = func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		return <-done
	}
	f.t.Cleanup(func() {
		if err := f.stop(); err != nil {
			f.t.Errorf("the server did not end in order: %v", err)
		}
	})
}

func (f *fixture) newToken(scope string) string {
	f.t.Helper()
	db, err := state.Open(f.t.Context(), f.config.StateFile())
	if err != nil {
		f.t.Fatal(err)
	}
	defer db.Close()
	secret, err := db.CreateToken(f.t.Context(), state.Token{Name: "test", Scope: strings.Fields(scope)})
	if err != nil {
		f.t.Fatal(err)
	}
	return secret
}

// answer is a response that was read to its end.
type answer struct {
	Status int
	Header http.Header
	Body   string
}

func (a answer) json(t *testing.T) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(a.Body), &v); err != nil {
		t.Fatalf("the answer is no JSON object: %v\n%s", err, a.Body)
	}
	return v
}

// send sends a request with the fixture's token unless headers say otherwise ("-" removes one).
func (f *fixture) send(method, path, contentType, body string, headers ...string) answer {
	f.t.Helper()
	if !strings.HasPrefix(path, "http") {
		path = f.base + path
	}
	r, err := http.NewRequestWithContext(f.t.Context(), method, path, strings.NewReader(body))
	if err != nil {
		f.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+f.token)
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i+1] == "-" {
			r.Header.Del(headers[i])
		} else {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		f.t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, string(data)}
}

func (f *fixture) form(values url.Values, headers ...string) answer {
	f.t.Helper()
	return f.send("POST", "/micropub", "application/x-www-form-urlencoded", values.Encode(), headers...)
}

func (f *fixture) json(body string, headers ...string) answer {
	f.t.Helper()
	return f.send("POST", "/micropub", "application/json", body, headers...)
}

// create posts JSON and gives the Location.
func (f *fixture) create(body string) string {
	f.t.Helper()
	a := f.json(body)
	if a.Status != http.StatusCreated || a.Header.Get("Location") == "" {
		f.t.Fatalf("create: %d %s\n%s", a.Status, a.Body, body)
	}
	return a.Header.Get("Location")
}

// source is q=source for an URL.
func (f *fixture) source(u string) mf2.Item {
	f.t.Helper()
	a := f.send("GET", "/micropub?q=source&url="+url.QueryEscape(u), "", "")
	if a.Status != http.StatusOK {
		f.t.Fatalf("q=source of %s: %d %s", u, a.Status, a.Body)
	}
	var item mf2.Item
	if err := json.Unmarshal([]byte(a.Body), &item); err != nil {
		f.t.Fatal(err)
	}
	return item
}

// awaitPush waits until everything that was answered is on the remote.
func (f *fixture) awaitPush() {
	f.t.Helper()
	until(f.t, "all is pushed", func() bool {
		return strings.Contains(f.send("GET", "/readyz", "", "").Body, `"unpushed":0`)
	})
}

// remoteFile is a file as the remote's branch has it.
func (f *fixture) remoteFile(path string) string {
	f.t.Helper()
	return f.askRemote("show", "main:"+path)
}

// asked holds what Git said of a remote's branch at one of its commits.
type asked struct {
	mu      sync.Mutex
	tip     string            // guarded by mu
	answers map[string]string // guarded by mu
}

// askRemote runs a Git command that reads the remote's branch. Tests ask again and again while they wait, so
// Git is started only when the branch has moved.
func (f *fixture) askRemote(args ...string) string {
	f.t.Helper()
	f.asked.mu.Lock()
	defer f.asked.mu.Unlock()
	tip, err := os.ReadFile(filepath.Join(f.remote, "refs", "heads", "main"))
	if err != nil || string(tip) != f.asked.tip {
		f.asked.tip, f.asked.answers = string(tip), map[string]string{}
	}
	key := strings.Join(args, "\x00")
	answer, ok := f.asked.answers[key]
	if !ok {
		answer = git(f.t, f.remote, args...)
		f.asked.answers[key] = answer
	}
	return answer
}

// commits counts the commits of the remote's branch.
func (f *fixture) commits() string {
	f.t.Helper()
	return strings.TrimSpace(f.askRemote("rev-list", "--count", "main"))
}

// lastChange lists the files of the newest commit, with what happened to each.
func (f *fixture) lastChange() string {
	f.t.Helper()
	return strings.TrimSpace(f.askRemote("show", "--format=", "--name-status", "--no-renames", "main"))
}

// edit clones the remote, lets change work on the files, and pushes.
func (f *fixture) edit(message string, change func(dir string)) {
	f.t.Helper()
	dir := filepath.Join(f.t.TempDir(), "clone")
	git(f.t, "", "clone", "-q", f.remote, dir)
	change(dir)
	git(f.t, dir, "add", "-A")
	git(f.t, dir, "commit", "-q", "-m", message)
	git(f.t, dir, "push", "-q", "origin", "HEAD:main")
}

// git runs the git command line, away from the developer's own configuration.
func git(t testing.TB, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=Hand", "GIT_AUTHOR_EMAIL=hand@example.org", "GIT_COMMITTER_NAME=Hand", "GIT_COMMITTER_EMAIL=hand@example.org")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return string(out)
}

// testLog shows the server's warnings beside the test that caused them.
type testLog struct{ t *testing.T }

func (l testLog) Write(p []byte) (int, error) {
	l.t.Log(strings.TrimSuffix(string(p), "\n"))
	return len(p), nil
}

// gitGrep is what of the branch's files and messages holds text; "" when nothing does.
func gitGrep(t *testing.T, repo, text string) string {
	t.Helper()
	cmd := exec.Command("git", "log", "-p", "--all", "--fixed-strings", "-S"+text, "--oneline")
	cmd.Dir = repo
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
