package access

import "strings"

// Action is something that a token may do.
type Action string

// The actions. Published posts, their tags and places and what the server offers may be read with
// any token.
const (
	CreatePost      Action = "create posts"
	UpdatePost      Action = "change posts"
	DeletePost      Action = "delete posts"
	Undelete        Action = "bring back deleted posts and contacts"
	ReadUnpublished Action = "read posts that are not published, with their tags and places"

	CreateContact Action = "create contacts"
	UpdateContact Action = "change contacts"
	DeleteContact Action = "delete contacts"
	ReadContacts  Action = "read contacts"

	UploadFile       Action = "upload files"
	ReadUploads      Action = "list and preview uploads"
	DeleteStagedFile Action = "delete uploads that no post uses"
	ReplaceFiles     Action = "manage uploads"                   // with DeleteFile
	DeleteFile       Action = "delete files from the repository" // with ReplaceFiles

	ReadProfile Action = "read the owner's profile"
	ReadEmail   Action = "read the owner's e-mail address"
)

// Scope is a word of a token and what it allows.
type Scope struct {
	Word    string
	Posts   []Action // on posts of all types; the word and a type, as in create:photo, allow these for that type
	Drafts  []Action // on posts that are drafts
	Actions []Action // on everything else
	ByType  bool     // the word and a type are a scope too
}

// Scopes is the one table of scopes and actions. Requests are checked by it, and the consent page
// and the manual show it.
func Scopes() []Scope {
	create := Scope{
		Word: "create", ByType: true, Posts: []Action{CreatePost, UploadFile, ReadUploads},
		Actions: []Action{CreateContact, ReplaceFiles},
	}
	update := Scope{
		Word: "update", ByType: true, Posts: []Action{UpdatePost, ReadUnpublished, ReadUploads},
		Actions: []Action{UpdateContact, ReadContacts},
	}
	post := Scope{ // the old word for both
		Word: "post", ByType: true, Posts: append(append([]Action{}, create.Posts...), update.Posts...),
		Actions: append(append([]Action{}, create.Actions...), update.Actions...),
	}
	return []Scope{
		create,
		{Word: "draft", Drafts: []Action{CreatePost, UpdatePost, ReadUnpublished}, Actions: []Action{UploadFile}},
		update,
		{Word: "delete", ByType: true, Posts: []Action{DeletePost},
			Actions: []Action{DeleteContact, DeleteStagedFile, DeleteFile}},
		{Word: "undelete", Actions: []Action{Undelete}},
		{Word: "media", Actions: []Action{UploadFile, ReadUploads, DeleteStagedFile, ReplaceFiles}},
		{Word: "read", Actions: []Action{ReadUnpublished, ReadContacts}},
		{Word: "profile", Actions: []Action{ReadProfile}},
		{Word: "email", Actions: []Action{ReadEmail}},
		post,
	}
}

// Allows says in words what the scope allows.
func (s Scope) Allows() string {
	words := func(actions []Action) string {
		var all []string
		for _, a := range actions {
			all = append(all, string(a))
		}
		return strings.Join(all, ", ")
	}
	parts := []string{words(append(append([]Action{}, s.Posts...), s.Actions...))}
	if len(s.Drafts) > 0 {
		parts = append(parts, "for drafts alone: "+words(s.Drafts))
	}
	return strings.Join(parts, "; ")
}

// scopes is Scopes by word.
var scopes = func() map[string]Scope {
	byWord := map[string]Scope{}
	for _, s := range Scopes() {
		byWord[s.Word] = s
	}
	return byWord
}()
