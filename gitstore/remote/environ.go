package remote

import (
	"os"
	"slices"
	"strings"
)

// Environ is the environment for programs that are started: this process's own without the
// variables that configure gitpost, which may hold secrets, and without those that point Git
// to another repository.
func Environ() []string {
	return slices.DeleteFunc(os.Environ(), func(v string) bool {
		name, _, _ := strings.Cut(strings.ToUpper(v), "=")
		switch name {
		case "CREDENTIALS_DIRECTORY", "NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES",
			"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_NAMESPACE":
			return true
		}
		return strings.HasPrefix(name, "GITPOST_")
	})
}
