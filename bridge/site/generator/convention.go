package generator

import (
	"io/fs"
	"regexp"
	"strings"
	"time"

	"gitpost/frontmatter"
)

// A Convention is what can be said about a site without looking at one of its posts: the
// generator's rules, and what the site's configuration and layouts make of them. Of a field
// that the generator has no use for, the zero value is right.
type Convention struct {
	Name    string // of the generator, as in its Definition
	Version string
	Title   string         // what the site calls itself; "" if its configuration does not say
	BaseURL string         // with a trailing slash
	Stated  string         // the base URL that the configuration has, whether or not it counts
	Zone    *time.Location // of dates that name none
	Origin  Origin

	ZoneStated bool // the site's configuration or its build names the zone

	// Warnings are sentences about what in the configuration makes some URLs unpredictable,
	// each with its remedy.
	Warnings []string

	// Inherited returns what keeps a page from being built that its own front matter does not say.
	// It is called with unpublished pages only; nil where a generator inherits nothing.
	Inherited func(page Page, doc *frontmatter.Document, around Surroundings) Inheritance

	Languages Languages

	Folders
	Keys
	Text
	Unlisted Unlisted
	Head     Head

	// Theme is what is known by its name of a theme that the configuration names and whose files
	// are not in the repository.
	Theme Theme
}

// Origin is the source of a value, in words: a file or a key of the configuration. "" means that
// nothing in the repository says it.
type Origin struct{ Version, BaseURL, Zone, Posts string }

// Folders are where files go. None has a closing slash unless it says so.
type Folders struct {
	Content       string            // the folder below which pages live; "" for the top folder
	ContentPrefix string            // what the path of a post starts with: "content/", or "_" for _posts
	Pages         string            // the folder of standalone pages, such as an about page
	Posts         string            // the folder of posts, on a site that has none to learn from
	PostPattern   string            // the path of a post below it, with placeholders
	Drafts        string            // the name of a folder whose posts are drafts: "_drafts"
	Main          []string          // the folders whose posts the site or its theme calls the main ones
	NoPosts       []string          // folders whose pages are no posts: a manual
	Collections   map[string]string // folders by the names that the configuration returns them
	Data          string            // the folder of data files
	DataExtension string            // of a new data file: ".yaml"
	Static        string            // a folder whose files are copied unchanged
	StaticURL     string            // at which URL they are served, with a trailing slash

	// Verbatim is a file that the generator serves as a text at a path of the site, where no folder of static
	// files is served at its top; nil where one is, or where a file of the site is served under its name.
	Verbatim func(path, text string) (file string, data []byte)

	SiteDay    bool // the date in a path is the day in the site's zone, whatever zone the date names
	PagesAtTop bool // at the top of the content pages such as an about page are more likely than posts
	TopFolders bool // a folder at the top of the content has a page, which one named like it would replace
}

// Keys are how front matter is written.
type Keys struct {
	*Vocabulary
	Dialect    frontmatter.Dialect
	DateLayout string // a layout of package time, with an offset unless LocalDates
	LocalDates bool   // dates are written as the clock of the site's zone

	Image   string // the key for a photo's plain URL
	Aliases string // the key that keeps a former URL working; "" for none
	Address string // the key that fixes a page's URL
	Markup  string // the key that names the markup of a body, in place of the file's extension; "" for none
	Params  string // the map whose keys are read as if they stood at top level; "" for none
	Slug    string // the key that has the last part of the URL; "" for slug

	// Side: Params is no key of the front matter. What is below it is in a file beside the post.
	Side bool

	// Allowed are the only keys that a post may have at top level, in lower case; nil: any. All others,
	// gitpost's own too, are written below Params.
	Allowed map[string]bool

	Format           frontmatter.Format // of the posts of a site that has none to learn from; None for YAML
	AddressTemplates bool               // the value of Address may be a template, {{ page.fileSlug }}, the same in all posts
	NewAddress       string             // the pattern of Address in new posts; "" when they need none

	Draft   Draft
	Updated []string        // the keys that the generator itself reads as the date of the last change; empty: any
	Terms   map[string]bool // keys whose values the generator makes pages of, in lower case

	TitleOfFile     bool     // the generator makes a title of the file's name where there is none
	CategoriesInURL bool     // categories are a part of the URL: posts are tagged by tags alone
	TagKeys         []string // keys of the tags, of which the first with a value counts; empty: the usual one first
	SplitTags       []string // keys whose text is several tags, separated by white space
	AudioList       bool     // audio must be a list of URLs
	SummaryMarkdown bool     // a summary is rendered as Markdown

	PostLayout string // the layout that a post names when there is no post to learn it from
	PageLayout string // the layout that a standalone page names

	// EscapeKeys are the names under which the front matter has texts that Escape refers to.
	EscapeKeys map[string]string
}

