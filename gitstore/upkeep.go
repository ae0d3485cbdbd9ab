package gitstore

// packsMost is the number of packs from which they are joined.
const packsMost = 40

// runUpkeep joins small packs in the background. Readers keep the packs they began with.
func (s *Store) runUpkeep() {
	for {
		select {
		case <-s.manyPacks:
			if err := s.db.Join(packsMost, s.closing); err != nil {
				s.log.Warn("cannot join packs; it is tried again after the next commits", "error", err)
			}
		case <-s.closing:
			return
		}
	}
}
