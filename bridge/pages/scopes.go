package pages

import (
	"strings"

	"gitpost/bridge/access"
	"gitpost/bridge/language"
)

// scopeView is a scope in words.
type scopeView struct {
	Word, Words string
	Title       language.Text
	For         string // the one type of posts that it is about; "" for all
	Usual       bool   // what a token made by hand has unless the owner says otherwise
	Create      bool   // new posts, which can be kept as drafts
}

// scopeTitles are what the pages call the scopes, and whether a token made by hand usually has them.
var scopeTitles = map[string]scopeView{
	"create":   {Title: language.Text("Write new posts"), Usual: true},
	"draft":    {Title: language.Text("Write drafts, which you publish yourself")},
	"update":   {Title: language.Text("Change any of your posts"), Usual: true},
	"delete":   {Title: language.Text("Delete posts"), Usual: true},
	"undelete": {Title: language.Text("Bring deleted posts back"), Usual: true},
	"media":    {Title: language.Text("Upload photos and files"), Usual: true},
	"read":     {Title: language.Text("Read drafts and all else that is not published")},
	"profile":  {Title: language.Text("See your profile")},
	"email":    {Title: language.Text("See your e-mail address")},
	"post":     {Title: language.Text("Write and change posts")},
}

// knownScopes are those that mean something here, in the order of the pages. What they allow is
// said by the table by which requests are checked.
func knownScopes() []scopeView {
	var all []scopeView
	for _, s := range access.Scopes() {
		v := scopeTitles[s.Word]
		v.Word, v.Words = s.Word, s.Allows()
		all = append(all, v)
	}
	return all
}

// foreignScopes are for feed readers, which ask for them together with create.
var foreignScopes = map[string]language.Text{
	"follow":   language.Text("Your feed reader: follow feeds"),
	"channels": language.Text("Your feed reader: sort feeds into channels"),
	"mute":     language.Text("Your feed reader: mute people"), "block": language.Text("Your feed reader: block people"),
	"save": language.Text("Your feed reader: save posts"),
}

// describeScope puts a scope into words. known is false for one that has no effect here.
func describeScope(word string) (s scopeView, known bool) {
	for _, s := range knownScopes() {
		if s.Word == word {
			return s, true
		}
	}
	if first, postType, ok := strings.Cut(word, ":"); ok && postType != "" {
		switch first {
		case "create", "post", "update", "delete":
			of, _ := describeScope(first)
			return scopeView{Word: word, Title: of.Title, For: postType,
				Words: strings.TrimSuffix("no others; "+of.Words, "; ")}, true
		}
	}
	if what, ok := foreignScopes[word]; ok {
		return scopeView{Word: word, Title: what,
			Words: "not used here; a feed reader may ask gitpost about it"}, true
	}
	return scopeView{}, false
}

func isKnown(scope string) bool {
	_, known := describeScope(scope)
	return known
}

// handScopes are those that make sense in a token made by hand.
func handScopes() []scopeView {
	var list []scopeView
	for _, known := range knownScopes() {
		switch known.Word {
		case "profile", "email", "post":
		default:
			list = append(list, known)
		}
	}
	return list
}
