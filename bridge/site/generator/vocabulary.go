package generator

import (
	"regexp"
	"slices"
	"strings"

	"gitpost/bridge/mf2"
)

// A Vocabulary says which keys of the front matter say which mf2 property, and which keys are
// the generator's own and must never be written from a property of that name.
type Vocabulary struct {
	Words    map[string][]string // property → keys that say it, the usual one first; "cover.image" is nested
	Meanings map[string]string   // the reverse, keys in lower case
	Nested   map[string][]string // key of a map in lower case → properties that a key in it says
	Reserved map[string]bool     // keys of the generator, of stock themes and of gitpost, in lower case
	Spell    func(property string) string
}

// SyndicateTo is the property that says where copies of the post should be published
// (mp-syndicate-to). The syndicator reads it from the file.
const SyndicateTo = "syndicate-to"

// Responses are properties that sites spell in four ways: likeOf, like_of, like-of and
// mf-like-of.
var Responses = []string{
	"in-reply-to", "like-of", "repost-of", "bookmark-of", "quotation-of", "follow-of", "tag-of",
	"read-of", "read-status", "watch-of", "listen-of", "play-of", "jam-of", "eat-of", "drink-of", SyndicateTo,
}

// NewVocabulary adds the spellings that every site may use to a generator's own words and
// reserved keys. spell is how the generator's users usually spell a key.
func NewVocabulary(words map[string][]string, reserved string, spell func(string) string) *Vocabulary {
	v := &Vocabulary{Words: map[string][]string{}, Meanings: map[string]string{}, Nested: map[string][]string{},
		Reserved: map[string]bool{}, Spell: spell}
	for _, key := range strings.Fields(reserved + " " + sharedReserved) {
		v.Reserved[key] = true
	}
	for _, key := range CoverKeys {
		if !strings.Contains(key, ".") {
			v.Reserved[strings.ToLower(key)] = true
			for _, alt := range AltBeside(key) {
				v.Reserved[strings.ToLower(alt)] = true
			}
		}
	}
	for property, keys := range words {
		v.Words[property] = slices.Clone(keys)
	}
	for property, keys := range sharedWords {
		v.Words[property] = append(v.Words[property], keys...)
	}
	for _, property := range Responses {
		v.Words[property] = append([]string{spell(property), property, Camel(property), Snake(property)},
			v.Words[property]...)
	}
	for property, keys := range v.Words {
		v.Words[property] = Distinct(append(keys, "mf-"+property))
		for _, key := range v.Words[property] {
			v.Meanings[strings.ToLower(key)] = property
			if top, _, nested := strings.Cut(strings.ToLower(key), "."); nested {
				v.Nested[top] = Distinct(append(v.Nested[top], property))
			}
		}
	}
	return v
}

// sharedWords are spellings that are read whatever the generator.
var sharedWords = map[string][]string{
	"name":        {"title", "name"},
	"in-reply-to": {"reply_to_url", "reply-to-url", "replyToUrl", "reply_to", "reply-to", "replyTo"},
	"bookmark-of": {"bookmark"},
	"photo": {"photo", "photos", "images", "cover.image", "image", "featured_image", "featuredImage",
		"featureImage", "header.teaser", "header.image"},
	"video":       {"video", "videos"},
	"audio":       {"audio"},
	"syndication": {"syndication"},
	SyndicateTo:   {"mp-syndicate-to", "mpSyndicateTo", "mp_syndicate_to"},
	mf2.AtURI:     {"atUri", "at_uri"},
	"rsvp":        {"rsvp"},
	"checkin":     {"checkin"},
	"location":    {"location"},
}

// sharedReserved are keys that stock themes and plugins give a meaning of their own. The author
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

// Property returns the property that a top-level key says. A key without a known meaning is a
// property itself when it looks like one.
func (v *Vocabulary) Property(key string) (string, bool) {
	if p, ok := v.Meanings[strings.ToLower(key)]; ok {
		return p, true
	}
	if rest, ok := strings.CutPrefix(key, "mf-"); ok && PropertyName.MatchString(rest) {
		return rest, true
	}
	if v.Reserved[strings.ToLower(key)] || !PropertyName.MatchString(key) {
		return "", false
	}
	return key, true
}

// ownNames are the properties without words of their own that stand at top level under their
// names. The list is closed: to a theme that nobody here knows, any other name may be a switch
// (head-extra, custom-js), and some themes print it as HTML.
var ownNames = func() map[string]bool {
	const names = `location-visibility author uid start end duration attendee organizer rating ate drank exercise itinerary`
	set := map[string]bool{}
	for _, name := range strings.Fields(names) {
		set[name] = true
	}
	return set
}()

// Writes reports whether an app's property may stand at top level, under a word of the vocabulary
// or under its own name. All others go below a key of gitpost's own.
func (v *Vocabulary) Writes(property string) bool {
	_, known := v.Words[property]
	return known || ownNames[property]
}

// Free reports whether a property's name means nothing to the generator, to stock themes or to
// gitpost, so that the owner may let apps write it at top level.
func (v *Vocabulary) Free(property string) bool {
	p, ok := v.Property(property)
	return ok && p == property
}

// Key is the usual key of a property.
func (v *Vocabulary) Key(property string) string {
	if keys := v.Words[property]; len(keys) > 0 {
		return keys[0]
	}
	return property
}

// PropertyName matches the names that mf2 properties have.
var PropertyName = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// Kebab spells like-of as like-of.
func Kebab(property string) string { return property }

// Snake spells like-of as like_of.
func Snake(property string) string { return strings.ReplaceAll(property, "-", "_") }

// Camel spells like-of as likeOf.
func Camel(property string) string {
	parts := strings.Split(property, "-")
	for i, part := range parts[1:] {
		if part != "" {
			parts[i+1] = strings.ToUpper(part[:1]) + part[1:]
		}
	}
	return strings.Join(parts, "")
}

// Distinct returns the list without repetitions, in its order.
func Distinct(list []string) []string {
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
