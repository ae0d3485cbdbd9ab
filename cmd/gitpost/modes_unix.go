//go:build unix

package main

import (
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// modesCount tells that a file's mode says who can read it.
const modesCount = true

// ownerOf returns the name of the user who owns a file; "" if it is not known.
func ownerOf(file string) string {
	at, err := os.Stat(file)
	if err != nil {
		return ""
	}
	sys, ok := at.Sys().(*syscall.Stat_t)
	if !ok {
		return ""
	}
	u, err := user.LookupId(strconv.FormatUint(uint64(sys.Uid), 10))
	if err != nil {
		return ""
	}
	return u.Username
}
