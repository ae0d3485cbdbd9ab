package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDemoShowsEverythingAndLeavesNothingBehind(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	var out, problems bytes.Buffer
	if status := run([]string{"demo", "--once"}, strings.NewReader(""), &out, &problems); status != done {
		t.Fatalf("the demo ends with status %d:\n%s", status, problems.String())
	}
	for _, want := range []string{"\nLocation: ", "\ncommit ", "\ncontent/posts/", "\"properties\": {", "\nToken: gp_",
		"\ncurl "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the demo does not print %q:\n%s", want, out.String())
		}
	}
	if left, err := filepath.Glob(filepath.Join(temporary, "*")); err != nil || len(left) > 0 {
		t.Errorf("the demo leaves %v, %v behind", left, err)
	}
}

func TestDemoInAFolderOfItsOwnCanBeRunAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "demo")
	for range 2 {
		var out, problems bytes.Buffer
		if status := run([]string{"demo", "--once", "--dir", dir}, strings.NewReader(""), &out, &problems); status != done {
			t.Fatalf("the demo ends with status %d:\n%s", status, problems.String())
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "blog.git", "HEAD")); err != nil {
		t.Error(err)
	}
}
