package config

import (
	"slices"

	"gitpost/bridge/site"
)

// StandardSite reports whether articles are published as documents of standard.site.
func (c *Site) StandardSite() bool {
	return slices.ContainsFunc(c.SyndicateTo, func(t Target) bool { return t.StandardSite })
}

// RecordLines are the lines for the <head> of all pages by which a post names its document of standard.site.
func (c *Site) RecordLines(s *site.Site) []string {
	if !c.StandardSite() || s.RecordLine() == "" {
		return nil
	}
	return []string{s.RecordLine()}
}
