package micropub

import (
	"fmt"
	"strings"

	"gitpost/bridge/mf2"
)

// dialect is how a form that changes a post writes its changes.
type dialect int

const (
	none     dialect = iota
	byAction         // action=update&url=…&replace[name]=…, and plain fields
	byURL            // 2015: mp-url=…; 2014: url=… of a post of this site, without h
	byEditOf         // edit-of=… and the complete form
)

// legacyUpdate detects a form of the drafts that changes a post without an action.
func (f *form) legacyUpdate(l Limits) (string, dialect, error) {
	switch {
	case f.has("mp-url"):
		address, err := f.onePost("mp-url")
		return address, byURL, err
	case f.has("edit-of"):
		address, err := f.onePost("edit-of")
		return address, byEditOf, err
	case f.has("h"), f.has("type"):
		return "", none, nil
	}
	address, ok := f.peek("url").(string)
	if !ok || address == "" {
		return "", none, nil
	}
	if l.Known(address) {
		f.take("url")
		return address, byURL, nil
	}
	// A url with nothing but commands can only be that of a post.
	only := true
	for _, name := range f.rest() {
		switch name {
		case "add_tags", "remove_tags", "mp-add", "mp-remove":
			return "", none, unknownPost(address)
		case "url", "syndicate-to":
		default:
			only = only && isCommand(name)
		}
	}
	if only {
		return "", none, unknownPost(address)
	}
	return "", none, nil
}

func unknownPost(address string) error {
	return refuse(
		fmt.Sprintf("there is no post at %s on this site", shorten(address)),
		"use the URL of the Location header or of q=source",
	)
}

// update reads a form that changes the post at address.
func (f *form) update(address string, d dialect, l Limits) (Command, error) {
	u := revision{url: address}
	if err := u.as.setType(f.take("h")); err != nil {
		return nil, err
	}
	if f.hasText("syndicate-to", "mp-syndicate-to") && f.has("content") && d != byEditOf {
		// In the drafts content beside a target is a text for that target only. As an update
		// it would replace the post's own text by the short one.
		return nil, refuse(
			"content beside syndicate-to could mean the post's text or a shorter one for the target",
			`send the text as an update of its own, {"action": "update", "replace": {"content": ["…"]}}`,
		)
	}
	if len(f.rest()) == 0 {
		return nil, refuse("the update changes nothing", "send the properties that change")
	}
	for _, name := range f.rest() {
		bracket := f.fields[name].bracket
		if err := u.setForm(name, f.take(name), bracket && d != byEditOf); err != nil {
			return nil, err
		}
	}
	return u.update(l)
}

// setForm sets one field of an update. k=v replaces and k[]=v adds, as in the draft of 2015.
func (u *revision) setForm(name string, list []any, adds bool) error {
	switch name {
	case "replace":
		return u.parts(name, list, &u.replace)
	case "add", "mp-add":
		return u.parts(name, list, &u.add)
	case "delete", "mp-remove":
		return u.delete(list)
	case "add_tags":
		return u.change("add", &u.add, "category", tags(list))
	case "remove_tags":
		return u.change("delete", &u.remove, "category", tags(list))
	case "tags":
		// In the draft tags=webmention adds a tag, and tags=webmention,indieweb replaces all.
		if list = tags(list); len(list) == 1 {
			return u.change("add", &u.add, "category", list)
		}
		return u.change("replace", &u.replace, "category", list)
	case "syndicate-to", "slug":
		u.commands.set(name, values(list, false))
		return nil
	case "mp-photo-alt":
		u.alts = list
		return nil
	case "syndication":
		// "Adding a Syndication URL" is this request's name in the draft of 2014.
		return u.change("add", &u.add, name, list)
	case "bookmark":
		name = "bookmark-of"
	}
	if isCommand(name) {
		u.commands.set(name, values(list, false))
		return nil
	}
	if adds {
		return u.change("add", &u.add, name, list)
	}
	return u.change("replace", &u.replace, name, list)
}

func (u *revision) parts(verb string, list []any, into *mf2.Properties) error {
	for _, v := range list {
		if v == "" {
			continue
		}
		if err := u.part(verb, v, into); err != nil {
			return err
		}
	}
	return nil
}

// tags splits a list of the draft of 2014: tags=webmention,indieweb.
func tags(list []any) []any {
	var out []any
	for _, text := range texts(list) {
		for tag := range strings.SplitSeq(text, ",") {
			if tag = strings.TrimSpace(tag); tag != "" {
				out = append(out, tag)
			}
		}
	}
	return out
}

// hasText reports whether one of the fields is not empty.
func (f *form) hasText(names ...string) bool {
	for _, name := range names {
		if field := f.fields[name]; field != nil && len(texts(field.list())) > 0 {
			return true
		}
	}
	return false
}
