// Package site knows what Hugo and Jekyll do with the files of a repository: which file is
// published at which URL, where a new post goes, and how the properties of a post are
// written in its front matter.
//
// The verified cases in testdata/site-cases are the specification. Nothing outside this
// package knows a generator's name. It reads an fs.FS and nothing else.
package site

import (
	"iter"
	"path"
	"strings"
	"time"

	"gitpost/bridge/mf2"
	"gitpost/frontmatter"
)

// Options override what is read from the repository. The zero value overrides nothing.
type Options struct {
	Me        string            // the site's URL; overrides the generator's own setting
	Generator string            // "hugo" or "jekyll"; default: detected
	Version   string            // "0.165.0"; default: what the repository says, else the newest
	Section   string            // where new posts go
	Path      string            // file-name pattern for new posts, with placeholders
	Types     map[string]Type   // by post type (mf2.PostType)
	TimeZone  *time.Location    // of dates without one, in files and from apps; default: the site's, else the machine's
	MediaDir  string            // default: static/media or assets/media
	Now       func() time.Time  // default: time.Now
	Env       map[string]string // what the generator's build environment sets (HUGO_…, TZ)
}

// Type overrides placement for one post type.
type Type struct{ Path string }

// Site is one repository's configuration, read. It never changes and is safe for
// concurrent use.
type Site struct {
	profile profile
	options Options
	theme   theme   // what the layouts do; see readTheme
	manners manners // how the newest posts are written
	origin  origin  // which files said what; see Explain

	versionSaid bool // by the repository or the configuration; else the newest is assumed
}

// profile is what one generator does.
type profile interface {
	name() string
	version() string
	baseURL() string
	zone() *time.Location
	dialect() frontmatter.Dialect

	// content tells whether the file may become a page, so that its text must be read.
	content(path string) bool
	// context tells whether the file, though no configuration, decides how others are
	// published (_index.md, a bundle's index.md), below its folder.
	context(path string) bool
	// section tells whether it decides so for all below its folder.
	section(path string) bool
	// config tells whether a change of the file changes the configuration.
	config(path string) bool
	locate(path string, doc *frontmatter.Document, around Surroundings) Page

	// date reads a front-matter value as the generator does. precise is false for a date
	// without a time of day.
	date(f frontmatter.Field) (t time.Time, precise bool, ok bool)

	// contentDir is the folder below which pages live: "content" for Hugo, "" (or the
	// collections folder) for Jekyll, whose _posts stands in it. Never with a closing slash.
	contentDir() string
	// pageDir is the folder in which a page of its own, such as an about page, lives.
	pageDir() string
	// dataDir is the folder of data files.
	dataDir() string
	// staticDir is a folder whose files are copied unchanged, and the absolute URL, with a
	// trailing slash, at which they are served: "static" and the base URL for Hugo.
	staticDir() (dir, url string)
	// naming takes the name of a post's file apart.
	naming(path string) naming
	// titleInURL tells whether a post at path without a slug key has its title, not its
	// file name, in its URL: two untitled ones would share it.
	titleInURL(path string) bool
	// setting looks up a value of the generator's configuration, keys in lower case for
	// Hugo: setting("markup", "goldmark", "renderer", "unsafe").
	setting(keys ...string) (any, bool)
	// settingFile is the file that has the last word on a top-level setting, "" when that is
	// the only one or is not known.
	settingFile(key string) string
	// warnings are what in the configuration makes the generator, not gitpost, unsure.
	warnings() []string
}

// naming is what the name of a post's file is made of.
type naming struct {
	stem    string // what a slug replaces; a bundle's stands in its folder's name
	end     string // the rest: ".md", ".fr.md", "/index.fr.md"
	bundle  bool
	foreign bool // a translation into another language than the site's first
}

// plainNaming is that of a file with one extension.
func plainNaming(file string) naming {
	ext := path.Ext(file)
	return naming{stem: strings.TrimSuffix(path.Base(file), ext), end: ext}
}

// Surroundings is what locating a file needs to know of the files around it.
type Surroundings interface {
	Exists(path string) bool
	Document(path string) *frontmatter.Document // of _index.md and the like; nil when absent or unreadable
}

// Lister is what Surroundings may offer too: the paths of all files below a folder. With
// it, and with Documents of all of them, the URL of a section that is made of the date of
// its newest page is right.
type Lister interface {
	Below(dir string) iter.Seq[string]
}

// Indexer is what Surroundings may offer too: whether a folder, named with its closing slash,
// has any file called index or _index, and whether one with capitals in its name. It spares a
// look-up for each name that one might have.
type Indexer interface {
	Indexed(folder string) (indexed, capitals bool)
}

