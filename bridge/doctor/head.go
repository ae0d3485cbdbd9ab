package doctor

import (
	"io/fs"
	"strings"

	"gitpost/bridge/config"
)

// wayIntoHead says how the lines by which apps find gitpost get into the live home page. It names
// gitpost init --commit-head only where that can do it. err is why there is no tree.
func (d Diagnosis) wayIntoHead(tree fs.FS, err error, c config.Site) string {
	const byHand = "gitpost init shows the lines; "
	if err != nil {
		return byHand + "put them before </head> in the layout of your pages, and have the site built"
	}
	s, err := c.OpenSite(tree)
	if err != nil {
		return byHand + "put them before </head> in the layout of your pages, and have the site built"
	}
	text := d.Config.Discovery(c.Me)
	edits, done, advice := s.Head(tree, append(strings.Split(strings.TrimSpace(text.HTML), "\n"), c.RecordLines(s)...))
	if len(edits) == 0 && !done {
		edits, done = s.HeadersFile(tree, text.Headers)
	}
	switch {
	case done:
		return "the repository has the lines: have the site built"
	case len(edits) == 0:
		return byHand + advice
	case advice != "":
		return "gitpost init shows the lines, and commits a part of them with --commit-head; for the others " + advice
	}
	return "gitpost init shows the lines, and commits them with --commit-head; then have the site built"
}
