package gitstore

// maxPacks is the number of packs from which they are joined.
const maxPacks = 40

// runUpkeep joins small packs in the background. Readers keep the packs they began with.
func (s *Store) runUpkeep() {
	for {
		select {
		case <-s.manyPacks:
			if err := s.db.Join(maxPacks, s.closing); err != nil {
				s.log.Warn("cannot join packs; will retry after the next commits", "error", err)
			}
		case <-s.closing:
			return
		}
	}
}