// RivalCounter is what a Library may offer too. Rivals returns the number of content files, apart
// from own, with the same page path as a file (post.md, Post.md and post/index.md have the same
// one), and the number below that path if it is a folder, both without regard to case.
type RivalCounter interface {
	Rivals(file, own string) (pages, below int)
}

// Page is where a file is published.
type Page struct {
	Path      string
	Kind      string // "post", "page", "section", "home", or a Jekyll collection's name
	URL       string // absolute; also set when not published: where it would be
	Published bool
	Reason    string    // when not: "draft", "scheduled", "expired", …
	Aliases   []string  // absolute URLs that lead here, or at which it was before
	Output    string    // file below the output folder
	Static    bool      // copied unchanged to URL, no page: Published is false
	Date      time.Time // the generator's date of the page; zero when it has none

	// When the clock alone publishes the page or takes it away: the last time that it did, and
	// the next. They are zero when there is none, as for a draft.
	Turned, Turns time.Time
}

// Reasons that pass with time.
const (
	scheduled = "scheduled"
	expired   = "expired"
)

// clocked notes the instants at which the clock decides about a page that nothing else
// withholds; zero ones do not count.
func (p *Page) clocked(now time.Time, instants ...time.Time) {
	if p.Reason != "" && p.Reason != scheduled && p.Reason != expired {
		return
	}
	for _, t := range instants {
		switch {
		case t.IsZero():
		case !t.After(now):
			if t.After(p.Turned) {
				p.Turned = t
			}
		case p.Turns.IsZero() || t.Before(p.Turns):
			p.Turns = t
		}
	}
}

// Library is what writing needs to know of the posts that exist.
type Library interface {
	Surroundings
	PathOf(url string) (path string, ok bool) // the file published at an URL (or that would be)
	Recent(n int) []Source                    // the newest posts, newest first
}

// Source is a file as it stands in the repository.
type Source struct {
	Path string
	Data []byte
}

// Revision is what a create or an update makes of one post.
type Revision struct {
	Path string // where the file goes
	Was  string // its former path when it moved; "" for a new post
	Data []byte
	Page Page
}

var _ = mf2.Item{}

// Post is a post to be written.
type Post struct {
	Item mf2.Item // as the client sent it, uploads already URLs; post-status and visibility among its properties
	Slug string   // what the client asked for; "" when it did not
	Path string   // the path pattern that its channel has; "" for none: where posts of its type go
}

// The methods below are the package's surface; their files: detect.go (Open), item.go
// (Item), compose.go (Compose), revise.go (Revise), media.go (Media), explain.go (Explain).

// Locate tells where a file is published. doc is nil for a file without readable front matter.
func (s *Site) Locate(path string, doc *frontmatter.Document, around Surroundings) Page {
	page := s.profile.locate(path, doc, around)
	if doc == nil {
		return page
	}
	if _, remembers := doc.Get(memoryKey, "former"); remembers {
		base := strings.TrimSuffix(s.BaseURL(), "/")
		for _, former := range remembered(doc).Former {
			page.Aliases = append(page.Aliases, base+escapedPath("/"+strings.TrimPrefix(former, "/")))
		}
	}
	return page
}

// Parse reads a file in the generator's dialect.
func (s *Site) Parse(data []byte) (*frontmatter.Document, error) {
	return frontmatter.Parse(data, s.profile.dialect())
}

// ParseShared is Parse for a document that several goroutines will read.
func (s *Site) ParseShared(data []byte) (*frontmatter.Document, error) {
	doc, err := s.Parse(data)
	if err != nil {
		return nil, err
	}
	for _, key := range doc.Keys() {
		doc.Get(key) // decodes it
	}
	return doc, nil
}

// Content tells whether the file may become a page, so that its text must be read.
func (s *Site) Content(path string) bool { return s.profile.content(path) }

// Context tells whether the file decides how others below its folder are published.
func (s *Site) Context(path string) bool { return s.profile.context(path) }

// Section tells whether the file decides how all below its folder is published. A bundle's
// index file does not: what it says is about its own page, and only that it is there counts
// for the files beside it.
func (s *Site) Section(path string) bool { return s.profile.section(path) }

// Config tells whether a change of the file changes what Open reads.
func (s *Site) Config(path string) bool {
	return s.profile.config(path) || namesVersion(path) || themeFile(path)
}

// Generator is the generator's name and version.
func (s *Site) Generator() (name, version string) { return s.profile.name(), s.profile.version() }

// BaseURL is the site's address with a trailing slash.
func (s *Site) BaseURL() string { return s.profile.baseURL() }

// Warnings are sentences about what in the site's configuration leaves an address to chance,
// each with its remedy. They name no file of content: see Explain for those.
func (s *Site) Warnings() []string { return s.profile.warnings() }

// Zone is the time zone of dates that name none.
func (s *Site) Zone() *time.Location { return s.profile.zone() }
