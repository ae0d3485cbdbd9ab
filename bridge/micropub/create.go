package micropub

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"gitpost/bridge/mf2"
)

// draft collects the parts of a new post, from either syntax.
type draft struct {
	types      []string
	properties mf2.Properties
	commands   Commands
	alts       []any
}

// set sets one property or mp-* parameter.
func (d *draft) set(name string, v any) error {
	switch {
	case name == "mp-photo-alt":
		d.alts = append(d.alts, positions(v)...)
	case name == "mp-post-status", name == "mp-visibility":
		return d.keep(name[len(prefix):], values(v, false)) // ignoring them could publish a private post
	case isCommand(name):
		d.commands.set(name, values(v, false))
	case name == "photo":
		// Alternative texts are matched by position, so empty photos are kept until then.
		return d.keep(name, positions(v))
	default:
		return d.keep(name, values(v, false))
	}
	return nil
}

func (d *draft) keep(name string, list []any) error {
	list, err := normalized(name, list)
	if err != nil {
		return err
	}
	if d.properties == nil {
		d.properties = mf2.Properties{}
	}
	d.properties[name] = append(d.properties[name], list...)
	return nil
}

// create returns the command. A post without any property is refused: an app that lost its
// text must not create an empty page.
func (d *draft) create(l Limits) (Command, error) {
	if len(d.types) == 0 {
		d.types = []string{"h-entry"}
	}
	joinAlts(d.properties, d.alts)
	empty := true
	for name, list := range d.properties {
		list, _ = mf2.WithoutControls(list, "").([]any)
		list = values(list, false)
		if len(list) == 0 {
			delete(d.properties, name)
			continue
		}
		d.properties[name] = list
		empty = empty && (name == "post-status" || name == "visibility")
	}
	if empty {
		return nil, refuse("the post has no content and no other property", "send at least one, such as content=Hello")
	}
	if err := checkProperties(l, d.properties); err != nil {
		return nil, err
	}
	if err := d.commands.check(); err != nil {
		return nil, err
	}
	return &Create{Item: mf2.Item{Type: d.types, Properties: d.properties}, Commands: d.commands}, nil
}

var typeName = regexp.MustCompile(`^h-[a-z0-9]+(-[a-z0-9]+)*$`)

// itemType returns a microformats2 type; "entry" and "h-entry" are the same.
func itemType(v any) (string, error) {
	s, ok := v.(string)
	if !ok {
		return "", refuse("the type must be a string", `send {"type": ["h-entry"]}`)
	}
	name := strings.ToLower(strings.TrimSpace(s))
	if !strings.HasPrefix(name, "h-") {
		name = "h-" + name
	}
	if !typeName.MatchString(name) || len(name) > maxName {
		return "", refuse(fmt.Sprintf("%q is not a microformats2 type", shorten(s)), "send h=entry, h=event or another one")
	}
	return name, nil
}

// setType sets the microformats2 type. Apps send it in several places.
func (d *draft) setType(v any) error {
	types, err := itemTypes(v)
	if err != nil {
		return err
	}
	if len(d.types) == 0 {
		d.types = types
	}
	for _, name := range types {
		if !slices.Contains(d.types, name) {
			return refuse(fmt.Sprintf("the post has two types, %s and %s", d.types[0], name), "send one type")
		}
	}
	return nil
}

func itemTypes(v any) ([]string, error) {
	var types []string
	for _, v := range values(v, false) {
		name, err := itemType(v)
		if err != nil {
			return nil, err
		}
		types = append(types, name)
	}
	return types, nil
}

// mediaProperty returns the property for a file that an app sent as "file" beside other
// properties, by the extension of its URL, which FileStore chose by content.
func mediaProperty(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "file"
	}
	switch strings.ToLower(path.Ext(u.Path)) {
	case ".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".heic":
		return "photo"
	case ".mp4", ".webm", ".mov":
		return "video"
	case ".mp3", ".m4a", ".ogg":
		return "audio"
	}
	return "file"
}
