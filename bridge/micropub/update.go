package micropub

import (
	"fmt"
	"maps"
	"slices"

	"gitpost/bridge/mf2"
)

// revision collects what an update is made of, from either syntax.
type revision struct {
	url      string
	as       draft // its types alone
	replace  mf2.Properties
	add      mf2.Properties
	remove   mf2.Properties
	drop     []string
	commands Commands
	alts     []any // mp-photo-alt beside the parts
	strict   bool  // bare values are refused where the Recommendation asks for lists
}

// part reads the object of replace, add or delete. PHP writes an empty one as [].
func (u *revision) part(verb string, v any, into *mf2.Properties) error {
	if list, isList := v.([]any); v == nil || isList && len(list) == 0 {
		return nil
	}
	object, ok := v.(map[string]any)
	if !ok {
		return refuse(fmt.Sprintf("%q must be an object", verb), fmt.Sprintf(`send {"%s": {"category": ["a", "b"]}}`, verb))
	}
	var alts []any
	for _, name := range slices.Sorted(maps.Keys(object)) {
		v := object[name]
		list, isList := v.([]any)
		switch {
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
			u.commands.set(name, values(v, false))
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

// change takes the values of one property. In a replacement the empty string, as null,
// stands for nothing: the property is taken away.
func (u *revision) change(verb string, into *mf2.Properties, name string, list []any) error {
	var err error
	if verb == "delete" {
		list = values(list, true)
		for i, v := range list {
			list[i] = nested(v)
		}
	} else if list, err = meaning(name, values(list, false)); err != nil {
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

// delete reads the two shapes of delete: names of properties, or values by property.
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
			return refuse(`"delete" must be a list of property names, or an object`, `send {"delete": ["category"]} or {"delete": {"category": ["a"]}}`)
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
