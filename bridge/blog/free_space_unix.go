//go:build unix

package blog

import "golang.org/x/sys/unix"

// freeSpace returns how many bytes can still be written in a folder.
func freeSpace(folder string) (uint64, bool) {
	var s unix.Statfs_t
	if unix.Statfs(folder, &s) != nil {
		return 0, false
	}
	return uint64(s.Bavail) * uint64(s.Bsize), true
}
