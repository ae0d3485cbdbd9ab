package site

import (
	"regexp"
	"strings"
)

// What mf2 calls a property and what the front matter of a site calls it differ. A
// vocabulary is one generator's side of that: which keys say what, and which keys are the
// generator's own and must never be written from a property of that name.
type vocabulary struct {
	words    map[string][]string // property → keys that say it, the usual one first; "cover.image" is nested
	meanings map[string]string   // the same the other way round, keys in lower case
	reserved map[string]bool     // keys of the generator, of stock themes and of gitpost, in lower case
	spell    func(property string) string
}

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

// responses are properties that sites spell in four ways: likeOf, like_of, like-of and
// mf-like-of.
var responses = []string{
	"in-reply-to", "like-of", "repost-of", "bookmark-of", "quotation-of", "follow-of", "tag-of",
	"read-of", "read-status", "watch-of", "listen-of", "play-of", "jam-of", "eat-of", "drink-of", syndicateTo,
}

// newVocabulary completes words with the spellings that every site may use.
func newVocabulary(words map[string][]string, reserved string, spell func(string) string) *vocabulary {
	v := &vocabulary{words: map[string][]string{}, meanings: map[string]string{}, reserved: map[string]bool{}, spell: spell}
	for _, key := range strings.Fields(reserved + " " + sharedReserved) {
		v.reserved[key] = true
	}
	for property, keys := range words {
		v.words[property] = keys
	}
	for property, keys := range sharedWords {
		v.words[property] = append(v.words[property], keys...)
	}
	for _, property := range responses {
		keys := append([]string{spell(property), property, camel(property), snake(property)}, v.words[property]...)
		v.words[property] = keys
	}
	for property, keys := range v.words {
		v.words[property] = distinct(append(keys, "mf-"+property))
		for _, key := range v.words[property] {
			v.meanings[strings.ToLower(key)] = property
		}
	}
	return v
}

// syndicateTo is where the author asked that copies of the post be put (mp-syndicate-to). What
// puts them there reads it from the file.
const syndicateTo = "syndicate-to"

// sharedWords are spellings that are read whatever the generator.
var sharedWords = map[string][]string{
	"name":        {"title", "name"},
	"in-reply-to": {"reply_to_url", "reply-to-url", "replyToUrl", "reply_to", "reply-to", "replyTo"},
	"bookmark-of": {"bookmark"},
	"photo":       {"photo", "photos", "images", "cover.image", "image", "featured_image", "featuredImage", "featureImage", "header.teaser", "header.image"},
	"video":       {"video", "videos"},
	"audio":       {"audio"},
	"syndication": {"syndication"},
	syndicateTo:   {"mp-syndicate-to", "mpSyndicateTo", "mp_syndicate_to"},
	"rsvp":        {"rsvp"},
	"checkin":     {"checkin"},
	"location":    {"location"},
}

// sharedReserved are keys that stock themes and plugins give a meaning of their own. A hand
// may write them; no property is read from them, and none is written to them.
const sharedReserved = `
	mf2 gitpost h type properties post-status visibility deleted
	layout permalink url slug weight aliases draft outputs cascade build _build publishdate expirydate unpublishdate
	headless markup menu menus resources sitemap linktitle translationkey iscjklanguage params keywords
	description excerpt category categories tag tags series topics
	image images cover thumbnail thumb featured_image featuredimage featureimage header banner hero teaser feature
	toc comment comments math mathjax katex mermaid pin pinned sticky hidden private protected password noindex robots
	share sharing related sidebar classes class css js style styles script scripts theme color
	lang language locale ref id identifier key path kind
	redirect redirect_from redirect_to canonical canonical_url
	nav order parent has_children nav_order search sort
	content output ext dir name title date lastmod modified pubdate published excerpt_separator
	render_with_liquid collection relative_path next previous site page
	license copyright
	null true false yes no on off y n`

// property tells which property a top-level key says. A key that means nothing known is a
// property itself when it looks like one.
func (v *vocabulary) property(key string) (string, bool) {
	if p, ok := v.meanings[strings.ToLower(key)]; ok {
		return p, true
	}
	if rest, ok := strings.CutPrefix(key, "mf-"); ok && propertyName.MatchString(rest) {
		return rest, true
	}
	if v.reserved[strings.ToLower(key)] || !propertyName.MatchString(key) {
		return "", false
	}
	return key, true
}

// own tells whether a property may stand at top level under its own name or a known one.
func (v *vocabulary) own(property string) bool {
	if _, ok := v.words[property]; ok {
		return true
	}
	p, ok := v.property(property)
	return ok && p == property
}

// key is the usual key of a property.
func (v *vocabulary) key(property string) string {
	if keys := v.words[property]; len(keys) > 0 {
		return keys[0]
	}
	return property
}

var propertyName = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

func kebab(property string) string { return property }

func snake(property string) string { return strings.ReplaceAll(property, "-", "_") }

func camel(property string) string {
	parts := strings.Split(property, "-")
	for i, part := range parts[1:] {
		if part != "" {
			parts[i+1] = strings.ToUpper(part[:1]) + part[1:]
		}
	}
	return strings.Join(parts, "")
}

func distinct(list []string) []string {
	seen := make(map[string]bool, len(list))
	var out []string
	for _, s := range list {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}
