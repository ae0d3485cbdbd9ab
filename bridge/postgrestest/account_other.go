//go:build !unix

package postgrestest

import "os/exec"

// account is a user of the system; here always the current one.
type account struct{ uid, gid int }

func (account) own(...string) error { return nil }

func (account) use(*exec.Cmd) {}
