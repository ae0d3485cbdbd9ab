package micropub

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gitpost/bridge/mf2"
)

const example = `{"type": ["h-entry"], "properties": {"content": ["Hello"]}}`

// parseJSON reads a request in JSON syntax. It sets token to the access_token that some apps
// put into the body, even when it returns an error later.
func parseJSON(data []byte, l Limits, token *string) (Command, error) {
	v, err := mf2.FromJSON(bytes.TrimPrefix(data, []byte("\ufeff")), l.Depth)
	if err != nil {
		return nil, refuse("invalid JSON: "+err.Error(), "fix it there")
	}
	body, ok := v.(map[string]any)
	if !ok {
		return nil, refuse("the body must be a JSON object", `send `+example)
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

// act returns the command for a verb on an existing post; destination is the value of
// mp-destination.
func act(verb, address string, destination any, update func() (Command, error)) (Command, error) {
	named := firstValue(values(destination, false))
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
	return refuse(fmt.Sprintf("the action %q is not supported", shorten(verb)), "send update, delete or undelete")
}

// onePost reads the url of an action.
func onePost(v any) (string, error) {
	list := values(v, false)
	if len(list) == 0 {
		return "", refuse("the action has no url", "send the post's URL as url")
	}
	if len(list) > 1 {
		return "", refuse("the action has more than one url", "send one request for each post")
	}
	address, ok := list[0].(string)
	if !ok {
		return "", refuse(`"url" must be a string`, "send the post's URL as url")
	}
	if address = strings.TrimSpace(address); address == "" {
		return "", refuse("the action has no url", "send the post's URL as url")
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
		return nil, refuse(`the post has no "properties" object`, `send `+example)
	}
	for _, key := range slices.Sorted(maps.Keys(body)) {
		var err error
		switch name := withoutBrackets(key); {
		case name == "type", name == "h", name == "properties":
		case flat, isCommand(name):
			err = d.setJSON(name, body[key])
		case name == "syndicate-to", name == "slug":
			d.commands.set(name, values(body[key], false))
		case len(values(body[key], false)) > 0:
			err = refuse(
				fmt.Sprintf(`%q is not allowed beside "type" and "properties"`, shorten(key)),
				`put it inside "properties"; to change an existing post send "action": "update"`,
			)
		}
		if err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if err := d.setJSON(withoutBrackets(name), properties[name]); err != nil {
			return nil, err
		}
	}
	return d.create(l)
}

// withoutBrackets returns a name without a trailing []. Brackets are how forms write lists;
// some apps send them in JSON too.
func withoutBrackets(name string) string {
	for strings.HasSuffix(name, "[]") {
		name = name[:len(name)-len("[]")]
	}
	return name
}

// setJSON sets one property of a new post. syndicate-to is a command of old apps. So is slug,
// but it is kept as a property too: JSON came after the drafts that had the command, and a
// property is never lost.
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
		return refuse(`"action" is not a property`, `move it to the top level, beside "url"`)
	}
	return d.set(name, v)
}

func updateJSON(address string, body map[string]any, l Limits) (Command, error) {
	u := revision{url: address, strict: true}
	for _, key := range slices.Sorted(maps.Keys(body)) {
		v := body[key]
		var err error
		switch name := withoutBrackets(key); name {
		case "action", "url":
		case "type", "h":
			err = u.as.setType(v)
		case "replace":
			err = u.part(name, v, &u.replace)
		case "add":
			err = u.part(name, v, &u.add)
		case "delete":
			err = u.delete(v)
		case "mp-photo-alt":
			u.alts = positions(v)
		default:
			if name == "syndicate-to" || isCommand(name) {
				u.setCommand(name, values(v, false))
			} else if len(values(v, false)) > 0 {
				err = refuse(
					fmt.Sprintf("%q is not a part of an update", shorten(key)),
					`put the property inside "replace", "add" or "delete"`,
				)
			}
		}
		if err != nil {
			return nil, err
		}
	}
	if len(u.replace)+len(u.add)+len(u.remove)+len(u.drop) == 0 && !u.commanded {
		return nil, refuse("the update changes nothing", `send "replace", "add" or "delete" with properties`)
	}
	return u.update(l)
}
