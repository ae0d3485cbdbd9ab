package site

import "gitpost/bridge/mf2"

// Revise changes a post in place: edit is given the item as Item reads it and changes it;
// only the keys whose properties changed are written. The post moves when what its URL is
// made of changed.
func (s *Site) Revise(lib Library, src Source, edit func(*mf2.Item) error) (Revision, error) {
	panic("skeleton")
}
