package site

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"gitpost/frontmatter"
)

// Some sites refuse keys that they do not know, and have no map for others. What a post's front matter
// must not have is then in a side file: post.mf2.yaml beside post.md. To all else it is a map of the front matter, as
// the map extra is on other sites.

// sideEnding ends the name of a side file.
const sideEnding = ".mf2.yaml"

// HasSides reports whether the site's posts may have side files.
func (s *Site) HasSides() bool { return s.rules.Side }

// SideFile returns the path of a post's side file; "" on a site that has none, and for a file that is no
// post. The side file need not exist.
func (s *Site) SideFile(post string) string {
	if !s.rules.Side || !s.Content(post) {
		return ""
	}
	return strings.TrimSuffix(post, path.Ext(post)) + sideEnding
}

// SideOf reports whether a file is a side file. Its posts have the returned path with any extension.
func (s *Site) SideOf(file string) (stem string, ok bool) {
	if !s.rules.Side || !strings.HasSuffix(file, sideEnding) {
		return "", false
	}
	return strings.TrimSuffix(file, sideEnding), true
}

// Source returns a post with its side file, which is read from tree.
func (s *Site) Source(tree fs.FS, post string, data []byte) (Source, error) {
	src := Source{Path: post, Data: data}
	file := s.SideFile(post)
	if file == "" {
		return src, nil
	}
	side, err := fs.ReadFile(tree, file)
	if err == nil && side == nil {
		side = []byte{}
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return src, fmt.Errorf("read %s: %w", file, err)
	}
	src.Side = side
	return src, nil
}

// ParseSource reads a post and its side file.
func (s *Site) ParseSource(src Source) (*frontmatter.Document, error) {
	doc, err := s.Parse(src.Data)
	if err != nil || src.Side == nil {
		return doc, err
	}
	file := s.SideFile(src.Path)
	side, err := parseData(file, src.Side)
	if err != nil {
		return nil, fmt.Errorf("%s beside it: %w", path.Base(file), err)
	}
	doc.Attach(s.rules.Params, side.doc)
	return doc, nil
}

// newDocument returns an empty document in a style.
func (s *Site) newDocument(style frontmatter.Style) *frontmatter.Document {
	doc := frontmatter.New(style)
	if s.rules.Side {
		doc.Attach(s.rules.Params, newData(sideEnding, style.KeyOrder).doc)
	}
	return doc
}

// sideText returns the text of a document's side file; nil if there is none, or nothing is left in it. was is
// its former text.
func (s *Site) sideText(doc *frontmatter.Document, was []byte) []byte {
	side := doc.Attached()
	if side == nil {
		return nil
	}
	f := newData(sideEnding, nil)
	if was != nil {
		f, _ = parseData(sideEnding, was) // it could be read before
	}
	f.doc = side
	text := f.bytes()
	if len(side.Keys()) == 0 && strings.TrimSpace(string(text)) == "" {
		return nil
	}
	return text
}

// hasStraySide reports whether a new post at a path would find a side file that belongs to none: somebody
// renamed or deleted its post alone. own is the post's current path, "" for a new one.
func (s *Site) hasStraySide(lib Library, file, own string) bool {
	side := s.SideFile(file)
	return side != "" && side != s.SideFile(own) && lib.Exists(side)
}
