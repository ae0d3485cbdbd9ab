package config_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gitpost/bridge/config"
	"gitpost/gitstore"
)

// exampleFolder has the files that the example's keys name.
func exampleFolder(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	for _, name := range []string{"deploy_key", "known_hosts"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := gitstore.NewDeployKey(filepath.Join(folder, "signing_key"), ""); err != nil {
		t.Fatal(err)
	}
	for _, k := range config.Keys() {
		if k.Secret {
			if err := os.WriteFile(filepath.Join(folder, strings.ReplaceAll(k.Name, ".", "_")),
				[]byte(strings.Trim(k.Example, `"`)), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	return folder
}

func loadText(t *testing.T, folder, text string) (config.Config, error) {
	t.Helper()
	file := filepath.Join(folder, "gitpost.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return config.Load(file, nil)
}

// commentedKey is a line of the example that becomes a key when its # is taken away.
var commentedKey = regexp.MustCompile(`(?m)^#((?:  )*[a-z0-9_]+:.*)$`)

func TestExampleLoadsAsItIs(t *testing.T) {
	c, err := loadText(t, exampleFolder(t), config.Example(map[string]string{
		"me": "https://ada.example/", "url": "https://pub.ada.example", "repo": "git@git.example:me/blog.git",
		"ssh_key_file": "deploy_key", "author.name": "Ada: # \"B\"",
	}))
	if err != nil {
		t.Fatal(err)
	}
	if c.Me() != "https://ada.example/" || c.Sites[0].Repo != "git@git.example:me/blog.git" ||
		filepath.Base(c.Sites[0].SSHKeyFile) != "deploy_key" || c.Sites[0].AuthorName != `Ada: # "B"` {
		t.Errorf("%+v", c)
	}
}

func TestExampleHasEveryKey(t *testing.T) {
	text := config.Example(nil)
	for _, k := range config.Keys() {
		name := k.Name[strings.LastIndex(k.Name, ".")+1:]
		if k.Secret {
			name += "_file"
		}
		if !regexp.MustCompile(`(?m)^#? *` + name + `:`).MatchString(text) {
			t.Errorf("the example does not have %s:\n%s", k.Name, text)
		}
	}
	for line := range strings.Lines(text) {
		if len([]rune(line)) > 100 && strings.HasPrefix(line, "# ") {
			t.Errorf("a comment of %d letters: %s", len([]rune(line)), line)
		}
		if strings.HasPrefix(line, "# ") && strings.ContainsAny(line, "`[](") && strings.Contains(line, "](") {
			t.Errorf("Markdown in a comment: %s", line)
		}
	}
}

func TestExampleLoadsWithEveryKeyUncommented(t *testing.T) {
	text := commentedKey.ReplaceAllString(config.Example(nil), "$1")
	if _, err := loadText(t, exampleFolder(t), text); err != nil {
		t.Errorf("%v\nin\n%s", err, text)
	}
}
