package pages

import "strings"

// scopeView is a scope in words.
type scopeView struct {
	Word, Title, Words string
	Usual              bool // what a token made by hand has unless the owner says otherwise
	Create             bool // new posts, which can be kept as drafts
}

// knownScopes are those that mean something here, in the order of the pages.
var knownScopes = []scopeView{
	{Word: "create", Title: "Write new posts", Words: "they are published at once", Usual: true},
	{Word: "draft", Title: "Write drafts", Words: "you publish them yourself"},
	{Word: "update", Title: "Change posts", Words: "any of your posts", Usual: true},
	{Word: "delete", Title: "Delete posts", Words: "they stay in the repository's history", Usual: true},
	{Word: "undelete", Title: "Bring deleted posts back", Usual: true},
	{Word: "media", Title: "Upload photos and files", Usual: true},
	{Word: "read", Title: "Read your posts", Words: "drafts too"},
	{Word: "profile", Title: "See your profile", Words: "name, photo and address"},
	{Word: "email", Title: "See your e-mail address"},
	{Word: "post", Title: "Write and change posts", Words: "the old word for create and update"},
}

// foreignScopes are for feed readers, which ask for them together with create.
var foreignScopes = map[string]string{
	"follow": "follow feeds", "channels": "sort feeds into channels", "mute": "mute people", "block": "block people",
	"save": "save posts",
}

func describeScope(word string) scopeView {
	for _, known := range knownScopes {
		if known.Word == word {
			return known
		}
	}
	if first, postType, ok := strings.Cut(word, ":"); ok && postType != "" {
		switch first {
		case "create", "post", "update", "delete":
			known := describeScope(first)
			return scopeView{Word: word, Title: known.Title + " of the type “" + postType + "”",
				Words: strings.TrimSuffix("no others; "+known.Words, "; ")}
		}
	}
	if what, ok := foreignScopes[word]; ok {
		return scopeView{Word: word, Title: "Your feed reader: " + what,
			Words: "not used here; a feed reader may ask gitpost about it"}
	}
	return scopeView{Word: word, Title: "“" + word + "”", Words: "unknown to gitpost; it has no effect here"}
}

// handScopes are those that make sense in a token made by hand.
func handScopes() []scopeView {
	var list []scopeView
	for _, known := range knownScopes {
		switch known.Word {
		case "profile", "email", "post":
		default:
			list = append(list, known)
		}
	}
	return list
}
