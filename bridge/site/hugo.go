package site

import (
	"io/fs"
	"time"

	"gitpost/frontmatter"
)

// hugo is the profile of Hugo.
type hugo struct {
	release string
}

func newHugo(tree fs.FS, o Options, version string) (profile, error) {
	return &hugo{release: version}, nil
}

func (h *hugo) name() string                 { return "hugo" }
func (h *hugo) version() string              { return h.release }
func (h *hugo) baseURL() string              { return "" }
func (h *hugo) zone() *time.Location         { return time.UTC }
func (h *hugo) dialect() frontmatter.Dialect { return frontmatter.Dialect{} }
func (h *hugo) content(path string) bool     { return false }
func (h *hugo) context(path string) bool     { return false }
func (h *hugo) config(path string) bool      { return false }
func (h *hugo) contentDir() string           { return "content" }
func (h *hugo) staticDir() (dir, url string) { return "static", "" }
func (h *hugo) titleInURL(path string) bool  { return false }

func (h *hugo) setting(keys ...string) (any, bool) { return nil, false }

func (h *hugo) locate(path string, doc *frontmatter.Document, around Surroundings) Page {
	return Page{Path: path}
}

func (h *hugo) date(f frontmatter.Field) (t time.Time, precise bool, ok bool) {
	return time.Time{}, false, false
}
