package site

import (
	"errors"
	"io/fs"
)

func newJekyll(tree fs.FS, o Options, version string) (profile, error) {
	return nil, errors.New("Jekyll sites cannot be read yet")
}
