package gitstore

import (
	"time"

	"gitpost/gitstore/remote"
)

// config is the configuration in force.
func (s *Store) config() *Config { return s.live.Load() }

// Reconfigure changes what may change while the store is open: the credential, the author, how
// commits are signed and worded, Poll and PushDelay. Other fields of c are ignored. It fetches
// at once, so that a bad credential shows. After an error nothing has changed.
func (s *Store) Reconfigure(c Config) error {
	next := *s.config()
	next.Username, next.Password = c.Username, c.Password
	next.SSHKeyFile, next.KnownHostsFile = c.SSHKeyFile, c.KnownHostsFile
	next.AuthorName, next.AuthorEmail = c.AuthorName, c.AuthorEmail
	next.SigningKeyFile, next.SignOff, next.SubjectPattern = c.SigningKeyFile, c.SignOff, c.SubjectPattern
	next.Poll, next.PushDelay = c.Poll, c.PushDelay
	r, err := remote.New(next.remote())
	if err != nil {
		return err
	}
	signer, err := readSigner(&next)
	if err != nil {
		return err
	}
	s.live.Store(&next)
	s.signer.Store(&signer)
	syncer := &s.syncer
	syncer.mu.Lock()
	syncer.nextRemote, syncer.polling = r, time.Now()
	if !syncer.again.IsZero() {
		syncer.again = time.Now() // the host may accept now what it refused
	}
	if !syncer.due.IsZero() {
		syncer.due = time.Now() // what waits tries the new credential, and waits no longer than the new delay
	}
	syncer.mu.Unlock()
	signal(syncer.wake)
	return nil
}
