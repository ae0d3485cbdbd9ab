package generator

import (
	"path"
	"regexp"
	"strings"
)

// A Reading is what layouts do with one key of posts.
type Reading struct {
	Shape Shape  // that they can work with
	File  string // the first layout that reads it

	// Shown is by Reads.Layouts: for those that show it on the post's own page, the file that does.
	Shown map[string]string
	// Pictured is the same of those that use it as the address of something that is shown.
	Pictured map[string]string
	// Every is the same of those that show more than the first of its values.
	Every map[string]string
}

// Lists is whether the lists of posts can do without titles.
type Lists struct {
	File       string // the layout that says it; "" when none does
	NeedTitles bool   // it links posts by their titles alone
}

// Reads is what the layouts of a site do with the keys of its posts.
type Reads struct {
	Keys map[string]Reading // by key, in lower case where the generator reads keys so
	Fold bool               // keys are read in any case

	// Layouts are the layouts of single pages, by what selects them: the section or the type of a
	// post, or the name that it gives. "" is the usual one.
	Layouts map[string]bool
	Lists   Lists
	Partial bool // the layouts of posts are elsewhere: in a theme that is not in the repository
}

// Of returns what is known of a key.
func (r Reads) Of(key string) (Reading, bool) {
	if r.Fold {
		key = strings.ToLower(key)
	}
	reading, ok := r.Keys[key]
	return reading, ok
}

// Shows reports whether a post that has the key shows it on its own page. names are what may
// select its layout, the strongest first.
func (r Reads) Shows(key string, names ...string) bool {
	reading, _ := r.Of(key)
	return reading.Shown[r.layout(names)] != ""
}

// ShowsEvery reports the same of all values of a key.
func (r Reads) ShowsEvery(key string, names ...string) bool {
	reading, _ := r.Of(key)
	return reading.Every[r.layout(names)] != ""
}

// Pictures returns the layout that shows what is at the address in a key of a post, "" for none.
func (r Reads) Pictures(key string, names ...string) (file string) {
	reading, _ := r.Of(key)
	return reading.Pictured[r.layout(names)]
}

// layout is the first of the names that selects a layout.
func (r Reads) layout(names []string) string {
	for _, name := range names {
		if name != "" && r.Layouts[name] {
			return name
		}
	}
	return ""
}

// ForMachines reports whether the name of a layout says that it makes something other than what
// readers see of a post: the head, link previews, structured data, feeds, cards of lists.
func ForMachines(file string) bool {
	switch path.Ext(file) {
	case ".xml", ".json", ".txt", ".js", ".css", ".webmanifest", ".ics":
		return true
	}
	return machineName.MatchString(strings.ToLower(strings.TrimSuffix(file, path.Ext(file))))
}

var machineName = regexp.MustCompile(
	`(?:^|[/._-])(?:head|meta|metadata|open-?_?graph|og|twitter(?:_?-?cards?)?|schema|` +
		`seo|json-?_?ld|structured-?_?data|feed|rss|atom|json|sitemap|search|social-?_?cards?|cards?|preview|link-?_?preview|` +
		`summary|teaser|list-?item|archive-?single)(?:$|[/._-])`,
)

// BehindText reports whether what follows a text is the address of a background of CSS, which has no
// alternative text and counts as none of the pictures of a page.
func BehindText(before string) bool { return background.MatchString(before) }

var background = regexp.MustCompile(`(?i)\burl\(\s*["']?$`)

// WithoutHead is the layouts' text without what is not on the page for readers: the head, scripts,
// styles, and elements that say something to machines.
func WithoutHead(text string) string { return notForReaders.ReplaceAllString(text, "") }

var notForReaders = regexp.MustCompile(`(?is)<head[\s>].*?</head>|<script[\s>].*?</script>|<style[\s>].*?</style>|` +
	`<(?:meta|link)\s[^<]*?>`)
