package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
)

// makeHookSecret makes the secret with which the Git host signs its calls. One that is there
// already, of a run that was given up, stays.
func (s *setup) makeHookSecret() error {
	const name = "hook_secret"
	if err := writeSecret(filepath.Join(s.dir, name), rand.Text()+"\n"); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("keep the webhook's secret: %w", err)
	}
	s.set["hooks.secret_file"] = name
	return nil
}