// SlugKey is the key that has the last part of a post's URL.
func (k *Keys) SlugKey() string {
	if k.Slug == "" {
		return "slug"
	}
	return k.Slug
}

// Allows reports whether a key, with dots between the keys of maps, may stand at top level.
func (k *Keys) Allows(key string) bool {
	top, _, _ := strings.Cut(strings.ToLower(key), ".")
	return k.Allowed == nil || k.Allowed[top]
}

// Own is the path of a key of gitpost's own.
func (k *Keys) Own(key string) []string {
	if k.Allows(key) || k.Params == "" {
		return []string{key}
	}
	return []string{k.Params, key}
}

// Draft is the key that keeps a post off the site.
type Draft struct {
	Key string
	On  any // its value for a draft
	Off any // its value for a published post; nil: the key is taken away

	Refusal, Hint string // why the site cannot have drafts and what to do; "" when it can
}

// An Inheritance is what a page has from outside its own file.
type Inheritance struct {
	From     string    // what says it, in words: "the cascade of content/posts"; "" when that is not known
	Remedies []Setting // each may publish the page, the best first; none where the page can do nothing
}

// A Setting is a key of the front matter and its value. A nil value removes the key.
type Setting struct {
	Path  []string
	Value any
}

// Text is what becomes of a body.
type Text struct {
	RawHTML  bool // HTML in Markdown reaches the page
	Markdown Markdown
	// HTMLPictures: pictures are written as HTML with the class that the h-entry of the layouts needs, which
	// Markdown cannot have; no layout renders the pictures of Markdown in a way of its own.
	HTMLPictures bool
	// Picture writes an image whose alternative text reaches the page as it is, "" where it cannot;
	// nil where HTML does.
	Picture func(address, alt string) string

	Encoding    string // of the files, when it is not UTF-8
	Language    string // of the site: "de", "pt-BR"; "" when it is not known
	LinkClass   string // what gives a Markdown link or image the class CLASS, behind it; "" for no way
	CoverHidden bool   // the site's configuration keeps a post's cover off its own page
	CurlyQuotes bool   // an alternative text must not have straight quotes
	Reads       Reads
}

// Unlisted is how a page is kept out of all lists.
type Unlisted struct {
	Folder   string // whose posts are in no list; "" when Keys alone decide
	Keys     []Switch
	HideTags bool // the tags of an unlisted page must not stand where the generator reads them

	Refusal, Hint string // why the site cannot have unlisted posts and what to do; "" when it can
}

// A Switch is a key of the front matter with the value that switches something on.
type Switch struct {
	Paths [][]string // where it may stand; the first is written
	Value any
	Same  []any // other values that mean the same
}

// Means reports whether a value switches it on.
func (s Switch) Means(value any) bool {
	if value == s.Value {
		return true
	}
	for _, same := range s.Same {
		if value == same {
			return true
		}
	}
	return false
}

// Head is how lines get into the <head> of a site's pages.
type Head struct {
	Layouts    []LayoutFolder // a later one has precedence
	Extensions []string       // of layouts; empty: .html
	Include    *regexp.Regexp // finds the files that a layout includes; its first group is the file
	Hooks      []Hook
	HookName   *regexp.Regexp // matches other files that a layout includes so that a site adds to the <head>
	HookDirs   []string       // folders of a hook's file; a new one goes to the first
	HookPath   string         // what a hook's path below the layouts starts with: "partials/"
	Begin      string         // comments before and after the lines
	End        string
	Usual      []string // layouts that usually have the head, the likeliest first
	Pages      []string // files outside the layouts that may have the head of the home page
	Themes     []string // the last elements of the names of the site's themes whose files are not in the repository
	CopyTo     string   // a file below it replaces a theme's at the same path; "" where no theme is in a repository
	Advice     string   // what a person can do when no file of the site leads into the head
	RecordLine string   // the line that names the record of a page's AtURI; "" where the head's layout is not known

	// SettingCall finds the settings that a layout reads. Its first group is the setting's key, with
	// dots between the keys of maps.
	SettingCall *regexp.Regexp
	// Set writes settings into the site's configuration. ok is false where it cannot be edited.
	Set func(tree fs.FS, settings []Setting) (file string, data []byte, ok bool)

	HeadersFolder string // where a host's file of headers is published from
	// Publish changes the configuration so that a file in HeadersFolder is published in spite of
	// its name; nil where nothing needs to change.
	Publish func(tree fs.FS, name string) (config string, data []byte, why string, ok bool)
}

// A LayoutFolder is a folder of layouts.
type LayoutFolder struct {
	Folder string
	Prefix string // put before the paths below it
	Own    bool   // the site's, not a theme's
}

// A Hook is a file that a theme includes into the <head> and that is the site's to write.
type Hook struct {
	File   string
	Themes []string // last elements of their names, in lower case
	Begin  string   // what the theme's own file has, and must not get lost
}
