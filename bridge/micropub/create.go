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

// draft collects what a new post is made of, from either syntax.
type draft struct {
	types      []string
	properties mf2.Properties
	commands   Commands
	alts       []any
}

// set takes one property or mp-* parameter.
func (d *draft) set(name string, v any) error {
	switch {
	case name == "mp-photo-alt":
		d.alts = append(d.alts, positions(v)...)
	case name == "mp-post-status", name == "mp-visibility":
		return d.keep(name[len(prefix):], values(v, false)) // passed over, they would publish a post that is not to be seen
	case isCommand(name):
		d.commands.set(name, values(v, false))
	case name == "photo":
		// Alternative texts go by position, so an empty photo keeps its place until then.
		return d.keep(name, positions(v))
	default:
		return d.keep(name, values(v, false))
	}
	return nil
}

func (d *draft) keep(name string, list []any) error {
	list, err := meaning(name, list)
	if err != nil {
		return err
	}
	if d.properties == nil {
		d.properties = mf2.Properties{}
	}
	d.properties[name] = append(d.properties[name], list...)
	return nil
}

// create is the finished command. A post that says nothing at all is refused: apps that
// lost their text on the way must not leave an empty page.
func (d *draft) create(l Limits) (Command, error) {
	if len(d.types) == 0 {
		d.types = []string{"h-entry"}
	}
	joinAlts(d.properties, d.alts)
	says := false
	for name, list := range d.properties {
		list = values(list, false)
		if len(list) == 0 {
			delete(d.properties, name)
			continue
		}
		d.properties[name] = list
		says = says || name != "post-status" && name != "visibility"
	}
	if !says {
		return nil, refuse("the post has no content and no other property", "send at least one, for instance content=Hello")
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

// itemType reads a microformats2 type, "entry" and "h-entry" alike.
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
		return "", refuse(fmt.Sprintf("%q is not the name of a microformats2 type", shorten(s)), "send h=entry, h=event or the like")
	}
	return name, nil
}

// setType takes what says which microformats2 type is meant. Apps say it at several places.
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
			return refuse(fmt.Sprintf("the post is said to be of two types, %s and %s", d.types[0], name), "send one type")
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

// mediaProperty is the property for a file that an app sent under the name "file" beside
// other properties: by the extension that the Intake gave it, which follows its content.
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
