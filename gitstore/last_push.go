package gitstore

import (
	"os"
	"path/filepath"
	"time"
)

// pushedFile has, as its time of change, when the last push was. It is empty, so it is never half written.
const pushedFile = "gitstore.pushed"

// noteLastPush keeps the time of a push, so that Status has it after a restart. Should that fail, only the
// status lacks it.
func (s *Store) noteLastPush(at time.Time) {
	name := filepath.Join(s.c.Dir, pushedFile)
	err := os.Chtimes(name, at, at)
	if os.IsNotExist(err) {
		if err = os.WriteFile(name, nil, 0o644); err == nil {
			err = os.Chtimes(name, at, at)
		}
	}
	if err != nil {
		s.log.Warn("cannot record the time of the push", "error", err)
	}
}

// keptLastPush is the time of the last push of the clone; zero if none is known.
func (s *Store) keptLastPush() time.Time {
	found, err := os.Stat(filepath.Join(s.c.Dir, pushedFile))
	if err != nil {
		return time.Time{}
	}
	return found.ModTime()
}
