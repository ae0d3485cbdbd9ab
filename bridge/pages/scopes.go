package pages

import (
	"strings"

	"gitpost/bridge/access"
)

// scopeView is a scope in words.
type scopeView struct {
	Word, Title, Words string
	Usual              bool // what a token made by hand has unless the owner says otherwise
	Create             bool // new posts, which can be kept as drafts
}

// scopeTitles are what the pages call the scopes, and whether a token made by hand usually has them.
var scopeTitles = map[string]scopeView{
	"create":   {Title: "Write new posts", Usual: true},
	"draft":    {Title: "Write drafts, which you publish yourself"},
	"update":   {Title: "Change any of your posts", Usual: true},
	"delete":   {Title: "Delete posts", Usual: true},
	"undelete": {Title: "Bring deleted posts back", Usual: true},
	"media":    {Title: "Upload photos and files", Usual: true},
	"read":     {Title: "Read drafts and all else that is not published"},
	"profile":  {Title: "See your profile"},
	"email":    {Title: "See your e-mail address"},
	"post":     {Title: "Write and change posts"},
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
var foreignScopes = map[string]string{
	"follow": "follow feeds", "channels": "sort feeds into channels", "mute": "mute people", "block": "block people",
	"save": "save posts",
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
			return scopeView{Word: word, Title: of.Title + " of the type “" + postType + "”",
				Words: strings.TrimSuffix("no others; "+of.Words, "; ")}, true
		}
	}
	if what, ok := foreignScopes[word]; ok {
		return scopeView{Word: word, Title: "Your feed reader: " + what,
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
