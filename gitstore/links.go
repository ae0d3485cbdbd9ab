package gitstore

import (
	"errors"
	"io/fs"
	"strings"

	"gitpost/gitstore/git"
)

// Link is an entry of the tree that stands for something outside: nothing is written to it or
// below it.
type Link struct {
	Path      string
	Submodule bool   // else a symbolic link
	Target    string // a submodule's URL, "" when .gitmodules has none; where a symbolic link leads
}

// What is the kind of a link in words.
func (l Link) What() string {
	if l.Submodule {
		return "a submodule"
	}
	return "a symbolic link"
}

// LinkOn finds the link that a path is or leads through; false when there is none.
func (s *Snapshot) LinkOn(path string) (Link, bool, error) {
	for at := 0; at <= len(path); at++ {
		if at < len(path) && path[at] != '/' {
			continue
		}
		e, err := s.lookup("look at", path[:at])
		if errors.Is(err, fs.ErrNotExist) {
			return Link{}, false, nil
		}
		if err != nil {
			return Link{}, false, err
		}
		if e.Mode == git.ModeSymlink || e.Mode == git.ModeSubmodule {
			l, err := s.link(path[:at], e)
			return l, err == nil, err
		}
	}
	return Link{}, false, nil
}

// Links lists all links of the tree, in path order.
func (s *Snapshot) Links() ([]Link, error) {
	var list []Link
	err := git.WalkTree(s.src, s.tree, func(path string, e git.Entry) error {
		if e.Mode != git.ModeSymlink && e.Mode != git.ModeSubmodule {
			return nil
		}
		l, err := s.link(path, e)
		list = append(list, l)
		return err
	})
	return list, err
}

func (s *Snapshot) link(path string, e git.Entry) (Link, error) {
	l := Link{Path: path, Submodule: e.Mode == git.ModeSubmodule}
	if l.Submodule {
		l.Target = s.submoduleURL(path)
		return l, nil
	}
	_, target, err := s.src.Object(e.ID)
	l.Target = string(target)
	return l, err
}

// submoduleURL is what .gitmodules says of a path.
func (s *Snapshot) submoduleURL(path string) string {
	text, err := s.ReadFile(".gitmodules")
	if err != nil {
		return ""
	}
	url, here := "", false
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			if here && url != "" {
				break
			}
			url, here = "", false
			continue
		}
		key, value, _ := strings.Cut(line, "=")
		switch value = strings.Trim(strings.TrimSpace(value), `"`); strings.TrimSpace(key) {
		case "path":
			here = value == path
		case "url":
			url = value
		}
	}
	if !here {
		return ""
	}
	return url
}
