package blog

import (
	"gitpost/bridge/mf2"
)

// alike finds values of a property that sameValue takes for one, without looking at all of them.
type alike map[string][]any

func alikeOf(values []any) alike {
	a := alike{}
	for _, v := range values {
		a.add(v)
	}
	return a
}

func (a alike) add(v any) {
	for _, key := range keysOf(v) {
		a[key] = append(a[key], v)
	}
}

// has reports whether a value that a client sent is among those of a post.
func (a alike) has(given any) bool {
	return a.find(given, func(v any) bool { return sameValue(given, v) })
}

// takesOut reports whether a value of a post is among those that a client sent.
func (a alike) takesOut(v any) bool {
	return a.find(v, func(given any) bool { return sameValue(given, v) })
}

func (a alike) find(v any, same func(other any) bool) bool {
	for _, key := range keysOf(v) {
		for _, other := range a[key] {
			if same(other) {
				return true
			}
		}
	}
	return false
}

// keysOf returns the keys of a value. Values that sameValue takes for one have a key in common.
func keysOf(v any) []string {
	keys := []string{mf2.Key(v)}
	if object, ok := v.(map[string]any); ok {
		for _, name := range []string{"value", "url"} {
			if address, isText := object[name].(string); isText {
				keys = append(keys, mf2.Key(address))
			}
		}
	}
	return keys
}

// sameValue compares as Micropub removes values: they are equal, or one is an object whose value
// or url is the other, or both are objects of one address and the client's says nothing that
// the post's does not. (The post's has a width, say, that gitpost wrote.)
func sameValue(given, v any) bool {
	if mf2.Equal(v, given) || sameAddress(v, given) || sameAddress(given, v) {
		return true
	}
	g, ok := given.(map[string]any)
	o, ok2 := v.(map[string]any)
	if !ok || !ok2 || !sameAddress(v, g["value"]) && !sameAddress(v, g["url"]) {
		return false
	}
	for name, value := range g {
		if !mf2.Equal(o[name], value) {
			return false
		}
	}
	return true
}

// sameAddress reports whether the object is a photo or the like at the given URL.
func sameAddress(object, url any) bool {
	o, ok := object.(map[string]any)
	if !ok {
		return false
	}
	_, isText := url.(string)
	return isText && o["type"] == nil && (o["value"] == url || o["url"] == url)
}
