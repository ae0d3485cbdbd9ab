package main

import (
	"io"
	"path/filepath"
	"testing"

	"github.com/rhysd/actionlint"
)

// The workflows are in order by the rules of actionlint. Scripts in them are not checked: that needs shellcheck.
func TestWorkflowsAreInOrder(t *testing.T) {
	files, err := filepath.Glob("../../.github/workflows/*.yml")
	if err != nil || len(files) < 2 {
		t.Fatalf("found the workflows %v: %v", files, err)
	}
	linter, err := actionlint.NewLinter(io.Discard, &actionlint.LinterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		problems, err := linter.LintFile(file, nil)
		if err != nil {
			t.Errorf("%s: %v", file, err)
		}
		for _, p := range problems {
			t.Error(p)
		}
	}
}
