package config

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"gitpost/bridge/mf2"
)

// Target is a place that posts can be syndicated to, as q=syndicate-to shows it.
type Target struct {
	UID     string            `json:"uid"`
	Name    string            `json:"name"`
	Checked bool              `json:"checked,omitempty"` // apps tick it beforehand
	Service map[string]string `json:"service,omitempty"` // name, url, photo
	User    map[string]string `json:"user,omitempty"`

	PostTypes []string `json:"-"` // the types that it takes; none: all

	// What gitpost needs to make the copies itself.
	// Type is "mastodon", "bluesky", "micropub", "archive" or "indienews"; "": another tool makes the copies.
	Type         string `json:"-"`
	Server       string `json:"-"` // URL, without a slash at its end; indienews: the page that posts link to
	TokenFile    string `json:"-"` // all but bluesky and indienews: absolute path
	Handle       string `json:"-"` // bluesky
	PasswordFile string `json:"-"` // bluesky: absolute path
	Visibility   string `json:"-"` // mastodon: "" is the account's own
	Edits        bool   `json:"-"` // edits of a post are made to its copy
	Deletes      bool   `json:"-"` // a deleted post's copy is deleted
	StandardSite bool   `json:"-"` // bluesky: articles are published as documents of standard.site
}

// Host is where the addresses of the target's copies are; "" when that is not known.
func (t Target) Host() string {
	if t.Type == "bluesky" {
		return "bsky.app"
	}
	u, err := url.Parse(t.Server)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// Channel is a part of the site that posts can be sent to, as q=channel shows it.
type Channel struct {
	UID  string `json:"uid"`
	Name string `json:"name"`

	Path string `json:"-"` // the path pattern of its posts; "": as for all posts
}

// PostType is a kind of post, as q=post-types shows it.
type PostType struct {
	Type       string   `json:"type"`
	Name       string   `json:"name"`
	Properties []string `json:"properties,omitempty"`
	Required   []string `json:"required-properties,omitempty"`
}

// entries calls each for the entries of a list whose entries are words, given as first, or maps
// of known keys.
func entries(v written, first, remedy string, known []string, each func(map[string]*yaml.Node) error) error {
	for _, item := range v.list() {
		entry := map[string]*yaml.Node{}
		switch item.Kind {
		case yaml.ScalarNode:
			entry[first] = item
		case yaml.MappingNode:
			for i := 0; i+1 < len(item.Content); i += 2 {
				key := item.Content[i].Value
				if !slices.Contains(known, key) {
					return &flaw{fmt.Sprintf("has an entry with the unknown key %q", key), remedy}
				}
				entry[key] = item.Content[i+1]
			}
		}
		if entry[first] == nil || word(entry[first]) == "" {
			return &flaw{"has an entry without " + first, remedy}
		}
		if err := each(entry); err != nil {
			return err
		}
	}
	return nil
}

// word is a scalar's text; "" for everything else.
func word(n *yaml.Node) string {
	if n == nil || n.Kind != yaml.ScalarNode {
		return ""
	}
	return strings.TrimSpace(n.Value)
}

// wordsOf are the texts of a list, or of one scalar.
func wordsOf(n *yaml.Node) []string {
	if n == nil {
		return nil
	}
	var words []string
	for _, item := range (written{node: n}).list() {
		if w := word(item); w != "" {
			words = append(words, w)
		}
	}
	return words
}

func targetsKey(c *Site, v written) error {
	const remedy = "write a list of {uid: https://…, name: …}"
	c.SyndicateTo = nil
	known := []string{"uid", "name", "checked", "types", "service", "user", "type", "server", "token_file", "handle",
		"password_file", "visibility", "edits", "deletes", "standard_site"}
	return entries(v, "uid", remedy, known, func(entry map[string]*yaml.Node) error {
		t := Target{UID: word(entry["uid"]), Name: word(entry["name"]), PostTypes: wordsOf(entry["types"])}
		if t.Name == "" {
			t.Name = t.UID
		}
		for key, into := range map[string]*bool{"checked": &t.Checked, "edits": &t.Edits, "deletes": &t.Deletes,
			"standard_site": &t.StandardSite} {
			if n := entry[key]; n != nil && n.Decode(into) != nil {
				return &flaw{fmt.Sprintf("has an entry whose %s is %q", key, n.Value),
					"write " + key + ": true, or leave it out"}
			}
		}
		if err := network(&t, entry, v.base); err != nil {
			return err
		}
		for key, into := range map[string]*map[string]string{"service": &t.Service, "user": &t.User} {
			if n := entry[key]; n != nil && n.Decode(into) != nil {
				return &flaw{"has an entry whose " + key + " is not a map of texts", "write " + key +
					": {name: …, url: https://…, photo: https://…}"}
			}
		}
		if slices.ContainsFunc(c.SyndicateTo, func(o Target) bool { return o.UID == t.UID }) {
			return &flaw{fmt.Sprintf("names %q twice", t.UID), "give each place its own uid"}
		}
		c.SyndicateTo = append(c.SyndicateTo, t)
		return nil
	})
}

// network reads what gitpost needs to make the copies of a target itself.
func network(t *Target, entry map[string]*yaml.Node, base string) (err error) {
	t.Type, t.Handle = word(entry["type"]), strings.TrimPrefix(word(entry["handle"]), "@")
	t.Server, t.Visibility = strings.TrimRight(word(entry["server"]), "/"), word(entry["visibility"])
	secret, file := "", (*string)(nil)
	if t.StandardSite && t.Type != "bluesky" {
		return &flaw{fmt.Sprintf("has an entry of type %q with standard_site", t.Type),
			"write standard_site into an entry of type bluesky"}
	}
	switch t.Type {
	case "":
		return nil
	case "mastodon", "micropub":
		secret, file = "token_file", &t.TokenFile
	case "archive":
		t.Server = cmp.Or(t.Server, "https://web.archive.org")
		secret, file = "token_file", &t.TokenFile
	case "bluesky":
		t.Server = cmp.Or(t.Server, "https://bsky.social")
		secret, file = "password_file", &t.PasswordFile
		if t.Handle == "" {
			return &flaw{"has an entry of type bluesky without handle", "write handle: you.bsky.social"}
		}
	case "indienews":
		t.Server = cmp.Or(word(entry["server"]), t.UID) // as the post's page links to it
		t.Edits, t.Deletes = t.Edits || entry["edits"] == nil, t.Deletes || entry["deletes"] == nil
	default:
		return &flaw{fmt.Sprintf("has an entry of the unknown type %q", t.Type),
			"write mastodon, bluesky, micropub, archive or indienews, or leave it out"}
	}
	if u, err := url.Parse(t.Server); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" ||
		u.User != nil {
		if t.Type == "indienews" {
			return &flaw{fmt.Sprintf("has an entry of type indienews whose page is %q", t.Server),
				"write uid: https://news.indieweb.org/en"}
		}
		return &flaw{fmt.Sprintf("has an entry of type %s whose server is %q", t.Type, t.Server),
			"write server: https://social.example"}
	}
	if !slices.Contains([]string{"", "public", "unlisted", "private", "direct"}, t.Visibility) {
		return &flaw{fmt.Sprintf("has an entry whose visibility is %q", t.Visibility),
			"write public, unlisted or private, or leave it out"}
	}
	if secret == "" {
		return nil
	}
	if word(entry[secret]) == "" {
		return &flaw{fmt.Sprintf("has an entry of type %s without %s", t.Type, secret),
			"write the path of a file that has it alone"}
	}
	*file, err = absolutePath(word(entry[secret]), base)
	return err
}

func channelsKey(c *Site, v written) error {
	const remedy = "write a list of {uid: …, name: …, path: …}"
	c.Channels = nil
	return entries(v, "uid", remedy, []string{"uid", "name", "path"}, func(entry map[string]*yaml.Node) error {
		ch := Channel{UID: word(entry["uid"]), Name: word(entry["name"])}
		if ch.Name == "" {
			ch.Name = ch.UID
		}
		if n := entry["path"]; n != nil {
			var err error
			if ch.Path, err = insideRepository(word(n)); err != nil {
				return err
			}
			if ch.Path, err = pathPattern(ch.Path); err != nil {
				return err
			}
		}
		if slices.ContainsFunc(c.Channels, func(o Channel) bool { return o.UID == ch.UID }) {
			return &flaw{fmt.Sprintf("names %q twice", ch.UID), "give each channel its own uid"}
		}
		c.Channels = append(c.Channels, ch)
		return nil
	})
}

var postTypeName = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

func postTypesKey(c *Site, v written) error {
	const remedy = "write a list of types, such as [note, {type: article, name: Essay}]"
	c.PostTypes = nil
	known := []string{"type", "name", "properties", "required-properties"}
	return entries(v, "type", remedy, known, func(entry map[string]*yaml.Node) error {
		t := PostType{Type: word(entry["type"])}
		if !postTypeName.MatchString(t.Type) {
			return &flaw{fmt.Sprintf("names the type %q, which is not a lower-case word", t.Type), remedy}
		}
		if i := slices.IndexFunc(standardTypes, func(s PostType) bool { return s.Type == t.Type }); i >= 0 {
			t = standardTypes[i]
		}
		if name := word(entry["name"]); name != "" {
			t.Name = name
		}
		if t.Name == "" {
			t.Name = strings.ToUpper(t.Type[:1]) + t.Type[1:]
		}
		if list := wordsOf(entry["properties"]); list != nil {
			t.Properties = list
		}
		if list := wordsOf(entry["required-properties"]); list != nil {
			t.Required = list
		}
		if slices.ContainsFunc(c.PostTypes, func(o PostType) bool { return o.Type == t.Type }) {
			return &flaw{fmt.Sprintf("names %q twice", t.Type), "name each type once"}
		}
		c.PostTypes = append(c.PostTypes, t)
		return nil
	})
}

// standardTypes are the types of posts that gitpost knows how to show on any theme, with the
// properties by which Post Type Discovery tells them.
var standardTypes = []PostType{
	{Type: "note", Name: "Note", Properties: typically("content"), Required: []string{"content"}},
	{Type: "article", Name: "Article", Properties: typically("name", "content", "summary", "mp-slug"),
		Required: []string{"name", "content"}},
	{Type: "photo", Name: "Photo", Properties: typically("photo", "content", "mp-photo-alt"),
		Required: []string{"photo"}},
	{Type: "video", Name: "Video", Properties: typically("video", "content"), Required: []string{"video"}},
	{Type: "audio", Name: "Audio", Properties: typically("audio", "content"), Required: []string{"audio"}},
	{Type: "reply", Name: "Reply", Properties: typically("in-reply-to", "content"),
		Required: []string{"in-reply-to", "content"}},
	{Type: "like", Name: "Like", Properties: typically("like-of"), Required: []string{"like-of"}},
	{Type: "repost", Name: "Repost", Properties: typically("repost-of", "content"), Required: []string{"repost-of"}},
	{Type: "bookmark", Name: "Bookmark", Properties: typically("bookmark-of", "name", "content"),
		Required: []string{"bookmark-of"}},
	{Type: "rsvp", Name: "RSVP", Properties: typically("in-reply-to", "rsvp", "content"),
		Required: []string{"in-reply-to", "rsvp"}},
	{Type: "event", Name: "Event", Properties: typically("name", "start", "end", "location", "content"),
		Required: []string{"name", "start"}},
	{Type: "checkin", Name: "Check-in", Properties: typically("checkin", "location", "content",
		mf2.LocationVisibility), Required: []string{"checkin"}},
}

// typically adds the properties that posts of every type may have.
func typically(properties ...string) []string {
	return append(properties, "category", "published", "post-status", "visibility")
}

// OfferedTypes are the post types that apps are offered.
func (s Site) OfferedTypes() []PostType {
	if len(s.PostTypes) > 0 {
		return s.PostTypes
	}
	return standardTypes
}

// TargetsFor returns the syndication targets that take posts of one of the types; without a
// type, all.
func (s Site) TargetsFor(types []string) []Target {
	targets := []Target{}
	for _, t := range s.SyndicateTo {
		if len(types) == 0 || len(t.PostTypes) == 0 ||
			slices.ContainsFunc(types, func(s string) bool { return slices.Contains(t.PostTypes, s) }) {
			targets = append(targets, t)
		}
	}
	return targets
}

// Visibilities are the values of visibility that a post of the site can have.
func (s Site) Visibilities() []string {
	if s.Private == "draft" {
		return []string{"public", "unlisted", "private"}
	}
	return []string{"public", "unlisted"}
}
