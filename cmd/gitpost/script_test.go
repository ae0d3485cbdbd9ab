package main

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"gitpost/bridge/objects/objectstest"
	"gitpost/bridge/postgrestest"
)

// TestMain lets the scripts run this test binary as gitpost.
func TestMain(m *testing.M) {
	testscript.Main(allTests{m}, map[string]func(){"gitpost": mainForScripts})
}

// TestScript runs the scenarios of testdata/script, each named after the behaviour it shows.
//
// A scenario has, beside testscript's own commands:
//
//	remote SKELETON           make the bare repository remote.git with a site of testdata/skeletons
//	config KEY=VALUE...       write gitpost.yaml; me, repo, url, listen, data and poll have defaults
//	serve                     start gitpost serve and wait until it answers
//	reload [REGEXP...]        make it read its configuration again; what it says goes to stdout.
//	                          With ! it must refuse it, with a line for each REGEXP
//	terminate, crash          end it by SIGTERM, which must exit 0, or by SIGKILL
//	token [-name N] SCOPE...  make a token; it becomes $TOKEN
//	http STATUS METHOD PATH   send a request; see http in script_http_test.go
//	json PATH VALUE           compare a value of the last JSON answer
//	keep NAME WHAT            of the last answer: a member, or location.PARAMETER
//	hold, finish              send half a request; end the server, send the rest; see there
//	git-http, sshd            serve remote.git over the network; see script_remote_test.go
//	git-host ACT ...          have git-http act like other hosts; see script_githost_test.go
//	setup [-first]            make a set-up link, or take that of the first start: $CODE
//	waits FILE REGEXP         wait until the file has a text that matches
//	says REGEXP               wait until the server has said something that matches
//	proxy SOCKET              serve $URL by a proxy that passes requests to a Unix socket
//	build OUTPUT              build what the remote has with the site's real generator
//	exits STATUS PROGRAM...   run a program that must end with that exit status
//	site FOLDER               serve a built site at $SITE, which its next build then has as its address;
//	                          see script_site_test.go for headers and a wrong clock
//	receiver FILE             start a site at $TARGET that takes webmentions, which FILE gets
//	mastodon                  start a fake Mastodon at $MASTODON, with a token in mastodon_token
//	postgres start|stop       start PostgreSQL with an empty database at $DATABASE; stop it, start it again
//	store start|stop          start an S3-compatible store; see script_store_test.go; stop it, start it again
//	remember VARIABLE         keep what the last program printed in a variable
//	answers FILE LINE...      write the lines that a person types into a file, for ttyin
//
// The picture dot.png is in the folder of each scenario.
//
// [missing:PROGRAM] is true unless GITPOST_TEST_ALL=1 is set, and then a missing program is a
// failure; a part of Git is missing only where it is not installed. [mounts] is true where a file system can be mounted.
func TestScript(t *testing.T) {
	p := scriptParams()
	p.Dir = filepath.Join("..", "..", "testdata", "script")
	testscript.Run(t, p)
}

func scriptParams() testscript.Params {
	return testscript.Params{
		Setup:               setUpScene,
		Condition:           condition,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"remote":    onScene((*scene).remote),
			"config":    onScene((*scene).config),
			"serve":     onScene((*scene).serve),
			"terminate": onScene((*scene).terminate),
			"crash":     onScene((*scene).crash),
			"reload":    onScene((*scene).reload),
			"token":     onScene((*scene).token),
			"http":      onScene((*scene).http),
			"json":      onScene((*scene).json),
			"keep":      onScene((*scene).keep),
			"hold":      onScene((*scene).hold),
			"finish":    onScene((*scene).finish),
			"git-http":  onScene((*scene).gitHTTP),
			"git-host":  onScene((*scene).gitHostActs),
			"sshd":      onScene((*scene).sshd),
			"exits":     onScene((*scene).exits),
			"answers":   onScene((*scene).answers),
			"site":      onScene((*scene).site),
			"build":     onScene((*scene).build),
			"waits":     onScene((*scene).waits),
			"says":      onScene((*scene).says),
			"proxy":     onScene((*scene).proxy),
			"setup":     onScene((*scene).setup),
			"receiver":  onScene((*scene).receiver),
			"mastodon":  onScene((*scene).mastodon),
			"remember":  onScene((*scene).remember),
			"postgres":  onScene((*scene).postgres),
			"store":     onScene((*scene).store),
		},
	}
}

// scene is the state of one running scenario.
type scene struct {
	ts      *testscript.TestScript
	neg     bool
	server  *process
	gitHost *gitHost
	held    *heldRequest

	database *postgrestest.Server // PostgreSQL
	objects  *objectstest.Store   // of uploads

	answer []byte // the body of the last answer

	siteHost  func()   // ends what serves the site
	receivers []func() // end what takes webmentions
}

type sceneKey struct{}

// onScene turns a method of scene into a testscript command.
func onScene(f func(*scene, []string)) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		s := ts.Value(sceneKey{}).(*scene)
		s.ts, s.neg = ts, neg
		f(s, args)
	}
}

