package gitstore

// packsMost is the number of packs from which they are joined.
const packsMost = 40

// maintain joins small packs in the background. Readers keep the packs they began with.
func (s *Store) maintain() {
	for {
		select {
		case <-s.crowded:
			if err := s.db.Join(packsMost, s.closing); err != nil {
				s.log.Warn("cannot join packs; it is tried again after the next commits", "error", err)
			}
		case <-s.closing:
			return
		}
	}
}
