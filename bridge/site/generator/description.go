package generator

import "maps"

// A Description is what the owner's configuration says of a site whose generator has no
// configuration that gitpost could read. The zero value describes nothing.
type Description struct {
	Content   []string // folders and globs of the posts, from the top folder
	Path      string   // the pattern of a post's path below its folder; "" for none
	Permalink string   // the pattern of a post's URL
	URLKey    string   // the key of the front matter that has a post's URL
	URLsFrom  string   // where the site's build publishes a map of its URLs, which the options then have
	Drafts    string   // the name of a folder whose posts are drafts
	Strict    bool     // only the keys that FrontMatter names may stand at top level
	ExtraKey  string   // the map below which all others go then
	Data      string   // the folder of data files
	Dates     string   // LocalDates, or "" for dates with an offset

	FrontMatter FrontMatter

	Static, StaticURL string            // a folder whose files are copied unchanged, and where they are served
	Escape            map[string]string // texts that the generator would take for code, and what to write instead
}

// LocalDates are dates of the clock in the site's zone. The generator shifts a date with an offset.
const LocalDates = "local"

// FrontMatter says which keys a described site's posts have.
type FrontMatter struct {
	Keys     map[string]string // key by meaning, one of Meanings
	Format   string            // "yaml", "toml" or "json"; "" for YAML
	Draft    Marker
	Unlisted Marker
}

// Meanings are what a key of a described site can mean, and the mf2 property that it says; "" for
// none.
var Meanings = map[string]string{
	"title": "name", "date": "published", "updated": "updated", "summary": "summary", "tags": "category",
	"image": "", "slug": "", "aliases": "",
}

// A Marker is a key and the value with which it marks a post. The zero value marks none.
type Marker struct {
	Key   string
	Value any
}

// Described reports whether anything is described.
func (d Description) Described() bool {
	return len(d.Content) > 0 || d.Permalink != "" || d.URLKey != "" || len(d.FrontMatter.Keys) > 0
}

// Key is the key of a meaning, usual where the description names none.
func (f FrontMatter) Key(meaning, usual string) string {
	if key := f.Keys[meaning]; key != "" {
		return key
	}
	return usual
}

// All are the keys that the description names, by meaning.
func (f FrontMatter) All() map[string]string { return maps.Clone(f.Keys) }
