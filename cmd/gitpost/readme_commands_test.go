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
func readmeCommands(t *testing.T) []string { return commandsOf(t, "../../README.md") }

func commandsOf(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
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
			say("[missing:%s] skip 'runs %[1]s, which .ci/run installs: set GITPOST_TEST_ALL=1'", program)
		}
		say("config -o unused.yaml") // gives the scenario its address
		say("env GITPOST_PUSH_WAIT=%s", patience)
		say("mkdir public\nsite public")
		say("exec cp -r %s site", filepath.Join(skeletons, r.skeleton))
		say("exec sed -i s|https://blog.example|$SITE| site/%s", r.config)
		say("remote ./site\ngit-http start t0ken\nenv REPO=$GITHTTP/remote.git\nbuild public") // it is live already
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

// What needs a machine of one's own, and is tried by hand.
var forTheMachine = []string{"install ", "useradd ", "systemctl ", "journalctl ", "tee ", "chmod ", "git "}

// follow turns one command of the README into a step of the scenario.
func follow(t *testing.T, say func(string, ...any), command string, asked bool, did map[string]bool) {
	t.Helper()
	command, _, _ = strings.Cut(command, " | ")
	command = strings.TrimPrefix(command, "sudo ")
	command = strings.TrimPrefix(command, "-u gitpost ")
	first, _, _ := strings.Cut(command, " ")
	inShell := func(command string) {
		command = strings.NewReplacer("https://pub.example.org", "$URL").Replace(command)
		say("exec sh -ec '%s'", strings.ReplaceAll(command, "'", "''"))
	}
	switch {
	case slices.ContainsFunc(forTheMachine, func(p string) bool { return strings.HasPrefix(command, p) }):
	case first == "make":
		did["make"] = true // TestReadmeNamesTargetsThatExist
	case command == "gitpost init --dir /etc/gitpost":
		did["init"] = true
		if asked {
			say("answers input $REPO t0ken '' $URL '' '' y\nttyin -stdin input\nexec gitpost init --dir gitpost")
		} else {
			say("exec sh -ec 'echo t0ken > token && chmod 600 token'")
			say("exec gitpost init --dir gitpost --repo $REPO --token-file token --url $URL --commit-head --yes")
		}
		say("stdout 'Committed as'")
		say("build public\ncp boat.jpg gitpost/boat.jpg\ncd gitpost")
	case strings.HasPrefix(command, "gitpost init --print systemd"):
		did["serve"] = true
		inShell(command)
		say("stdout ReadWritePaths")
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

var inlineCode = regexp.MustCompile("`([^`\n]+)`")

// namedCommands are the commands of the README's and the manual's blocks and sentences.
func namedCommands(t *testing.T) []string {
	t.Helper()
	var named []string
	for _, file := range documents(t) {
		named = append(named, commandsOf(t, file)...)
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range inlineCode.FindAllStringSubmatch(string(text), -1) {
			named = append(named, m[1])
		}
	}
	return named
}

// Each command that the README and the manual name is one, with flags that there are.
func TestDocumentsNameCommandsThatExist(t *testing.T) {
	tried := 0
	for _, command := range namedCommands(t) {
		command, _, _ = strings.Cut(command, " | ")
		words := strings.Fields(strings.NewReplacer(`"`, "", `'`, "", "sudo -u gitpost ", "", "sudo ", "").Replace(command))
		if len(words) < 2 || words[0] != "gitpost" || words[1] == "help" && words[2] == "TOPIC" {
			continue
		}
		tried++
		var problems bytes.Buffer
		if status := run(append(slices.Clone(words[1:]), "--help"), strings.NewReader(""), io.Discard, &problems); status != done {
			t.Errorf("%q is no command: %s", command, problems.String())
		}
	}
	if tried < 30 {
		t.Errorf("only %d commands were found", tried)
	}
}

// make -n shows that the targets exist; .ci/run runs them.
func TestDocumentsNameTargetsThatExist(t *testing.T) {
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip("make is not installed: apt-get install make")
	}
	tried := map[string]bool{}
	for _, target := range namedCommands(t) {
		words := strings.Fields(target)
		if len(words) < 2 || words[0] != "make" || tried[target] {
			continue
		}
		tried[target] = true
		c := exec.Command("make", append([]string{"-n"}, words[1:]...)...)
		c.Dir = "../.."
		if out, err := c.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", target, err, out)
		}
	}
}
