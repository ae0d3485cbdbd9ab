package remote

import (
	"slices"
	"strings"
	"testing"
)

func TestProgramsGetNoVariablesOfGitpost(t *testing.T) {
	t.Setenv("GITPOST_HOOKS_SECRET", "sesame")
	t.Setenv("gitpost_repo_token", "sesame")
	t.Setenv("CREDENTIALS_DIRECTORY", "/run/credentials/x")
	t.Setenv("GIT_DIR", "/elsewhere")
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	env := Environ()
	for _, v := range env {
		if strings.Contains(v, "sesame") || strings.HasPrefix(v, "CREDENTIALS_DIRECTORY=") ||
			strings.HasPrefix(v, "GIT_DIR=") {
			t.Errorf("a program gets %s", v)
		}
	}
	if !slices.Contains(env, "GIT_CONFIG_NOSYSTEM=1") || !slices.ContainsFunc(env, func(v string) bool {
		return strings.HasPrefix(v, "PATH=")
	}) {
		t.Error("PATH or Git's own configuration is missing")
	}
}
