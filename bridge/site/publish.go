package site

import (
	"fmt"
	"strings"

	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// What a post inherits from its folder or from the configuration can keep it from being built. A
// post that is meant to be published overrides that in its own front matter, or is refused.

// scheduled reports whether a page is left out because it is dated in the future, and only so long.
func (s *Site) scheduled(page Page) bool {
	return page.Reason == generator.Scheduled && page.Date.After(s.now())
}

// withheld reports whether the generator leaves a page out, though not until its date alone. One that fails
// the build is not left out: the site stays as it was until the file is fixed.
func (s *Site) withheld(page Page) bool {
	return !page.Published && !page.Static && page.Reason != "" && !s.scheduled(page) && !breaks(page)
}

func breaks(page Page) bool { return strings.HasPrefix(page.Reason, generator.Breaks) }

// ensurePublished makes the generator build a page that is meant to be published: it writes what
// overrides the inherited keys. Where nothing does, the error says why.
func (s *Site) ensurePublished(op string, lib Surroundings, doc *frontmatter.Document, page Page) (Page, error) {
	for tried := ""; s.withheld(page) && page.Reason != tried; {
		tried = page.Reason
		if s.rules.Inherited == nil {
			break
		}
		for _, remedy := range s.rules.Inherited(page, doc, lib).Remedies {
			overridden, ok := s.override(lib, doc, page, remedy)
			if ok {
				page = overridden
				break
			}
		}
	}
	if s.withheld(page) {
		return page, s.notBuilt(op, lib, doc, page)
	}
	return page, nil
}

// override writes a setting, and removes it again if the page is then left out for the same reason.
func (s *Site) override(lib Surroundings, doc *frontmatter.Document, page Page, remedy generator.Setting) (Page, bool) {
	before, had := doc.Get(remedy.Path...)
	outer := remedy.Path[:len(remedy.Path)-1]
	_, within := doc.Get(outer...)
	var err error
	switch {
	case remedy.Value != nil:
		err = doc.Set(remedy.Value, remedy.Path...)
	case had:
		err = doc.Delete(remedy.Path...)
	default:
		return page, false
	}
	if err != nil {
		return page, false
	}
	read, err := s.Parse(doc.Bytes()) // a new document knows nothing of the case of keys
	if err != nil {
		return page, false
	}
	now := s.generator.Locate(page.Path, read, lib)
	if now.URL == page.URL && (now.Published || now.Reason != page.Reason) && !breaks(now) {
		return now, true
	}
	switch {
	case had:
		_ = doc.Set(before, remedy.Path...)
	case len(outer) > 0 && !within:
		_ = doc.Delete(outer...)
	default:
		_ = doc.Delete(remedy.Path...)
	}
	return page, false
}

// notBuilt says why the generator would not build a page.
func (s *Site) notBuilt(op string, lib Surroundings, doc *frontmatter.Document, page Page) error {
	why, hint := page.Reason, "send it as a draft (post-status=draft), or change that in a text editor"
	if s.rules.Inherited != nil {
		if from := s.rules.Inherited(page, doc, lib).From; from != "" {
			why += ", which " + from + " says"
		}
	}
	return &fault.Error{
		Code: fault.InvalidRequest, Op: op,
		Message: fmt.Sprintf("%s would not be published: %s", page.Path, why), Hint: hint,
	}
}

// publishes reports whether an update is meant to leave the post published: it was, or is to become so.
func (s *Site) publishes(page Page, before, want mf2.Item) bool {
	return !draftStatus(want) && (draftStatus(before) || page.Published)
}

// Republish returns a post that was deleted while it was published, so that it is published again: what
// has changed since in the site's configuration may leave it out.
func (s *Site) Republish(lib Surroundings, src Source) ([]byte, error) {
	const op = "undelete post"
	doc, err := s.Parse(src.Data)
	if err != nil {
		return src.Data, nil
	}
	page, err := s.ensurePublished(op, lib, doc, s.generator.Locate(src.Path, doc, lib))
	if err != nil || page.Static {
		return src.Data, err
	}
	return doc.Bytes(), s.readable(op, Revision{Path: src.Path, Data: doc.Bytes()})
}
