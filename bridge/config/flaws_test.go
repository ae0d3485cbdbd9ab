package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gitpost/bridge/config"
)

// Flaws of files, and of values that a table of texts cannot show well.
func TestConfigReportsFlawsOfFilesAndOddValues(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{"empty": " \n", "lines": "a\nb\n", "big": strings.Repeat("x", 1<<20+1),
		"file": "x"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(folder, "unreadable"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOME", "")
	for text, want := range map[string]string{
		"repo_token_file: empty":                 "is an empty file; write the secret into it",
		"repo_token_file: lines":                 "is a file of several lines; write the secret alone into it",
		"ssh_key_file: big":                      "is larger than 1 MB; give the path of the right file",
		"ssh_key_file: unreadable":               "is not a file; give the path of a file",
		"data: file":                             "is a file; give the path of a folder",
		"data: ''":                               "is empty; write a path",
		"data: ~/gitpost":                        "starts at a home folder, but the user has none; write the whole path",
		"repo: ''":                               "is empty; write the path or the address",
		"repo: 'https://a b.example/x'":          "is not a URL; write it as https://host/path.git",
		"repo: https:///x":                       "has no host; write it as https://host/path.git",
		"repo: ftp://a.example/x":                "starts with ftp://, which gitpost does not speak; use an https://",
		"me: https://ada@a.example/":             "has a user name or password in it; leave out what stands before the @",
		"me: example.org":                        "does not start with http:// or https://; write an address",
		"url: 'https://pub.example/?a=b'":        "has a query or a fragment; leave out everything from the ? or # on",
		"repo: git://a.example/x":                "cannot be pushed to: the git:// protocol has no sign-in; use the https://",
		"author: {name: 'Ada <a@b>'}":            "has < or > in it; write the name alone",
		"listen: 'a b:80'":                       "has a host that cannot be listened on; write a host and a port",
		"author: {name: ''}":                     "is empty; write a value or leave the key out",
		`author: {name: "A\nB"}`:                 "has line breaks or control characters in it; write it in one line",
		"site: {version: new}":                   `is not a version; write it as "0.147.9", in quotes`,
		"site: {env: TZ}":                        "is not a map; write NAME: value lines below it",
		"site: {env: {TZ: [UTC]}}":               "has an entry that is not one name and one value; write NAME: value lines below it",
		"media: {accept: []}":                    "is empty; write content types, or leave the key out",
		"channels: [{uid: a}, {uid: a}]":         `names "a" twice; give each channel its own uid`,
		"profile: {photo: 'javascript:alert()'}": "is not a web address; ",
	} {
		keys := sixKeys
		if name, _, _ := strings.Cut(text, ":"); strings.Contains("\n"+sixKeys, "\n"+name+":") {
			keys = regexp.MustCompile(`(?m)^`+name+`:.*\n`).ReplaceAllString(sixKeys, "")
		}
		_, err := loadText(t, folder, keys+text+"\n")
		var wrong *config.Error
		if !errors.As(err, &wrong) || len(wrong.Problems) != 1 || !strings.Contains(wrong.Problems[0].String(), want) {
			t.Errorf("%s: %v; want %s", text, err, want)
		}
	}
}

// Each thing that can be said of a configuration is said in a scenario, by the program itself.
func TestEveryFlawHasAScenario(t *testing.T) {
	scenarios, err := filepath.Glob("../../testdata/script/config-*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	shown := ""
	for _, name := range scenarios {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		shown += string(text)
	}
	elsewhere := []string{
		"cannot be read: the YAML parser gave up on it", // no such input is known
		"cannot be read (", // who runs the tests may be root, who can read all
	}
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	flaw := regexp.MustCompile(`(?:&flaw\{|wrong\(|Message: )(?:fmt\.Sprintf\()?["` + "`" + `]([^"` + "`" + `]*)`)
	seen := 0
	for _, name := range sources {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		for _, m := range flaw.FindAllStringSubmatch(string(text), -1) {
			seen++
			said, _, _ := strings.Cut(m[1], "%")
			if said = strings.TrimSpace(said); said != "" && !slices.Contains(elsewhere, said) && !strings.Contains(shown, said) {
				t.Errorf("%s: no scenario testdata/script/config-*.txtar has the flaw %q", name, m[1])
			}
		}
	}
	if seen < 65 {
		t.Errorf("only %d flaws were found in the source", seen)
	}
}
