package site

import "time"

// Media is where an upload goes: the file in the repository and the URL at which the site
// will serve it.
func (s *Site) Media(name string, at time.Time) (path, url string) { panic("skeleton") }
