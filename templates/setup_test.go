package templates_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gitpost/frontmatter"
	"gitpost/templates"
)

func TestSetupNamesHaveFilesThatSayWhatTheyAre(t *testing.T) {
	for _, name := range templates.SetupNames() {
		text, err := templates.Setup(name)
		first := strings.TrimPrefix(text, "#!/bin/sh\n")
		if err != nil || !strings.HasPrefix(first, "# ") && !strings.HasPrefix(first, "<?xml ") ||
			!strings.HasSuffix(text, "\n") {
			t.Errorf("%s: %v\n%.200s", name, err, text)
		}
	}
	if _, err := templates.Setup("wibble"); err == nil || !strings.Contains(err.Error(), "compose, systemd") {
		t.Errorf("an unknown name: %v", err)
	}
}

// What builds the site is read by somebody's server: it has to be YAML, TOML, or shell.
func TestExamplesCanBeRead(t *testing.T) {
	for _, name := range templates.SetupNames() {
		text, err := templates.Setup(name)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case name == "compose" || strings.HasPrefix(name, "github-"):
			doc, err := frontmatter.Parse([]byte("---\n"+text+"---\n"), frontmatter.Dialect{})
			if err != nil || len(doc.Keys()) == 0 {
				t.Errorf("%s: %v", name, err)
			}
		case strings.HasPrefix(name, "netlify-"):
			doc, err := frontmatter.Parse([]byte("+++\n"+text+"+++\n"), frontmatter.Dialect{})
			if command, _ := doc.Get("build", "command"); err != nil || command == nil {
				t.Errorf("%s: %v", name, err)
			}
		case strings.HasPrefix(name, "post-receive-"):
			shell, err := exec.LookPath("sh")
			if err != nil {
				continue
			}
			c := exec.Command(shell, "-n")
			c.Stdin = strings.NewReader(text)
			if out, err := c.CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s", name, err, out)
			}
		}
	}
}

// systemd itself reads the units: an unknown or misspelt directive is told.
func TestUnitsAreSystemds(t *testing.T) {
	if os.Getenv("GITPOST_TEST_ALL") == "" {
		t.Skip("runs systemd-analyze (apt-get install systemd): set GITPOST_TEST_ALL=1")
	}
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Fatal("systemd-analyze is not installed: apt-get install systemd")
	}
	folder := t.TempDir()
	var files []string
	for name, file := range map[string]string{"systemd": "gitpost.service", "systemd-socket": "gitpost.socket"} {
		text, err := templates.Setup(name)
		if err != nil {
			t.Fatal(err)
		}
		// The program that a unit starts has to be there.
		text = strings.Replace(text, "/usr/local/bin/gitpost", "/bin/true", 1)
		path := filepath.Join(folder, file)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		files = append(files, path)
	}
	c := exec.Command(analyze, append([]string{"verify", "--man=no"}, files...)...)
	if out, err := c.CombinedOutput(); err != nil || strings.Contains(string(out), folder) {
		t.Errorf("%v\n%s", err, out)
	}
}
