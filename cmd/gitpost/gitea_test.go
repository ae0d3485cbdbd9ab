//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"gitpost/gitstore"
)

// gitea is a real Gitea, which a test started. Its owner is ada, and bob may read what she lets him.
type gitea struct {
	*rig
	binary, home string
	url          string
	sshPort      string
	as           *syscall.Credential // Gitea refuses to run as root
	process      *process
	token        map[string]string // of each user
}

// startGitea starts the Gitea of GITPOST_GITEA, the path of its binary, beside which are its folders
// templates, options and public.
func startGitea(t *testing.T) *gitea {
	binary := os.Getenv("GITPOST_GITEA")
	if binary == "" {
		t.Skip("make test-host GITEA=path runs this against the Gitea with that binary")
	}
	binary, err := filepath.Abs(binary)
	if err != nil {
		t.Fatal(err)
	}
	home, err := os.MkdirTemp("", "gitea") // a test's own folder is closed to other users
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(home) })
	g := &gitea{rig: newRig(t), binary: binary, home: home, token: map[string]string{}}
	name := "nobody"
	if os.Getuid() != 0 {
		me, err := user.Current()
		if err != nil {
			t.Fatal(err)
		}
		name = me.Username
	} else {
		nobody, err := user.Lookup(name)
		if err != nil {
			t.Fatal(err)
		}
		uid, _ := strconv.Atoi(nobody.Uid)
		gid, _ := strconv.Atoi(nobody.Gid)
		g.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	address, ssh := freeAddress(), freeAddress()
	g.url, g.sshPort = "http://"+address, strings.TrimPrefix(ssh, "127.0.0.1:")
	settings := fmt.Sprintf(`RUN_USER = %s
RUN_MODE = prod
[server]
PROTOCOL = http
HTTP_ADDR = 127.0.0.1
HTTP_PORT = %s
ROOT_URL = %s/
START_SSH_SERVER = true
BUILTIN_SSH_SERVER_USER = git
SSH_USER = git
SSH_DOMAIN = 127.0.0.1
SSH_LISTEN_HOST = 127.0.0.1
SSH_PORT = %[4]s
SSH_LISTEN_PORT = %[4]s
OFFLINE_MODE = true
STATIC_ROOT_PATH = %[5]s
APP_DATA_PATH = %[6]s/data
[database]
DB_TYPE = sqlite3
PATH = %[6]s/gitea.db
[repository]
ROOT = %[6]s/repositories
DEFAULT_BRANCH = main
[security]
INSTALL_LOCK = true
SECRET_KEY = of-a-test
[service]
DISABLE_REGISTRATION = true
[webhook]
ALLOWED_HOST_LIST = *
[actions]
ENABLED = false
[log]
LEVEL = Error
ROOT_PATH = %[6]s/log
`, name, strings.TrimPrefix(address, "127.0.0.1:"), g.url, g.sshPort, filepath.Dir(binary), home)
	if err := os.WriteFile(filepath.Join(home, "app.ini"), []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	if g.as != nil {
		g.own(home)
	}
	g.admin("migrate")
	for _, name := range []string{"ada", "bob"} {
		g.admin("admin", "user", "create", "--username", name, "--password", "sesame-4711", "--email", name+"@blog.example",
			"--admin="+strconv.FormatBool(name == "ada"), "--must-change-password=false")
		said := strings.Fields(g.admin("admin", "user", "generate-access-token", "--username", name, "--scopes", "all",
			"--raw"))
		g.token[name] = said[len(said)-1]
	}
	g.start()
	t.Cleanup(func() { g.process.kill() })
	return g
}

// own hands a file or folder to Gitea's user.
func (g *gitea) own(name string) {
	g.t.Helper()
	err := filepath.WalkDir(name, func(name string, _ os.DirEntry, err error) error {
		if err == nil {
			err = os.Chown(name, int(g.as.Uid), int(g.as.Gid))
		}
		return err
	})
	if err != nil {
		g.t.Fatal(err)
	}
}

func (g *gitea) command(args ...string) *exec.Cmd {
	c := exec.Command(g.binary, append(args, "--config", filepath.Join(g.home, "app.ini"), "--work-path", g.home)...)
	c.Dir = g.home
	c.Env = append(gitstore.Environ(), "HOME="+g.home, "USER=", "GIT_CONFIG_NOSYSTEM=1")
	c.SysProcAttr = &syscall.SysProcAttr{Credential: g.as}
	return c
}

// admin runs one of Gitea's commands.
func (g *gitea) admin(args ...string) string {
	g.t.Helper()
	c := g.command(args...)
	var problems bytes.Buffer
	c.Stderr = &problems
	out, err := c.Output()
	if err != nil {
		g.t.Fatalf("gitea %s: %v\n%s%s", strings.Join(args, " "), err, out, problems.String())
	}
	return string(out)
}

// start starts the server, also after a kill.
func (g *gitea) start() {
	g.t.Helper()
	p := &process{command: g.command("web"), ended: make(chan struct{})}
	p.command.Stdout, p.command.Stderr = p, p
	if err := p.command.Start(); err != nil {
		g.t.Fatal(err)
	}
	go func() {
		p.err = p.command.Wait()
		close(p.ended)
	}()
	g.process = p
	ready := func() bool {
		answer, err := g.client.Get(g.url + "/api/healthz")
		if err == nil {
			answer.Body.Close()
		}
		return err == nil && answer.StatusCode == http.StatusOK
	}
	if !p.until(ready) {
		g.t.Fatalf("Gitea does not answer:\n%s", p.output())
	}
}

// api calls Gitea's API as ada and returns the answer, which must have one of the statuses 2xx. A call that fails
// with 5xx is repeated: for a moment after the first push to a new repository the contents API does.
func (g *gitea) api(t *testing.T, method, path string, body any) map[string]any {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	status, said := 0, []byte(nil)
	await(func() bool {
		r, err := http.NewRequestWithContext(t.Context(), method, g.url+"/api/v1"+path, bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "token "+g.token["ada"])
		r.Header.Set("Content-Type", "application/json")
		answer, err := g.client.Do(r)
		if err != nil {
			return false
		}
		defer answer.Body.Close()
		status = answer.StatusCode
		said, _ = io.ReadAll(answer.Body)
		return status < 500
	})
	if status/100 != 2 {
		t.Fatalf("%s %s: %d %s", method, path, status, said)
	}
	var found map[string]any
	_ = json.Unmarshal(said, &found) // not every answer is an object
	return found
}

// hosted is a repository at Gitea, and a gitpost that serves its site.
type hosted struct {
	*rig
	g       *gitea
	name    string
	overSSH bool
	server  *process
	token   string // for apps
}

// host makes a repository with a site, and a gitpost for it that pushes over HTTP or SSH.
func (g *gitea) host(t *testing.T, name, transport string, lines ...string) *hosted {
	t.Helper()
	h := &hosted{g: g, name: name, overSSH: transport == "SSH",
		rig: &rig{t: t, dir: t.TempDir(), program: g.program, address: freeAddress(), client: g.client}}
	g.api(t, "POST", "/user/repos", map[string]any{"name": name, "default_branch": "main"})
	at := strings.Replace(g.url, "://", "://ada:"+g.token["ada"]+"@", 1) + "/ada/" + name + ".git"
	h.run("git", "clone", "--quiet", filepath.Join(g.dir, "remote.git"), "site")
	h.run("git", "-C", "site", "push", "--quiet", at, "main")
	if h.overSSH {
		lines = append(lines, h.useKey("deploy_key", false)...)
	} else {
		lines = append(lines, "repo: "+g.url+"/ada/"+name+".git", "repo_token: "+g.token["ada"], "repo_user: ada")
	}
	h.serve(lines...)
	return h
}

// useKey adds a deploy key, and returns the lines of gitpost.yaml by which it is used.
func (h *hosted) useKey(file string, readOnly bool) []string {
	h.t.Helper()
	public, err := gitstore.NewDeployKey(filepath.Join(h.dir, file), "gitpost")
	if err != nil {
		h.t.Fatal(err)
	}
	h.g.api(h.t, "POST", "/repos/ada/"+h.name+"/keys", map[string]any{"title": file, "key": public, "read_only": readOnly})
	repo := "ssh://git@127.0.0.1:" + h.g.sshPort + "/ada/" + h.name + ".git"
	known := filepath.Join(h.dir, "known_hosts")
	if err := os.WriteFile(known, nil, 0o600); err != nil {
		h.t.Fatal(err)
	}
	shown, err := gitstore.ReadHostKey(h.t.Context(), gitstore.Config{Remote: repo, KnownHostsFile: known})
	if err == nil {
		err = os.WriteFile(known, []byte(shown.Line+"\n"), 0o600)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return []string{"repo: " + repo, "ssh_key_file: " + file, "known_hosts_file: known_hosts"}
}

// serve starts gitpost, or starts it again with another configuration.
func (h *hosted) serve(lines ...string) {
	h.t.Helper()
	if h.server != nil {
		h.server.kill()
	}
	h.configure(append(lines, "push_wait: 20s")...)
	if h.token == "" {
		h.token = strings.TrimSpace(h.run(h.program, "token", "create", "--scope", "create update delete undelete media"))
	}
	h.server = h.start()
	h.t.Cleanup(h.server.kill)
	h.await(h.server, "/healthz", anything)
}

// post posts a note, which must be answered with 201, and returns its address and the answer.
func (h *hosted) post(text string) (location, answer string) {
	h.t.Helper()
	return h.send(http.StatusCreated, "h=entry&content="+strings.ReplaceAll(text, " ", "+"))
}

// waits reports whether an app was told that its post is not pushed yet.
func waits(answer string) bool { return strings.Contains(answer, `"pushed":false`) }

func (h *hosted) send(status int, form string) (location, answer string) {
	h.t.Helper()
	r, err := http.NewRequestWithContext(h.t.Context(), http.MethodPost, "http://"+h.address+"/micropub",
		strings.NewReader(form))
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "Bearer "+h.token)
	got, err := h.client.Do(r)
	if err != nil {
		h.t.Fatalf("%v\n%s", err, h.server.output())
	}
	defer got.Body.Close()
	body, _ := io.ReadAll(got.Body)
	if got.StatusCode != status {
		h.t.Fatalf("%s: %d %s", form, got.StatusCode, body)
	}
	return got.Header.Get("Location"), string(body)
}

// settled waits until /readyz says so.
func (h *hosted) settled() {
	h.t.Helper()
	h.hook()
	h.rig.await(h.server, "/readyz", regexp.MustCompile(`"unpushed": *0`))
}

// hook calls /hooks/push, as the host would.
func (h *hosted) hook() {
	h.t.Helper()
	answer, err := h.client.Post("http://"+h.address+"/hooks/push", "application/json", strings.NewReader("{}"))
	if err != nil {
		h.t.Fatal(err)
	}
	answer.Body.Close()
}

// bare is the repository on Gitea's disk.
func (h *hosted) bare() string { return filepath.Join(h.g.home, "repositories", "ada", h.name+".git") }

// git reads the repository on Gitea's disk.
func (h *hosted) git(args ...string) string {
	h.t.Helper()
	return h.run("git", append([]string{"-c", "safe.directory=*", "-C", h.bare()}, args...)...)
}

// wants checks that texts are on the host's branch, each in one file.
func (h *hosted) wants(texts ...string) {
	h.t.Helper()
	for _, text := range texts {
		if n := len(strings.Fields(h.git("grep", "-l", "-F", text, "main", "--", "content"))); n != 1 {
			h.t.Errorf("%d files at the host have %q, want 1", n, text)
		}
	}
	if said := h.git("fsck", "--full", "--strict", "--no-dangling"); strings.Contains(said, "error") ||
		strings.Contains(said, "missing") {
		h.t.Errorf("git fsck at the host: %s", said)
	}
}

// doctor returns what doctor says of this site, which fails.
func (h *hosted) doctor() string {
	c := exec.Command(h.program, "doctor")
	c.Dir, c.Env = h.dir, h.environ()
	out, _ := c.CombinedOutput() // the live site is nowhere, so that it always fails
	return string(out)
}

// refusal is a way in which the host refuses what gitpost pushes.
type refusal struct {
	name   string
	refuse func(h *hosted) (undo func())
	reason string // a regular expression of the reason in an app's answer
	remedy string // and of what doctor advises
	text   string // of the post that is refused; "": any
	gone   bool   // nothing can be pushed afterwards either
}

func giteaRefusals() []refusal {
	inspect := func(h *hosted) func() {
		folder := filepath.Join(h.bare(), "hooks", "pre-receive.d")
		script := "#!/bin/sh\nwhile read old new ref; do for c in $(git rev-list $old..$new); do\n" +
			"if git show $c | grep -q '^+.*AKIA'; then echo 'secret detected' >&2; exit 1; fi\n" +
			"if git ls-tree -r -l $c | awk '$4 > 60000 { f = 1 } END { exit !f }'; then echo 'file too large' >&2; exit 1; fi\n" +
			"done; done\n"
		write := exec.Command("sh", "-c", `cat >"$1" && chmod 755 "$1"`, "sh", filepath.Join(folder, "inspect"))
		write.Stdin = strings.NewReader(script)
		if out, err := write.CombinedOutput(); err != nil {
			h.t.Fatalf("%v: %s", err, out)
		}
		return func() { os.Remove(filepath.Join(folder, "inspect")) }
	}
	return []refusal{
		{name: "protected branch", reason: `(?i)protected branch`, remedy: `Settings → Branches.*whitelist deploy keys`,
			refuse: func(h *hosted) func() {
				h.g.api(h.t, "POST", "/repos/ada/"+h.name+"/branch_protections",
					map[string]any{"rule_name": "main", "branch_name": "main", "enable_push": false})
				return func() { h.g.api(h.t, "DELETE", "/repos/ada/"+h.name+"/branch_protections/main", nil) }
			}},
		{name: "archived", reason: `(?i)archived`, remedy: `unarchive it`, refuse: func(h *hosted) func() {
			h.g.api(h.t, "PATCH", "/repos/ada/"+h.name, map[string]any{"archived": true})
			return func() { h.g.api(h.t, "PATCH", "/repos/ada/"+h.name, map[string]any{"archived": false}) }
		}},
		{name: "secret in a commit", text: "The key is AKIA1234", reason: `secret detected`, remedy: `remove the secret`,
			refuse: inspect},
		{name: "file too large", text: strings.Repeat("Long. ", 12000), reason: `file too large`, remedy: `media\.max_size`,
			refuse: inspect},
		{name: "deleted repository", reason: `(?i)there is no such repository|accepts none of the SSH keys`,
			remedy: `check the address`, gone: true, refuse: func(h *hosted) func() {
				h.g.api(h.t, "DELETE", "/repos/ada/"+h.name, nil)
				return func() {}
			}},
	}
}

// TestHostGiteaRefusals posts while the host refuses: the post is safe, its app and doctor are told why and what to
// do, and it is pushed when the host accepts it again.
func TestHostGiteaRefusals(t *testing.T) {
	g := startGitea(t)
	for i, c := range giteaRefusals() {
		for _, transport := range []string{"HTTP", "SSH"} {
			t.Run(c.name+" over "+transport, func(t *testing.T) {
				h := g.host(t, fmt.Sprintf("blog%d-%s", i, strings.ToLower(transport)), transport)
				if _, answer := h.post("Before the storm"); waits(answer) {
					t.Fatalf("the first post: %s", answer)
				}
				undo := c.refuse(h)
				text := c.text
				if text == "" {
					text = "While it refuses"
				}
				location, answer := h.post(text)
				if !waits(answer) || !regexp.MustCompile(c.reason).MatchString(answer) {
					t.Errorf("the app is told %s, want %s", answer, c.reason)
				}
				advises := regexp.MustCompile(`(?m)^failed +waiting: 1 commit waits .*\n.*` + c.remedy)
				said := ""
				if !await(func() bool { said = h.doctor(); return advises.MatchString(said) }) {
					t.Errorf("doctor does not say %s:\n%s", c.remedy, said)
				}
				t.Logf("%s\n%s", answer, regexp.MustCompile(`(?m)^\S+ +(waiting|remote): .*\n.*`).FindAllString(said, -1))
				if c.gone {
					return
				}
				if c.text != "" { // only that one is refused
					if _, answer := h.post("An innocent one"); waits(answer) {
						t.Errorf("an innocent post waits: %s", answer)
					}
					h.wants("Before the storm", "An innocent one")
					h.send(http.StatusOK, "action=delete&url="+location)
				}
				undo()
				h.settled()
				if c.text == "" {
					h.wants("Before the storm", text)
				}
			})
		}
	}
}

// TestHostGiteaReaders: a token or a key that may only read can begin a push and is refused then.
func TestHostGiteaReaders(t *testing.T) {
	g := startGitea(t)
	for _, transport := range []string{"HTTP", "SSH"} {
		t.Run(transport, func(t *testing.T) {
			h := g.host(t, "readers-"+strings.ToLower(transport), transport)
			g.api(t, "PUT", "/repos/ada/"+h.name+"/collaborators/bob", map[string]any{"permission": "read"})
			lines := []string{"repo: " + g.url + "/ada/" + h.name + ".git", "repo_token: " + g.token["bob"], "repo_user: bob"}
			if h.overSSH {
				lines = h.useKey("reader", true)
			}
			h.serve(lines...)
			_, answer := h.post("From a reader")
			if !regexp.MustCompile(`(?i)not authorized to write|permission denied|does not allow|may write`).MatchString(answer) {
				t.Errorf("the app is told %s", answer)
			}
			if said := h.doctor(); !regexp.MustCompile(`(?m)^failed +waiting: .*\n.*may write to this repository`).MatchString(said) {
				t.Errorf("doctor says\n%s", said)
			}
		})
	}
}

// TestHostGiteaRename: a renamed repository is followed until another one gets its old name. From then on posts go
// where the configuration says.
func TestHostGiteaRename(t *testing.T) {
	g := startGitea(t)
	for _, transport := range []string{"HTTP", "SSH"} {
		t.Run(transport, func(t *testing.T) {
			old, moved := "old-"+strings.ToLower(transport), "new-"+strings.ToLower(transport)
			h := g.host(t, old, transport)
			h.post("Before the move")
			g.api(t, "PATCH", "/repos/ada/"+old, map[string]any{"name": moved})
			if _, answer := h.post("After the move"); waits(answer) {
				t.Errorf("not pushed: %s", answer)
			}
			h.name = moved
			h.wants("Before the move", "After the move")
			if said := h.doctor(); !h.overSSH && !strings.Contains(said, "the repository moved to "+g.url+"/ada/"+moved) {
				t.Errorf("doctor says\n%s", said) // over SSH the host does not say so
			}
			g.api(t, "POST", "/user/repos", map[string]any{"name": old, "default_branch": "main", "auto_init": true})
			_, answer := h.post("To the new one of the old name")
			if waits(answer) != h.overSSH { // the key was the renamed repository's
				t.Errorf("the app is told %s", answer)
			}
			if n := strings.Count(h.git("log", "--format=%s", "main"), "the new one of the old name"); n != 0 {
				t.Error("a post went into the renamed repository, which the configuration does not name any more")
			}
		})
	}
}

// TestHostGiteaMerges: branches are merged in every style while posts arrive.
func TestHostGiteaMerges(t *testing.T) {
	g := startGitea(t)
	h := g.host(t, "merges", "HTTP")
	var texts []string
	for _, style := range []string{"merge", "squash", "rebase", "rebase-merge"} {
		g.api(t, "POST", "/repos/ada/merges/contents/content/posts/"+style+".md", map[string]any{
			"content": "LS0tCnRpdGxlOiBNCi0tLQpCeSBoYW5kLgo=", "branch": "main", "new_branch": style, "message": "by hand"})
		pull := g.api(t, "POST", "/repos/ada/merges/pulls", map[string]any{"head": style, "base": "main", "title": style})
		var posting sync.WaitGroup
		for i := range 5 {
			text := fmt.Sprintf("During %s number %d", style, i)
			texts = append(texts, text)
			posting.Go(func() { h.post(text) })
		}
		merge := func() bool { // Gitea first has to find out whether it can be merged
			body := strings.NewReader(fmt.Sprintf(`{"Do": %q}`, style))
			r, err := http.NewRequestWithContext(t.Context(), "POST",
				fmt.Sprintf("%s/api/v1/repos/ada/merges/pulls/%v/merge", g.url, pull["number"]), body)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "token "+g.token["ada"])
			r.Header.Set("Content-Type", "application/json")
			answer, err := g.client.Do(r)
			if err != nil {
				return false
			}
			answer.Body.Close()
			return answer.StatusCode == http.StatusOK
		}
		if !await(merge) {
			t.Errorf("%s: it was never merged", style)
		}
		posting.Wait()
	}
	h.settled()
	h.wants(texts...)
	if n := strings.Count(h.git("grep", "-l", "By hand", "main"), "\n"); n != 4 {
		t.Errorf("%d of 4 merged files are there", n)
	}
}

