// Package npmtest finds the packages of npm that tests run. testdata/npm/package.json lists them.
package npmtest

import (
	"os"
	"path/filepath"
	"testing"
)

// Modules returns the node_modules folder that GITPOST_NODE_MODULES names, which must have the packages.
// Where it names none, the test is skipped, or fails if all tests must run (GITPOST_TEST_ALL).
func Modules(t testing.TB, packages ...string) string {
	t.Helper()
	const install = "npm install in a copy of testdata/npm, and set GITPOST_NODE_MODULES to its node_modules"
	modules := os.Getenv("GITPOST_NODE_MODULES")
	switch {
	case modules == "" && os.Getenv("GITPOST_TEST_ALL") == "":
		t.Skipf("runs %v of npm: %s", packages, install)
	case modules == "":
		t.Fatalf("GITPOST_NODE_MODULES is not set: %s", install)
	}
	for _, name := range packages {
		if _, err := os.Stat(filepath.Join(modules, filepath.FromSlash(name))); err != nil {
			t.Fatalf("%s has no %s: %s", modules, name, install)
		}
	}
	return modules
}
