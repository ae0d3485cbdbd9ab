package generator

import (
	"iter"
	"time"

	"gitpost/frontmatter"
)

// Surroundings is what locating a file needs to know of the files around it.
type Surroundings interface {
	Exists(path string) bool
	Document(path string) *frontmatter.Document // of _index.md and the like; nil when absent or unreadable
}

// Lister is an optional part of Surroundings: the paths of all files below a folder. With it, and
// with Documents of all of them, the URL of a section that is made of the date of its newest page
// is right.
type Lister interface {
	Below(dir string) iter.Seq[string]
}

// Indexer is an optional part of Surroundings: whether a folder, named with its closing slash, has
// any file called index or _index, and whether one with capitals in its name. It saves a look-up
// for each name that such a file may have.
type Indexer interface {
	Indexed(folder string) (indexed, capitals bool)
}

// Page is where a file is published.
type Page struct {
	Path      string
	Kind      string // "post", "page", "section", "home", or a Jekyll collection's name
	URL       string // absolute; also set when not published: where it would be
	Published bool
	Reason    string    // when not: "draft", "scheduled", "expired", …
	Aliases   []string  // absolute URLs that redirect here, or at which it was before
	Output    string    // file below the output folder
	Static    bool      // no page: the generator copies the file or leaves it out, and Published is false
	Date      time.Time // the generator's date of the page; zero when it has none

	// Unlocated is why the URL is not known; "" when it is. It is the Reason too, unless there is another
	// one: a map of the site's URLs may say where the page is.
	Unlocated string

	// When the clock alone publishes the page or takes it away: the last time that it did, and
	// the next. They are zero when there is none, as for a draft.
	Turned, Turns time.Time
}

// Reasons that pass with time.
const (
	Scheduled = "scheduled"
	Expired   = "expired"
)

// Reasons for which nothing at a path is ever published.
const (
	NoDateInName = "no date in the file name"
	Ignored      = "ignored"
	PartOf       = "a part of " // starts the reason; the file of the bundle's page follows
)

// Breaks starts the reason of a page that makes the whole build fail.
const Breaks = "breaks the build: "

// Clocked sets when the clock publishes a page or takes it away, if nothing else withholds it.
// Zero instants are ignored.
func (p *Page) Clocked(now time.Time, instants ...time.Time) {
	if p.Reason != "" && p.Reason != Scheduled && p.Reason != Expired {
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
