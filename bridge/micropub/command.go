// Package micropub is the wire format: a request becomes one typed command, results and
// errors become responses. It knows neither Echo nor Git nor files.
//
// Specification: https://www.w3.org/TR/micropub/ and the extensions of
// https://indieweb.org/Micropub-extensions; what is lenient, and why, is said where it is.
package micropub

import (
	"context"
	"io"

	"gitpost/bridge/mf2"
)

// Command is what a POST asks for: *Create, *Update, *Delete, *Undelete or *Upload.
type Command interface{ command() }

// Create makes a post. Uploaded files are already in Item.Properties as the URLs that
// Intake.Store gave; photo alt texts are already joined to their photos.
type Create struct {
	Item     mf2.Item
	Commands Commands
}

// Update changes the post at URL. The parts are applied in the order replace, add, delete.
// A property that Replace names with no values is taken away.
type Update struct {
	URL      string
	Type     []string // what the client takes the post for; nil when it does not say
	Replace  mf2.Properties
	Add      mf2.Properties
	Remove   mf2.Properties // values to take away
	Delete   []string       // whole properties to take away
	Commands Commands
}

// Delete removes the post at URL, or at the media endpoint the uploaded file.
type Delete struct {
	URL         string
	Destination string // mp-destination
}

// Undelete brings it back.
type Undelete struct {
	URL         string
	Destination string
}

// Upload is a file that was posted alone: its URL is the whole answer.
type Upload struct {
	URL      string
	Commands Commands
}

func (*Create) command()   {}
func (*Update) command()   {}
func (*Delete) command()   {}
func (*Undelete) command() {}
func (*Upload) command()   {}

// Commands are the mp-* parameters (and their unprefixed forms of the drafts). They never
// become properties.
type Commands struct {
	Slug        string
	Destination string
	SyndicateTo []string // without empty strings
	Channel     []string
	Other       mf2.Properties // other mp-* names, without the prefix

	torn bool // between several destinations
}

// Request is a parsed POST.
type Request struct {
	Token   string // the body's access_token; "" when there was none
	Query   string // the q of the request's URL: "contact" when a contact is meant
	Command Command
}

// File is an uploaded part on its way to Intake.Store.
type File struct {
	Property    string // "photo"; "file" at the media endpoint
	Filename    string // as the client named it: hostile
	ContentType string // as the client declared it: not to be believed
	Body        io.Reader
	Token       string // the body's access_token if it came before the file
}

// Intake keeps uploaded files. Store must refuse when neither the header (known to the
// implementation) nor File.Token is a good token, before it reads Body. Body fails with a
// *fault.Error when the file is too large or breaks off.
type Intake interface {
	Store(ctx context.Context, f File) (url string, err error)
}

// Limits bound what Parse reads. A zero field means its default.
type Limits struct {
	Body       int64 // bytes of a body without files: 20 MB
	Upload     int64 // bytes of one file: 100 MB
	Files      int   // files in one request: 100
	Depth      int   // nesting of JSON and of brackets in form names: 64
	Properties int   // names in one request: 1,000

	// Known tells whether an URL names a post of this site. A form of the 2014 draft that
	// carries such a url, no action and no h is an update. nil: none is known.
	Known func(url string) bool
}

func (l Limits) withDefaults() Limits {
	if l.Body <= 0 {
		l.Body = 20 << 20
	}
	if l.Upload <= 0 {
		l.Upload = 100 << 20
	}
	if l.Files <= 0 {
		l.Files = 100
	}
	if l.Depth <= 0 {
		l.Depth = 64
	}
	if l.Properties <= 0 {
		l.Properties = 1000
	}
	if l.Known == nil {
		l.Known = func(string) bool { return false }
	}
	return l
}
