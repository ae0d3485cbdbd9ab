// Package site writes and reads the posts of a static site: it places a new post, writes mf2
// properties as the neighbouring posts do, changes a post in place, and reads it back as mf2
// without loss.
//
// What depends on the generator is asked of package generator's contract. Apart from the list
// in generators.go nothing here knows a generator by name. The package reads an fs.FS and
// nothing else.
package site

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"gitpost/bridge/mf2"
	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// Options override what is read from the repository. The zero value overrides nothing.
type Options struct {
	Me         string            // the owner's URL; stands in for a base URL that is not configured
	URL        string            // where the site is published; overrides the generator's own setting
	Generator  string            // one of Generators; default: detected
	Version    string            // "0.165.0"; default: what the repository says, else the newest
	Section    string            // where new posts go
	Path       string            // file-name pattern for new posts, with placeholders
	Types      map[string]Type   // by post type (mf2.PostType)
	Properties []string          // that apps may write at top level, beside the usual ones
	TimeZone   *time.Location    // of dates without one, in files and from apps; default: the site's, else the machine's
	MediaDir   string            // default: static/media or assets/media
	Titles     string            // "always" or "never"; default: where the site's lists need titles
	MediaURLs  string            // RelativeMedia or AbsoluteMedia; default: as the newest posts have them
	Cover      string            // the key of a post's picture in lists, "none"; default: as the newest posts have it
	Now        func() time.Time  // default: time.Now
	Env        map[string]string // what the generator's build environment sets (HUGO_…, TZ)

	// Published has the URLs that the site's build says, by file: what is at Description.URLsFrom.
	Published map[string]string

	Description generator.Description // of a site whose generator reads nothing that gitpost could read
}

// Type overrides placement for one post type.
type Type struct {
	Path        string
	FrontMatter map[string]any // keys that new posts get, unless what was sent says them
}

// Site is one repository's configuration, read. It never changes and is safe for
// concurrent use.
type Site struct {
	generator generator.Generator
	rules     *generator.Convention
	options   Options
	templates bodies
	from      string     // the file or folder by which the generator was recognised
	links     []foreign  // folders that nothing can be written into
	noSection string     // a warning that the folder of site.section is not there
	styles    styleCache // of the newest posts
	learned   learnedCache
	texts     textCache // of the newest long texts
}

// Types of the contract that callers of this package use.
type (
	Page         = generator.Page
	Surroundings = generator.Surroundings
	Lister       = generator.Lister
	Indexer      = generator.Indexer
)

// Library is what writing a post needs to know about the existing ones.
type Library interface {
	Surroundings
	PathOf(url string) (path string, ok bool) // the file published at a URL (or that would be)
	Recent(n int) []Source                    // the newest posts, newest first
}

// RivalCounter is what a Library may offer too. Rivals returns the number of content files, apart
// from own, with the same page path as a file (post.md, Post.md and post/index.md have the same
// one), and the number below that path if it is a folder, both without regard to case.
type RivalCounter interface {
	Rivals(file, own string) (pages, below int)
}

// Source is a file of the repository.
type Source struct {
	Path string
	Data []byte
	Side []byte // the text of its side file; nil for none (see SideFile)
}

// Revision is what a create or an update makes of one post.
type Revision struct {
	Path string // where the file goes
	Was  string // its former path when it moved; "" for a new post
	Data []byte
	Side []byte // the text of its side file; nil for none, or when nothing is left in it
	Page Page
}

// Post is a post to be written.
type Post struct {
	Item mf2.Item // as the client sent it, uploads already URLs; post-status and visibility among its properties
	Slug string   // what the client asked for; "" when it did not
	Path string   // the path pattern that its channel has; "" for none: where posts of its type go
}

// The methods below are the package's surface; their files: detect.go (Open), item.go
// (Item), compose.go (Compose), revise.go (Revise), media.go (Media), explain.go (Explain).

// Locate returns where a file is published. doc is nil for a file without readable front matter.
func (s *Site) Locate(path string, doc *frontmatter.Document, around Surroundings) Page {
	page := s.generator.Locate(path, doc, around)
	if doc == nil {
		return page
	}
	if _, remembers := doc.Get(append(s.rules.Own(memoryKey), "former")...); remembers {
		base := strings.TrimSuffix(s.BaseURL(), "/")
		for _, former := range s.remembered(doc).Former {
			page.Aliases = append(page.Aliases, base+escapedPath("/"+strings.TrimPrefix(former, "/")))
		}
	}
	return page
}

// Parse reads a file in the generator's dialect. ParseSource is for a post that may have a side file.
func (s *Site) Parse(data []byte) (*frontmatter.Document, error) {
	doc, err := frontmatter.Parse(data, s.rules.Dialect)
	if err == nil && s.rules.Side {
		doc.Attach(s.rules.Params, newData(sideEnding, nil).doc)
	}
	return doc, err
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

// Content reports whether the file may become a page, so that its text must be read.
func (s *Site) Content(path string) bool { return s.generator.Role(path).Has(generator.Content) }

// Context reports whether the file decides how others below its folder are published.
func (s *Site) Context(path string) bool { return s.generator.Role(path).Has(generator.Context) }

// Section reports whether the file decides how all below its folder is published. A bundle's
// index file does not: what it says is about its own page, and only that it is there counts
// for the files beside it.
func (s *Site) Section(path string) bool { return s.generator.Role(path).Has(generator.Section) }

// Config reports whether a change of the file changes what Open reads.
func (s *Site) Config(path string) bool {
	return s.generator.Role(path).Has(generator.Config) || generator.NamesVersion(path) ||
		strings.HasPrefix(path, templateFolder+"/")
}

// Generator is the generator's name and version.
func (s *Site) Generator() (name, version string) { return s.rules.Name, s.rules.Version }

// VersionFrom is what says the generator's version, in words.
func (s *Site) VersionFrom() string {
	if _, asked, _ := strings.Cut(s.options.Generator, "@"); s.options.Version != "" || asked != "" {
		return "site.version or --generator"
	}
	return cmp.Or(s.rules.Origin.Version, noVersion)
}

// noVersion is the source of a version that nothing in the repository says.
const noVersion = "no file says it: the newest that gitpost knows"

// VersionStated reports whether the configuration or a file of the repository says the generator's
// version.
func (s *Site) VersionStated() bool { return s.VersionFrom() != noVersion }

// BaseURL is the site's address with a trailing slash.
func (s *Site) BaseURL() string { return s.rules.BaseURL }

// Warnings are sentences about what in the site's configuration makes some URLs unpredictable, or is
// hardly meant, each with its remedy. They name no file of content: see Explain for those.
func (s *Site) Warnings() []string {
	warnings := s.rules.Warnings
	o := generator.Options{Me: s.options.Me, URL: s.options.URL}
	if w := o.BaseWarning(s.rules.Stated, s.BaseURL(), s.rules.Origin.BaseURL); w != "" {
		warnings = append(slices.Clone(warnings), w)
	}
	if s.noSection != "" {
		warnings = append(slices.Clip(warnings), s.noSection)
	}
	return warnings
}

// Zone is the time zone of dates that name none.
func (s *Site) Zone() *time.Location { return s.rules.Zone }

// ZoneStated reports whether the options, the site's configuration or its build name the zone.
func (s *Site) ZoneStated() bool { return s.options.TimeZone != nil || s.rules.ZoneStated }
