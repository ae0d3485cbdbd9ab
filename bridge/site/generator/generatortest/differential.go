package generatortest

import (
	"os"
	"os/exec"
	"strconv"
	"testing"
)

// Random says which random sites a differential test compares with a real generator.
type Random struct {
	Sites int    // GITPOST_FUZZ_SITES, default 100 in a run of all tests (GITPOST_TEST_ALL), else 10
	Seed  uint64 // GITPOST_FUZZ_SEED, default 1: the sites are the same in each run
}

// RandomSites reads the environment.
func RandomSites(t testing.TB) Random {
	t.Helper()
	r := Random{Sites: 10, Seed: 1}
	if os.Getenv("GITPOST_TEST_ALL") != "" {
		r.Sites = 100
	}
	var err error
	if text := os.Getenv("GITPOST_FUZZ_SITES"); text != "" {
		if r.Sites, err = strconv.Atoi(text); err != nil {
			t.Fatal("GITPOST_FUZZ_SITES: ", err)
		}
	}
	if text := os.Getenv("GITPOST_FUZZ_SEED"); text != "" {
		if r.Seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal("GITPOST_FUZZ_SEED: ", err)
		}
	}
	return r
}

// Program returns the path of an installed program. It skips the test unless all tests must run
// (GITPOST_TEST_ALL): then the program must be there.
func Program(t testing.TB, program, install string) string {
	t.Helper()
	if os.Getenv("GITPOST_TEST_ALL") == "" {
		t.Skipf("runs %s (%s): set GITPOST_TEST_ALL=1", program, install)
	}
	found, err := exec.LookPath(program)
	if err != nil {
		t.Fatalf("%s is not installed: %s", program, install)
	}
	return found
}
