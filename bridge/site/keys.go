package site

import "strings"

// Keys of gitpost itself.
const (
	mf2Key    = "mf2"     // properties that the front matter proper cannot hold
	memoryKey = "gitpost" // what must be remembered about the file; see memory
	typeKey   = "h"       // "event" for an h-event
)

// Properties of Micropub that are no content of the post.
const (
	statusProperty     = "post-status"
	visibilityProperty = "visibility"
	slugCommand        = "mp-slug"
	pathCommand        = "mp-path" // of Revise's caller alone: the path pattern of a channel
)

// ConfigurableKey reports whether a configuration may name a key of front matter that all posts of a
// type get: not what each post has for itself.
func ConfigurableKey(name string) bool {
	switch strings.ToLower(name) {
	case "", mf2Key, memoryKey, typeKey, "title", "date", "slug", "url", "permalink", "draft", "published", "aliases":
		return false
	}
	return true
}