func setUpScene(env *testscript.Env) error {
	s := &scene{}
	env.Values[sceneKey{}] = s
	env.Defer(s.end)
	home := filepath.Join(env.WorkDir, "home")
	if err := os.MkdirAll(home, 0o700); err != nil {
		return err
	}
	if err := writeDot(filepath.Join(env.WorkDir, "dot.png")); err != nil {
		return err
	}
	env.Setenv("HOME", home)
	env.Setenv("TZ", "UTC")
	env.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	return os.WriteFile(filepath.Join(home, ".gitconfig"), []byte(`[user]
	name = Hand
	email = hand@blog.example
[init]
	defaultBranch = main
[protocol "file"]
	allow = always
[advice]
	detachedHead = false
`+sparingGit), 0o600)
}

// sparingGit has Git start no process to tidy up and wait for no disk: no scenario looks at either.
const sparingGit = `[maintenance]
	auto = false
[receive]
	autogc = false
[core]
	fsync = none
`

// writeDot makes a small picture.
func writeDot(name string) error {
	picture := image.NewGray(image.Rect(0, 0, 8, 8))
	picture.SetGray(3, 3, color.Gray{Y: 255})
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(png.Encode(f, picture), f.Close())
}

// condition is [mounts] or [missing:PROGRAM].
func condition(condition string) (bool, error) {
	if condition == "mounts" {
		return canMount(), nil
	}
	program, ok := strings.CutPrefix(condition, "missing:")
	if !ok {
		return false, fmt.Errorf("unknown condition %q", condition)
	}
	all := os.Getenv("GITPOST_TEST_ALL") != ""
	if !all && program != "git-http-backend" { // which comes with Git
		return true, nil
	}
	_, err := find(program)
	if strings.HasPrefix(program, "@") { // a package of npm
		_, err = os.Stat(filepath.Join(os.Getenv("GITPOST_NODE_MODULES"), program))
	}
	if err != nil && all {
		return false, fmt.Errorf("GITPOST_TEST_ALL is set, and %s is not installed", program)
	}
	return err != nil, nil
}

// canMount reports whether a file system can be mounted in a new namespace. Containers seldom
// have the privilege for it.
var canMount = sync.OnceValue(func() bool {
	unshare, err := exec.LookPath("unshare")
	return err == nil && exec.Command(unshare, "--map-root-user", "--mount", "mount", "-t", "tmpfs", "-o", "size=1m",
		"tmpfs", "/mnt").Run() == nil
})

// find looks for a program in PATH and in folders that PATH often lacks.
func find(program string) (string, error) {
	if program == "git-http-backend" {
		out, err := exec.Command("git", "--exec-path").Output()
		if err != nil {
			return "", err
		}
		return exec.LookPath(filepath.Join(strings.TrimSpace(string(out)), program))
	}
	if path, err := exec.LookPath(program); err == nil {
		return path, nil
	}
	if program == "initdb" {
		return exec.LookPath(filepath.Join(postgrestest.Programs(), program))
	}
	return exec.LookPath(filepath.Join("/usr/sbin", program))
}

// end stops everything that a scenario left running.
func (s *scene) end() {
	if s.server != nil {
		s.server.kill()
	}
	if s.gitHost != nil {
		s.gitHost.stop()
	}
	if s.siteHost != nil {
		s.siteHost()
	}
	for _, end := range s.receivers {
		end()
	}
}

// exits STATUS PROGRAM... runs a program that must end with that status.
func (s *scene) exits(args []string) {
	s.usage(args, 2, "exits STATUS PROGRAM...")
	status := 0
	if err := s.ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			s.ts.Fatalf("%v", err)
		}
		status = exit.ExitCode()
	}
	if fmt.Sprint(status) != args[0] {
		s.ts.Fatalf("%s ends with status %d, want %s", strings.Join(args[1:], " "), status, args[0])
	}
}

// remember VARIABLE keeps the output of the last program.
func (s *scene) remember(args []string) {
	s.usage(args, 1, "remember VARIABLE")
	s.ts.Setenv(args[0], strings.TrimSpace(s.ts.ReadFile("stdout")))
}

// answers FILE LINE... writes the lines that a person types.
func (s *scene) answers(args []string) {
	s.usage(args, 2, "answers FILE LINE...")
	s.check(os.WriteFile(s.ts.MkAbs(args[0]), []byte(strings.Join(args[1:], "\n")+"\n"), 0o600))
}

// usage fails the scenario unless its command was given at least n arguments.
func (s *scene) usage(args []string, n int, text string) {
	if len(args) < n {
		s.ts.Fatalf("usage: %s", text)
	}
}

// check fails the scenario on an error.
func (s *scene) check(err error) {
	if err != nil {
		s.ts.Fatalf("%v", err)
	}
}

// git runs git in a folder of the scenario.
func (s *scene) git(folder string, args ...string) string {
	c := exec.Command("git", args...)
	c.Dir = s.ts.MkAbs(folder)
	c.Env = s.environ()
	out, err := c.CombinedOutput()
	if err != nil {
		s.ts.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// environ is the environment of the programs that a scenario runs.
func (s *scene) environ() []string {
	env := os.Environ()
	for _, name := range []string{"HOME", "TZ", "GIT_CONFIG_NOSYSTEM"} {
		env = append(env, name+"="+s.ts.Getenv(name))
	}
	for _, name := range []string{"GITPOST_PUSH_WAIT", "GITPOST_HOOKS_SECRET", "GITPOST_INTROSPECTION_SECRET",
		"KEPT_FOR_HOOKS", "GITPOST_TEST_LOOPBACK"} {
		if value := s.ts.Getenv(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	return env
}
