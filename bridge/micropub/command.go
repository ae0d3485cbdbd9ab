// Package micropub is the wire format: it parses a request into one typed command and writes
// results and errors as responses. It does not depend on Echo, Git or files.
//
// Specification: https://www.w3.org/TR/micropub/ and the extensions of
// https://indieweb.org/Micropub-extensions. Comments say where it is more lenient, and why.
package micropub

import (
	"context"
	"io"

	"gitpost/bridge/mf2"
)

// Command is a parsed POST: a *Create, *Update, *Delete, *Undelete or *Upload.
type Command interface{ command() }

// Create creates a post. Item.Properties contains uploaded files as the URLs that
// FileStore.Store returned, and photos together with their alternative texts.
type Create struct {
	Item     mf2.Item
	Commands Commands
}

// Update changes the post at URL. The parts are applied in the order replace, add, delete.
// A property that Replace names without values is removed.
type Update struct {
	URL      string
	Type     []string // the post's type according to the client; nil: not sent
	Replace  mf2.Properties
	Add      mf2.Properties
	Remove   mf2.Properties // values to remove
	Delete   []string       // whole properties to remove
	Commands Commands
}

// Delete deletes the post at URL, or, at the media endpoint, the uploaded file.
type Delete struct {
	URL         string
	Destination string // mp-destination
}

// Undelete restores the deleted post at URL.
type Undelete struct {
	URL         string
	Destination string
}

// Upload is a file that was posted alone; the response is its URL.
type Upload struct {
	URL      string
	Commands Commands
}

func (*Create) command()   {}
func (*Update) command()   {}
func (*Delete) command()   {}
func (*Undelete) command() {}
func (*Upload) command()   {}

// Commands are the mp-* parameters and their unprefixed names of the early drafts. They never
// become properties.
type Commands struct {
	Slug        string
	Destination string
	SyndicateTo []string // without empty strings
	Channel     []string
	Language    string         // mp-language
	Other       mf2.Properties // other mp-* names, without the prefix

	ambiguous bool // several destinations
}

// Request is a POST.
type Request struct {
	Token   string // the access_token in the body, or ""
	Query   string // q in the URL: "contact" for a contact
	Command Command
}

// File is an uploaded file.
type File struct {
	Property    string // "photo"; "file" at the media endpoint
	Filename    string // untrusted, as the client sent it
	ContentType string // untrusted, as the client sent it
	Body        io.Reader
	Token       string // the access_token in the body, if it came before the file
	Destination string // mp-destination likewise
}

// FileStore stores uploaded files. Before it reads Body, Store must refuse unless the token of
// the request's header, which the implementation knows, or File.Token is valid. Body returns a
// *fault.Error when the file is too large or incomplete.
type FileStore interface {
	Store(ctx context.Context, f File) (url string, err error)
}

// Limits bound what Parse reads. Zero fields mean the defaults.
type Limits struct {
	Body       int64 // bytes of a body without files: 20 MB
	Text       int   // bytes of one text: 1 MB
	Upload     int64 // bytes of one file: 100 MB
	Files      int   // files in one request: 100
	Depth      int   // nesting of JSON and of brackets in form names: 64
	Properties int   // names in one request: 1,000

	// Known reports whether a URL is that of a post on this site. A form of the 2014 draft with
	// such a url and neither action nor h is an update. nil: no URL is known.
	Known func(url string) bool

	// Authorize is called before Known and before any error that is not about syntax alone: as early
	// as the body says enough, and again if the token comes in a part of a multipart body. If it
	// returns an error, so does Parse. nil: the sender is known already.
	Authorize func(Claim) error
}

func (l Limits) withDefaults() Limits {
	if l.Body <= 0 {
		l.Body = 20 << 20
	}
	if l.Text <= 0 {
		l.Text = 1 << 20
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