// TestHostGiteaWebhooks: both content types of a signed webhook bring an edit here at once.
func TestHostGiteaWebhooks(t *testing.T) {
	g := startGitea(t)
	for _, kind := range []string{"json", "form"} {
		t.Run(kind, func(t *testing.T) {
			h := g.host(t, "hook-"+kind, "HTTP", "hooks: {secret: t1de}")
			g.api(t, "POST", "/repos/ada/"+h.name+"/hooks", map[string]any{"type": "gitea", "active": true,
				"events": []string{"push"},
				"config": map[string]string{"url": "http://" + h.address + "/hooks/push", "content_type": kind, "secret": "t1de"}})
			done := g.api(t, "POST", "/repos/ada/"+h.name+"/contents/content/posts/hand.md", map[string]any{
				"content": "LS0tCnRpdGxlOiBNCi0tLQpCeSBoYW5kLgo=", "branch": "main", "message": "by hand"})
			commit := done["commit"].(map[string]any)["sha"].(string)
			h.rig.await(h.server, "/readyz", regexp.MustCompile(commit))
		})
	}
}

// TestHostGiteaKill: the host is killed while posts arrive, and every one of them is on its branch once in the end.
func TestHostGiteaKill(t *testing.T) {
	g := startGitea(t)
	h := g.host(t, "killed", "HTTP")
	var texts []string
	for round := range 3 {
		var posting sync.WaitGroup
		for i := range 4 {
			text := fmt.Sprintf("Round %d number %d", round, i)
			texts = append(texts, text)
			posting.Go(func() { h.post(text) })
		}
		g.process.kill()
		posting.Wait()
		g.start()
		h.settled()
	}
	h.wants(texts...)
}
