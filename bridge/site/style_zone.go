package site

import (
	"regexp"
	"strconv"
	"time"

	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// writtenOffset finds the offset that a date is written with. Z alone says nothing of where its
// author is.
var writtenOffset = regexp.MustCompile(`\d\d:\d\d(?:\.\d+)?\s*([+-])(\d\d):?(\d\d)$`)

// observeOffset notes the offset of the post's date, "" when it has none.
func (m *postStyle) observeOffset(rules *generator.Convention, doc *frontmatter.Document) {
	for _, key := range rules.Words["published"] {
		f, ok := doc.Field(key)
		if !ok {
			continue
		}
		m.dated = true
		text := f.Text
		switch v := f.Value.(type) {
		case string:
			text = v
		case frontmatter.Timestamp:
			text = string(v)
		}
		if parts := writtenOffset.FindStringSubmatch(text); parts != nil {
			m.offset = parts[1] + parts[2] + ":" + parts[3]
		}
		return
	}
}

// learnZone finds the offset that nearly all of the newest posts carry, where neither gitpost's nor
// the site's configuration names a zone.
func (h *learnedStyle) learnZone(s *Site, posts []*postStyle) {
	if s.options.TimeZone != nil || s.rules.ZoneStated {
		return
	}
	var offsets tally
	dated := 0
	for _, m := range posts {
		if m.dated {
			dated++
		}
		offsets.vote(m.offset)
	}
	offset := offsets.winner()
	named := 0
	for _, n := range offsets.votes {
		named += n
	}
	// Of the others, those in UTC may be from an app; those with another offset are from its author.
	if n := offsets.votes[offset]; n < 3 || n*10 < named*9 || n*4 < dated*3 {
		return
	}
	hours, _ := strconv.Atoi(offset[1:3])
	minutes, _ := strconv.Atoi(offset[4:])
	seconds := hours*3600 + minutes*60
	if offset[0] == '-' {
		seconds = -seconds
	}
	h.offset, h.zone = offset, time.FixedZone(offset, seconds)
}
