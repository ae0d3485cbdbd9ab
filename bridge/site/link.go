package site

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"gitpost/bridge/fault"
)

// A foreign folder is one of the site that belongs to something else, so that nothing can be written
// into it.
type foreign struct {
	folder, kind string
	media        bool // uploads go there, and no posts
}

// linkAbove finds the first folder on the way to a path that is a submodule or a symbolic link.
func linkAbove(tree fs.FS, to string) (foreign, bool) {
	at := "."
	for part := range strings.SplitSeq(to, "/") {
		entries, err := fs.ReadDir(tree, at)
		if err != nil {
			return foreign{}, false
		}
		at = path.Join(at, part)
		for _, e := range entries {
			switch {
			case e.Name() != part:
			case e.Type()&fs.ModeSymlink != 0:
				return foreign{folder: at, kind: "symbolic link"}, true
			case e.Type()&fs.ModeIrregular != 0:
				return foreign{folder: at, kind: "submodule"}, true
			}
		}
	}
	return foreign{}, false
}

// findLinks looks at the folders of posts and of uploads.
func (s *Site) findLinks(tree fs.FS) {
	media, _ := s.Media("name", s.now())
	for _, folder := range []string{s.rules.Content, s.rules.Posts, s.configuredSection()} {
		if folder == "" {
			continue
		}
		if l, ok := linkAbove(tree, folder); ok {
			s.links = append(s.links, l)
		}
	}
	if l, ok := linkAbove(tree, path.Dir(media)); ok && !slices.Contains(s.links, l) {
		l.media = true
		s.links = append(s.links, l)
	}
}

// refuseLink refuses to write below a folder that belongs to something else.
func (s *Site) refuseLink(op, file string) error {
	for _, l := range s.links {
		if strings.HasPrefix(file, l.folder+"/") {
			return &fault.Error{
				Code: fault.InvalidRequest, Op: op,
				Message: fmt.Sprintf("%s is a %s, and gitpost cannot write into it", l.folder, l.kind),
				Hint:    l.remedy(),
			}
		}
	}
	return nil
}

func (l foreign) remedy() string {
	if l.media {
		return "posts with uploads are refused; make it a folder of this repository, or set site.media_dir to one"
	}
	if l.kind == "submodule" {
		return "name the repository of the posts as repo, or move them into this one"
	}
	return "move the files into " + l.folder + ", or set site.section to the folder that has them"
}

// findSection looks for the folder that site.section names. A site may begin a new one, so it is
// only warned of where there are others, one of which may be meant.
func (s *Site) findSection(tree fs.FS) {
	if s.options.Section == "" {
		return
	}
	section := s.configuredSection()
	if _, err := fs.Stat(tree, section); !errors.Is(err, fs.ErrNotExist) {
		return
	}
	entries, err := fs.ReadDir(tree, path.Dir(section))
	if err != nil {
		return
	}
	var others []string
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			others = append(others, e.Name())
		}
	}
	if len(others) == 0 {
		return
	}
	s.noSection = fmt.Sprintf("site.section is %q, and there is no folder %s yet: the next post makes it",
		s.options.Section, section)
	const most = 8
	if len(others) <= most {
		s.noSection += "; if you mean one that is there, write its name: " + strings.Join(others, ", ")
	}
}

// linkWarnings name the folders that belong to something else.
func (s *Site) linkWarnings() (warnings []string) {
	for _, l := range s.links {
		warning := fmt.Sprintf("%s is a %s, and gitpost cannot write into it; %s", l.folder, l.kind, l.remedy())
		if !slices.Contains(warnings, warning) {
			warnings = append(warnings, warning)
		}
	}
	return warnings
}
