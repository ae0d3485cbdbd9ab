package site

// Compose places and writes a new post: unique by path and by URL in lib.
func (s *Site) Compose(lib Library, p Post) (Revision, error) { panic("skeleton") }
