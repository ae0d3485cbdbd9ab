//go:build unix

package postgrestest

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// account is a user of the system; the zero account is the current one.
type account struct{ uid, gid int }

func (a account) own(files ...string) (err error) {
	if a != (account{}) {
		for _, name := range files {
			err = errors.Join(err, os.Chown(name, a.uid, a.gid))
		}
	}
	return err
}

func (a account) use(c *exec.Cmd) {
	if a != (account{}) {
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}}
	}
}
