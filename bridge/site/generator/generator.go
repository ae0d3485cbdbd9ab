// Package generator is the contract between gitpost and a static site generator.
//
// Most of it is data: a Convention says where posts go, which keys say what and how a layout
// is extended. What needs code is in the few methods of Generator. Package site composes and
// revises posts by this contract alone; it knows no generator by name. A generator is a
// package beside this one that exports a Definition, and a line in the list in package site.
//
// A generator reads an fs.FS and nothing else, and runs none of the site's code.
package generator

import (
	"io/fs"
	"path"
	"strings"
	"time"

	"gitpost/frontmatter"
)

// A Definition is how a generator is recognised and opened.
type Definition struct {
	Name        string   // as site.generator names it: "hugo"
	Title       string   // as people write it: "Hugo"
	ConfigFile  string   // what its configuration is usually called: "hugo.toml"; "" where it reads none
	ConfigNames []string // names of its configuration files without extension, in the top folder
	Describes   bool     // it reads Options.Description, which can stand for any generator

	// Detect looks for signs of the generator in the top folder of a site.
	Detect func(tree fs.FS) Detection
	// Open reads the site's configuration. An error that is no *fault.Error says what is wrong
	// in the configuration.
	Open func(tree fs.FS, o Options) (Generator, error)
}

// A Detection is what points to a generator. Of several, the one with the most confidence
// counts, and of equals the first in the list of generators.
type Detection struct {
	Confidence Confidence
	From       string // the file or folder that says it: "hugo.toml", "the folder _posts"
	Other      string // it is the site of another generator, which gitpost does not know: "Astro"
}

// Confidence is how sure a Detection is.
type Confidence int

// From no sign at all to a configuration file that no other generator has.
const (
	None          Confidence = iota
	CommonFolders            // folders that other generators could have as well
	OwnFolders               // folders that no other generator has
	CommonConfig             // a configuration file whose name other generators use as well
	OwnConfig                // a configuration file whose name no other generator uses
)

// Options override what is read from the repository. The zero value overrides nothing.
type Options struct {
	Me       string            // the owner's URL; stands in for a base URL that is not configured (see Base)
	URL      string            // where the site is published; overrides the generator's own setting
	Version  string            // "0.165.0"; default: what the repository says, else the newest
	TimeZone *time.Location    // of dates that name none; default: the site's, else the machine's
	Now      func() time.Time  // never nil
	Env      map[string]string // what the generator's build environment sets (HUGO_…, TZ)

	Description Description // of a site whose generator reads nothing that gitpost could read
}

// A Generator is the configuration of one site, read. It never changes and is safe for
// concurrent use.
type Generator interface {
	// Convention returns what holds whatever the file. It must not be changed.
	Convention() *Convention

	// Role reports what a file means to the generator, by its path alone.
	Role(path string) Role

	// Locate returns where a file is published. doc is nil for a file without readable front
	// matter.
	Locate(path string, doc *frontmatter.Document, around Surroundings) Page

	// Naming splits the name of a post's file.
	Naming(path string) Naming

	// Date reads a front-matter value as the generator does. precise is false for a date
	// without a time of day.
	Date(f frontmatter.Field) (t time.Time, precise, ok bool)

	// Escape makes a text safe to build: what looks like code of the generator and is not known
	// to work is escaped, so that readers see the text. parts are what was escaped.
	Escape(text string, in Place) (safe string, parts []string)

	// Escaped returns how Escape writes a part in a body.
	Escaped(part string) string
}

// Role is a set of what a file can mean to a generator.
type Role uint8

const (
	// Content may become a page, so that its text must be read.
	Content Role = 1 << iota
	// Context, though no configuration, decides how others are published: a bundle's index file.
	Context
	// Section decides so for all files below its folder.
	Section
	// Config changes what Open reads when it changes: the configuration, the layouts.
	Config
)

// Has reports whether one of the roles is among those of r.
func (r Role) Has(role Role) bool { return r&role != 0 }

// Place is where a text is going to stand.
type Place int

const (
	InBody     Place = iota // what was escaped is remembered in the front matter
	InTemplate              // in a body, but nothing is remembered
	InSummary               // in the front matter, read as Markdown
)

// Naming is what the name of a post's file is made of.
type Naming struct {
	Stem     string // what a slug replaces; of a bundle the name of its folder
	End      string // the rest: ".md", ".fr.md", "/index.fr.md"
	Bundle   bool   // the file's folder belongs to the page
	TitleURL bool   // without a slug key the title, not the file name, is in the URL
}

// PlainNaming is that of a file with one extension.
func PlainNaming(file string) Naming {
	ext := path.Ext(file)
	return Naming{Stem: strings.TrimSuffix(path.Base(file), ext), End: ext}
}
