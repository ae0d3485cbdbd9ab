package micropub

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gitpost/bridge/mf2"
)

// parseJSON reads a request in JSON syntax. token receives the access_token that some apps
// put into the body, as soon as it is known.
func parseJSON(data []byte, l Limits, token *string) (Command, error) {
	v, err := mf2.FromJSON(bytes.TrimPrefix(data, []byte("\ufeff")), l.Depth)
	if err != nil {
		return nil, refuse("the JSON cannot be read: "+err.Error(), "mend it there")
	}
	body, ok := v.(map[string]any)
	if !ok {
		return nil, refuse("the body must be a JSON object", `send {"type": ["h-entry"], "properties": {"content": ["Hello"]}}`)
	}
	*token = strings.TrimSpace(firstText(values(body["access_token"], false)))
	delete(body, "access_token")

	action := body["action"]
	if action == nil {
		return createJSON(body, l)
	}
	verb, ok := action.(string)
	if list := values(action, false); !ok && len(list) == 1 {
		verb, ok = list[0].(string)
	}
	if !ok {
		return nil, refuse(`"action" must be a string`, `send {"action": "update", "url": "…"}`)
	}
	if verb == "create" {
		delete(body, "action")
		return createJSON(body, l)
	}
	if err := checkVerb(verb); err != nil {
		return nil, err
	}
	named := body["url"]
	if of, ok := body[internalURL]; ok { // of a contact
		named = of
		delete(body, internalURL)
	}
	address, err := onePost(named)
	if err != nil {
		return nil, err
	}
	return act(verb, address, body["mp-destination"], func() (Command, error) { return updateJSON(address, body, l) })
}

// act is the command for a verb on an existing post; destination is the value of mp-destination.
func act(verb, address string, destination any, update func() (Command, error)) (Command, error) {
	named := firstWord(values(destination, false))
	switch verb {
	case "delete":
		return &Delete{URL: address, Destination: named}, nil
	case "undelete":
		return &Undelete{URL: address, Destination: named}, nil
	}
	return update()
}

func checkVerb(verb string) error {
	switch verb {
	case "update", "delete", "undelete":
		return nil
	}
	return refuse(fmt.Sprintf("the action %q is not known", shorten(verb)), "send update, delete or undelete")
}

// onePost reads the url that an action is about.
func onePost(v any) (string, error) {
	list := values(v, false)
	if len(list) == 0 {
		return "", refuse("the action names no post", "send the post's address as url")
	}
	if len(list) > 1 {
		return "", refuse("the action names more than one url", "send one request for each post")
	}
	address, ok := list[0].(string)
	if !ok {
		return "", refuse(`"url" must be a string`, "send the post's address as url")
	}
	if address = strings.TrimSpace(address); address == "" {
		return "", refuse("the action names no post", "send the post's address as url")
	}
	return address, checkText("url", address)
}

func createJSON(body map[string]any, l Limits) (Command, error) {
	d := draft{}
	for _, name := range []string{"type", "h"} {
		if err := d.setType(body[name]); err != nil {
			return nil, err
		}
	}
	properties, wrapped := body["properties"].(map[string]any)
	if list, isList := body["properties"].([]any); isList && len(list) == 0 {
		wrapped = true // an empty object, as PHP writes it
	}
	_, flat := body["h"]
	flat = flat && body["properties"] == nil // a form that an app turned into JSON
	if !wrapped && !flat {
		return nil, refuse(`the post has no "properties" object`, `send {"type": ["h-entry"], "properties": {"content": ["Hello"]}}`)
	}
	for _, name := range slices.Sorted(maps.Keys(body)) {
		var err error
		switch {
		case name == "type", name == "h", name == "properties":
		case flat, isCommand(name):
			err = d.setJSON(name, body[name])
		case name == "syndicate-to", name == "slug":
			d.commands.set(name, values(body[name], false))
		case len(values(body[name], false)) > 0:
			err = refuse(
				fmt.Sprintf(`%q is not known beside "type" and "properties"`, shorten(name)),
				`put properties inside "properties"; to change a post that exists send "action": "update"`,
			)
		}
		if err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if err := d.setJSON(name, properties[name]); err != nil {
			return nil, err
		}
	}
	return d.create(l)
}

// setJSON takes one property of a new post. syndicate-to is a command of old apps; slug is
// one too, and stays a property beside it: JSON came after the drafts that had the command,
// and a property is never lost.
func (d *draft) setJSON(name string, v any) error {
	switch name {
	case "syndicate-to":
		d.commands.set(name, values(v, false))
		return nil
	case "slug":
		if d.commands.Slug == "" {
			d.commands.set(name, values(v, false))
		}
	case "access_token":
		return nil // of the request, not of the post
	case "h":
		return d.setType(v)
	case "action":
		return refuse(`"action" stands among the properties`, `move it to the top level, beside "url"`)
	}
	return d.set(name, v)
}

func updateJSON(address string, body map[string]any, l Limits) (Command, error) {
	u := revision{url: address, strict: true}
	says := false
	for _, name := range slices.Sorted(maps.Keys(body)) {
		v := body[name]
		var err error
		switch name {
		case "action", "url":
		case "type", "h":
			err = u.as.setType(v)
		case "replace":
			says, err = true, u.part(name, v, &u.replace)
		case "add":
			says, err = true, u.part(name, v, &u.add)
		case "delete":
			says, err = true, u.delete(v)
		case "mp-photo-alt":
			u.alts = positions(v)
		case "syndicate-to":
			says = true
			u.commands.set(name, values(v, false))
		default:
			if isCommand(name) {
				says = true
				u.commands.set(name, values(v, false))
			} else if len(values(v, false)) > 0 {
				err = refuse(
					fmt.Sprintf("%q is not a part of an update", shorten(name)),
					`put the property inside "replace", "add" or "delete"`,
				)
			}
		}
		if err != nil {
			return nil, err
		}
	}
	if !says {
		return nil, refuse("the update says nothing to change", `send "replace", "add" or "delete"`)
	}
	return u.update(l)
}
