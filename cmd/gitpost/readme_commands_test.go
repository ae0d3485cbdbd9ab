package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"gitpost/templates"
)

// readmeCommands are the lines of the README's shell blocks, in order and without comments.
func readmeCommands(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var commands []string
	for _, block := range strings.Split(string(text), "```sh\n")[1:] {
		block, _, _ = strings.Cut(block, "```")
		for line := range strings.Lines(block) {
			line, _, _ = strings.Cut(line, "   #")
			if line = strings.TrimSpace(line); line != "" {
				commands = append(commands, line)
			}
		}
	}
	return commands
}

// How the README is followed for each generator: the site, how its head gets the lines, and
// which of the two ways of init is gone.
var readers = []struct {
	generator, skeleton, config string
	asked                       bool // by init; else it is given flags
}{
	{"hugo", "hugo-covers", "hugo.yaml", true},
	{"jekyll", "jekyll-teasers", "_config.yml", false},
}

// TestReadmeIsFollowed does what the README says, command by command as they stand there, in a
// clean folder against a Git host that wants a token, until the posts are on the built site.
func TestReadmeIsFollowed(t *testing.T) {
	skeletons, err := filepath.Abs(filepath.Join("..", "..", "testdata", "skeletons"))
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, r := range readers {
		var s bytes.Buffer
		say := func(format string, args ...any) { fmt.Fprintf(&s, format+"\n", args...) }
		for _, program := range []string{r.generator, "curl", "git-http-backend"} {
			say("[missing:%s] skip '%[1]s is not installed: .ci/run installs it'", program)
		}
		say("config -o unused.yaml") // gives the scenario its address
		say("env GITPOST_PUSH_WAIT=%s", patience)
		say("mkdir public\nsite public")
		say("exec cp -r %s site", filepath.Join(skeletons, r.skeleton))
		say("exec sed -i s|https://blog.example|$SITE| site/%s", r.config)
		say("remote ./site\ngit-http start t0ken\nenv REPO=$GITHTTP/remote.git")
		did := map[string]bool{}
		for _, command := range readmeCommands(t) {
			follow(t, say, command, r.asked, did)
		}
		for _, step := range []string{"make", "init", "serve", "doctor", "curl", "token"} {
			if !did[step] {
				t.Errorf("the README has no command of the kind %s any more", step)
			}
		}
		say("cd ..\nbuild public")
		say("exec grep -rl Hello public\nstdout .")
		say("exec grep -rl 'alt=.A boat' public\nstdout .")
		say("exec grep -l 'rel=.micropub. href=.'$URL/micropub public/index.html\nstdout .")
		say("terminate")
		file := filepath.Join(t.TempDir(), "readme-for-"+r.generator+".txtar")
		if err := os.WriteFile(file, s.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	p := scriptParams()
	p.Files = files
	setUp := p.Setup
	p.Setup = func(env *testscript.Env) error {
		if err := os.WriteFile(filepath.Join(env.WorkDir, "boat.jpg"), templates.DemoPhoto, 0o600); err != nil {
			return err
		}
		return setUp(env)
	}
	testscript.Run(t, p)
}

// follow turns one command of the README into a step of the scenario.
func follow(t *testing.T, say func(string, ...any), command string, asked bool, did map[string]bool) {
	t.Helper()
	first, _, _ := strings.Cut(command, " ")
	inShell := func(command string) {
		command = strings.NewReplacer("https://git.example/me/blog.git", "$REPO", "https://pub.example.org", "$URL").Replace(command)
		say("exec sh -ec '%s'", strings.ReplaceAll(command, "'", "''"))
	}
	switch {
	case first == "make":
		did["make"] = true // TestReadmeNamesTargetsThatExist
	case command == "mkdir gitpost && cd gitpost":
		say("mkdir gitpost\ncd gitpost\ncp ../boat.jpg boat.jpg")
	case command == "gitpost init":
		if !asked {
			return // TestReadmeIsFollowed for the other generator, and init-asks-at-a-terminal.txtar
		}
		did["init"] = true
		say("answers input $REPO t0ken '' $URL y\nttyin -stdin input\nexec gitpost init")
		built(say)
	case strings.HasPrefix(command, "gitpost init --repo"):
		if asked {
			inShell(command)
			say("stdout 'is there already and stays as it is'\n! stdout differs")
			return
		}
		did["init"] = true
		say("exec sh -ec 'echo t0ken > token && chmod 600 token'")
		inShell(command)
		built(say)
	case command == "gitpost serve":
		did["serve"] = true
		say("serve")
	case first == "gitpost":
		if command == "gitpost doctor" {
			did["doctor"] = true
		}
		inShell(command)
		if strings.HasPrefix(command, "gitpost token create") {
			did["token"] = true
			say("remember TOKEN")
		}
	case first == "curl":
		did["curl"] = true
		inShell(command)
		say("stdout '^HTTP/1.1 201 '\nstdout '^Location: '")
	default:
		t.Errorf("the README has the command %q, which this test does not know how to follow", command)
	}
}

// built builds the site and makes the server listen at the scenario's address.
func built(say func(string, ...any)) {
	say("stdout 'Committed as'")
	say("exec sed -i s|127.0.0.1:8080|$LISTEN| gitpost.yaml")
	say("cd ..\nbuild public\ncd gitpost")
}

var inlineCode = regexp.MustCompile("`([^`\n]+)`")

// Each command that the README names in its text is one, with flags that there are.
func TestReadmeNamesCommandsThatExist(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	named := readmeCommands(t)
	for _, m := range inlineCode.FindAllStringSubmatch(string(text), -1) {
		named = append(named, m[1])
	}
	tried := 0
	for _, command := range named {
		words := strings.Fields(strings.NewReplacer(`"`, "", `'`, "").Replace(command))
		if len(words) < 2 || words[0] != "gitpost" {
			continue
		}
		tried++
		var problems bytes.Buffer
		if status := run(append(slices.Clone(words[1:]), "--help"), strings.NewReader(""), io.Discard, &problems); status != done {
			t.Errorf("the README names %q, which is no command: %s", command, problems.String())
		}
	}
	if tried < 10 {
		t.Errorf("only %d commands were found", tried)
	}
}

// make -n shows that the targets exist; .ci/run runs them.
func TestReadmeNamesTargetsThatExist(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	targets := readmeCommands(t)
	for _, m := range inlineCode.FindAllStringSubmatch(string(text), -1) {
		targets = append(targets, m[1])
	}
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip("make is not installed: apt-get install make")
	}
	for _, target := range targets {
		words := strings.Fields(target)
		if len(words) < 2 || words[0] != "make" {
			continue
		}
		c := exec.Command("make", append([]string{"-n"}, words[1:]...)...)
		c.Dir = "../.."
		if out, err := c.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", target, err, out)
		}
	}
}
