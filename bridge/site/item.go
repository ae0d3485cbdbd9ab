package site

import (
	"gitpost/bridge/mf2"
	"gitpost/frontmatter"
)

// Item reads a file back as mf2: every property that Compose was given, and for a file
// written by hand whatever its front matter and body mean. post-status and visibility are
// among the properties when they are not the default.
func (s *Site) Item(page Page, doc *frontmatter.Document) mf2.Item { panic("skeleton") }
