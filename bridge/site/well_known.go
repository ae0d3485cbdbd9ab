package site

import (
	"bytes"
	"io/fs"
	"net/url"
	"path"
	"strings"

	"gitpost/bridge/fault"
)

// WellKnown returns the files to add or change so that the site serves a text at /.well-known/name. It
// returns none when the repository has them. The error says why the site cannot serve it there.
func (s *Site) WellKnown(tree fs.FS, name, text string) (edits []HeadEdit, err error) {
	at := "/.well-known/" + name
	refuse := func(why string) error {
		return &fault.Error{Code: fault.InvalidRequest, Op: "write " + at, Message: why,
			Hint: "have your host serve the text " + strings.TrimSpace(text) + " at " + at}
	}
	top := func(address string) bool {
		u, err := url.Parse(address)
		return err == nil && strings.Trim(u.Path, "/") == ""
	}
	if !top(s.rules.BaseURL) {
		return nil, refuse("the site is in a folder of its domain and cannot serve what is at the top")
	}
	head := &s.rules.Head
	file, data := path.Join(s.rules.Static, at[1:]), []byte(text)
	switch {
	case s.rules.Verbatim != nil:
		file, data = s.rules.Verbatim(at, text)
	case head.Publish != nil:
		file = path.Join(s.rules.Pages, at[1:])
	case !top(s.rules.StaticURL):
		return nil, refuse("the folder of static files, " + s.rules.Static + ", is not served at the top of the site")
	}
	before, err := fs.ReadFile(tree, file)
	if err == nil && bytes.Equal(before, data) {
		return nil, nil
	}
	edits = []HeadEdit{{Path: file, Data: data, New: err != nil}}
	if head.Publish != nil && err != nil {
		config, changed, why, ok := head.Publish(tree, ".well-known")
		if !ok {
			return nil, refuse("the site's configuration leaves .well-known out, in a way that gitpost cannot change")
		}
		if before, err := fs.ReadFile(tree, config); err != nil || !bytes.Contains(before, []byte(".well-known")) {
			edits = append(edits, HeadEdit{Path: config, Data: changed, Why: why})
		}
	}
	return edits, nil
}

// RecordLine is the line for the <head> of posts that names the record of their AtURI; "" where how to
// write it is not known.
func (s *Site) RecordLine() string { return s.rules.Head.RecordLine }
