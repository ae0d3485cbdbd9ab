//go:build unix

package doctor

import "golang.org/x/sys/unix"

// freeSpace is how many bytes gitpost's user may still write in a folder.
func freeSpace(folder string) (uint64, bool) {
	var s unix.Statfs_t
	if unix.Statfs(folder, &s) != nil {
		return 0, false
	}
	return uint64(s.Bavail) * uint64(s.Bsize), true
}
