package gitstore

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"gitpost/gitstore/git"
)

// Waiting is what of a clone is not on the remote, as far as the clone knows.
type Waiting struct {
	Branch  string
	Commits int       // first parents, from the tip down to what the remote has
	Oldest  time.Time // of these; zero when there are none

	// As the last push said; empty when it went well, or none was tried.
	Reason, Hint string
	Down         bool // the remote was not reached, or was in trouble
	Refused      []Refusal
}

// waitingNote is the part of Waiting that refs do not tell. The syncer keeps it beside the clone,
// for other processes.
type waitingNote struct {
	Reason  string    `json:"reason"`
	Hint    string    `json:"hint,omitempty"`
	Down    bool      `json:"down,omitempty"`
	Refused []Refusal `json:"refused,omitempty"`
}

func waitingFile(dir string) string { return filepath.Join(dir, "waiting.json") }

// ReadWaiting reads what waits in the clone in dir. It needs no lock, so a Store may be running;
// fs.ErrNotExist when there is no clone.
func ReadWaiting(dir string) (Waiting, error) {
	fail := func(err error) (Waiting, error) {
		return Waiting{}, fmt.Errorf("read what waits in %s: %w", dir, err)
	}
	refs := git.Refs{Dir: dir}
	w := Waiting{}
	var err error
	if w.Branch, err = refs.Head(); errors.Is(err, fs.ErrNotExist) {
		return Waiting{}, fs.ErrNotExist
	} else if err != nil {
		return fail(err)
	}
	db, err := git.Open(dir)
	if err != nil {
		return fail(err)
	}
	tip, err := refs.Read("refs/heads/" + w.Branch)
	if err != nil {
		return fail(err)
	}
	there, err := refs.Read("refs/remotes/origin/" + w.Branch)
	if err != nil {
		return fail(err)
	}
	for at := tip; !at.IsZero() && at != there; {
		c, err := git.ReadCommit(db, at)
		if err != nil {
			return fail(err)
		}
		w.Commits++
		w.Oldest = time.Unix(c.Committed, 0)
		at = c.Parent()
	}
	if w.Commits == 0 {
		return w, nil
	}
	var note waitingNote
	if text, err := os.ReadFile(waitingFile(dir)); err == nil && json.Unmarshal(text, &note) == nil {
		w.Reason, w.Hint, w.Down, w.Refused = note.Reason, note.Hint, note.Down, note.Refused
	}
	return w, nil
}

// saveWaiting keeps why commits wait where ReadWaiting finds it. That it cannot is no reason to stop.
func (s *syncer) saveWaiting() {
	st := s.Status()
	d := &s.delivery
	d.mu.Lock()
	why := d.pushTrouble
	if why.reason == "" || d.fetchTrouble.reason != "" {
		why = d.fetchTrouble // without a fetch there is no push
	}
	note := waitingNote{Reason: why.reason, Hint: why.hint, Down: d.down != "", Refused: st.Refused}
	d.mu.Unlock()
	if note.Reason == "" && len(note.Refused) > 0 {
		note.Reason, note.Hint = note.Refused[0].Reason, note.Refused[0].Hint
	}
	text := ""
	if note.Reason != "" && st.Unpushed > 0 {
		encoded, err := json.Marshal(note)
		if err != nil {
			s.log.Warn("cannot record why commits wait", "error", err)
			return
		}
		text = string(encoded) + "\n"
	}
	if text == s.saved {
		return
	}
	if _, err := os.Stat(s.c.Dir); err != nil {
		return // the clone is gone; a file in its place would be in the way of another
	}
	s.saved = text
	var err error
	if text == "" {
		err = os.Remove(waitingFile(s.c.Dir))
	} else {
		err = git.ReplaceFile(waitingFile(s.c.Dir), []byte(text))
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.log.Warn("cannot record why commits wait", "error", err)
	}
}
