package micropub

import (
	"fmt"
	"maps"
	"slices"

	"gitpost/bridge/mf2"
)

// revision collects the parts of an update, from either syntax.
type revision struct {
	url       string
	as        draft // only its types are used
	replace   mf2.Properties
	add       mf2.Properties
	remove    mf2.Properties
	drop      []string
	commands  Commands
	commanded bool  // a command was sent
	alts      []any // mp-photo-alt beside the parts
	strict    bool  // JSON: refuse scalars and null where the Recommendation requires arrays
}

func (u *revision) setCommand(name string, list []any) {
	u.commanded = true
	u.commands.set(name, list)
}

// part reads the object of replace, add or delete. PHP writes an empty one as [].
func (u *revision) part(verb string, v any, into *mf2.Properties) error {
	if list, isList := v.([]any); isList && len(list) == 0 {
		return nil
	}
	object, ok := v.(map[string]any)
	if !ok {
		return refuse(fmt.Sprintf("%q must be an object", verb), fmt.Sprintf(`send {"%s": {"category": ["a", "b"]}}`, verb))
	}
	var alts []any
	for _, key := range slices.Sorted(maps.Keys(object)) {
		v, name := object[key], withoutBrackets(key)
		list, isList := v.([]any)
		switch {
		case u.strict && v == nil:
			return refuse(
				fmt.Sprintf("property %q in %q is null", shorten(name), verb),
				`send an array; to remove a property send {"delete": ["name"]}`,
			)
		case u.strict && name != "mp-photo-alt" && slices.Contains(list, nil):
			return refuse(fmt.Sprintf("property %q in %q contains null", shorten(name), verb), "leave it out")
		case name == "mp-photo-alt":
			alts = positions(v)
			continue
		case name == "h" && verb != "delete":
			if err := u.as.setType(v); err != nil {
				return err
			}
			continue
		case isCommand(name):
			// Apps put mp-slug inside replace. It is a command there too.
			u.setCommand(name, values(v, false))
			continue
		case !isList && u.strict:
			return refuse(
				fmt.Sprintf("property %q in %q must be an array", shorten(name), verb),
				fmt.Sprintf(`send {"%s": {"%s": ["…"]}}`, verb, shorten(name)),
			)
		case !isList:
			list = []any{v}
		}
		if err := u.change(verb, into, name, list); err != nil {
			return err
		}
	}
	joinAlts(*into, alts)
	return nil
}

// change adds the values of one property to a part. A replacement by the empty string removes
// the property.
func (u *revision) change(verb string, into *mf2.Properties, name string, list []any) error {
	var err error
	if verb == "delete" {
		list = values(list, true)
		for i, v := range list {
			list[i] = nested(v)
		}
	} else if list, err = normalized(name, values(list, false)); err != nil {
		return err
	}
	if len(list) == 0 && verb != "replace" {
		return nil
	}
	if *into == nil {
		*into = mf2.Properties{}
	}
	(*into)[name] = append((*into)[name], list...)
	return nil
}

// delete reads the two forms of delete: names of properties, or values by property.
func (u *revision) delete(v any) error {
	list, isList := v.([]any)
	if !isList {
		return u.part("delete", v, &u.remove)
	}
	for _, v := range list {
		if object, ok := v.(map[string]any); ok && !u.strict {
			if err := u.part("delete", object, &u.remove); err != nil {
				return err
			}
			continue
		}
		name, ok := v.(string)
		if !ok {
			return refuse(
				`"delete" must be a list of property names, or an object`,
				`send {"delete": ["category"]} or {"delete": {"category": ["a"]}}`,
			)
		}
		if u.strict {
			name = withoutBrackets(name)
		}
		if name != "" && !isCommand(name) {
			u.drop = append(u.drop, name)
		}
	}
	return nil
}

func (u *revision) update(l Limits) (Command, error) {
	switch {
	case len(u.replace["photo"]) > 0:
		joinAlts(u.replace, u.alts)
	default:
		joinAlts(u.add, u.alts)
	}
	if err := checkProperties(l, u.replace, u.add, u.remove); err != nil {
		return nil, err
	}
	for _, name := range u.drop {
		if err := checkName(name); err != nil {
			return nil, err
		}
	}
	if err := u.commands.check(); err != nil {
		return nil, err
	}
	return &Update{
		URL: u.url, Type: u.as.types, Replace: u.replace, Add: u.add, Remove: u.remove, Delete: u.drop, Commands: u.commands,
	}, nil
}
