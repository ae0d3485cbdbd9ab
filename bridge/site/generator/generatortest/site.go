// Package generatortest holds sites in memory for the tests of generators.
package generatortest

import (
	"iter"
	"maps"
	"path"
	"slices"
	"strings"
	"testing/fstest"
	"time"

	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// A Site is a site in memory, as its generator sees it. It is the surroundings of its files.
type Site struct {
	generator.Generator
	Files map[string]string // texts by path

	docs    map[string]*frontmatter.Document
	indexes map[string]bool // whether index files have capitals, by folder; of counted files
	counted int
}

// Open reads a site. config are its configuration files, files all others.
func Open(d generator.Definition, o generator.Options, config, files map[string]string) (*Site, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	g, err := d.Open(Tree(config, files), o)
	if err != nil {
		return nil, err
	}
	s := &Site{Generator: g, Files: files, docs: map[string]*frontmatter.Document{}}
	for name, text := range files {
		if !g.Role(name).Has(generator.Content) {
			continue
		}
		if doc, err := frontmatter.Parse([]byte(text), g.Convention().Dialect); err == nil {
			s.docs[name] = doc
		}
	}
	return s, nil
}

// Tree is a file system with the files of all maps.
func Tree(trees ...map[string]string) fstest.MapFS {
	all := fstest.MapFS{}
	for _, tree := range trees {
		for name, text := range tree {
			all[name] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	return all
}

// Page returns where a file of the site is published.
func (s *Site) Page(path string) generator.Page { return s.Locate(path, s.docs[path], s) }

// Add puts a document among the site's files.
func (s *Site) Add(path string, doc *frontmatter.Document) {
	s.Files[path], s.docs[path] = string(doc.Bytes()), doc
}

// Exists reports whether there is a file.
func (s *Site) Exists(path string) bool {
	_, ok := s.Files[path]
	return ok
}

// Document returns the document of a file of content, nil for others.
func (s *Site) Document(path string) *frontmatter.Document { return s.docs[path] }

// Below returns the files below a folder.
func (s *Site) Below(dir string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, name := range slices.Sorted(maps.Keys(s.Files)) {
			if strings.HasPrefix(name, dir+"/") && !yield(name) {
				return
			}
		}
	}
}

// Indexed reports whether a folder has an index file, and whether one with capitals.
func (s *Site) Indexed(folder string) (indexed, capitals bool) {
	if s.counted != len(s.Files) {
		s.indexes, s.counted = map[string]bool{}, len(s.Files)
		for name := range s.Files {
			if dir, base := path.Split(name); strings.HasPrefix(strings.TrimPrefix(strings.ToLower(base), "_"), "index.") {
				s.indexes[dir] = s.indexes[dir] || base != strings.ToLower(base)
			}
		}
	}
	capitals, indexed = s.indexes[folder]
	return indexed, capitals
}
