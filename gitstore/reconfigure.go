package gitstore

import (
	"time"

	"gitpost/gitstore/remote"
)

// config is the configuration in force.
func (s *Store) config() *Config { return s.live.Load() }

// Reconfigure changes what may change while the store is open: how the remote is signed in to,
// the author, Poll and PushDelay. Whatever else c says is passed over. The remote is looked at
// at once, so that a new credential shows whether it is good. After an error all is as it was.
func (s *Store) Reconfigure(c Config) error {
	next := *s.config()
	next.Username, next.Password, next.SSHKeyFile, next.KnownHostsFile = c.Username, c.Password, c.SSHKeyFile, c.KnownHostsFile
	next.AuthorName, next.AuthorEmail = c.AuthorName, c.AuthorEmail
	next.Poll, next.PushDelay = c.Poll, c.PushDelay
	r, err := remote.New(next.remote())
	if err != nil {
		return err
	}
	s.live.Store(&next)
	courier := &s.courier
	courier.mu.Lock()
	courier.remote, courier.polling = r, time.Now()
	if !courier.due.IsZero() {
		courier.due = time.Now() // what waits tries the new credential, and waits no longer than the new delay
	}
	courier.mu.Unlock()
	signal(courier.wake)
	return nil
}
