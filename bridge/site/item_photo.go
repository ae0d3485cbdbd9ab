package site

import (
	"maps"
	"net/url"
	"strings"

	"gitpost/bridge/mf2"
	"gitpost/bridge/site/generator"
)

// photos reads photos: a URL, an object {url, alt}, or a list of them. caption and alt beside a
// nested key ("cover.alt") belong to the one photo there.
func photos(v any, alt string) []any {
	var out []any
	for _, item := range notEmpty(unflatten(v)) {
		switch item := item.(type) {
		case map[string]any:
			out = append(out, photo(item))
		default:
			out = append(out, item)
		}
	}
	if len(out) == 1 && alt != "" {
		if url, ok := out[0].(string); ok {
			out[0] = map[string]any{"value": url, "alt": alt}
		}
	}
	return out
}

// photo turns {url, alt} into the {value, alt} of mf2. Other keys stay; an item stays as it is.
func photo(m map[string]any) any {
	if _, isItem := m["properties"]; isItem {
		return m
	}
	if _, has := m["value"]; has {
		return m
	}
	for _, key := range photoAddress {
		url, ok := m[key].(string)
		if !ok {
			continue
		}
		if len(m) == 1 {
			return url
		}
		out := map[string]any{}
		for k, v := range m {
			out[k] = v
		}
		delete(out, key)
		out["value"] = url
		return out
	}
	return m
}

// photoValue is the way back: what the photo key holds for one value.
func photoValue(v any) any {
	switch v := v.(type) {
	case string:
		return map[string]any{"url": v}
	case map[string]any:
		url, ok := v["value"].(string)
		if _, isItem := v["properties"]; isItem || !ok {
			return v
		}
		if _, has := v["url"]; has {
			return v
		}
		out := map[string]any{}
		for k, item := range v {
			out[k] = item
		}
		delete(out, "value")
		out["url"] = url
		return out
	}
	return v
}

// writePhotos changes the key photos of a post that has its photos there, for a theme that shows
// them: a list of objects or of URLs, which keeps its form. said reports whether the list says
// everything; if not, the key photo must as well.
func (w *writer) writePhotos(values []any) (said bool, err error) {
	path := w.keyPath("photos")
	v, ok := w.doc.Get(path...)
	had := unflatten(v)
	if !ok || !same(photoURLs(photos(v, "")), photoURLs(w.reading().property("photo"))) {
		return false, nil // they are not the post's
	}
	beside := w.has(w.keyPath("photo"))
	list := make([]any, len(values))
	address := addressKey(had)
	for i, v := range values {
		photo, isObject := photoValue(v).(map[string]any)
		switch url, isText := photo["url"].(string); {
		case !isObject || !isText:
			return false, nil
		case address == "":
			list[i], beside = url, beside || len(photo) > 1
		default:
			object := maps.Clone(photo)
			delete(object, "url")
			object[address] = url
			list[i] = ordered(object)
		}
	}
	return !beside, w.doc.Set(list, path...)
}

// addressKey is the key that has the address in a list of photos; "" when the list is one of
// addresses.
func addressKey(photos []any) string {
	for _, v := range photos {
		m, _ := v.(map[string]any)
		for _, key := range photoAddress {
			if _, ok := m[key].(string); ok {
				return key
			}
		}
	}
	return ""
}

// photoAddress are the keys that sites have for the address of a photo.
var photoAddress = []string{"url", "src", "path", "image"}

// photoURL is where a photo is, "" when that is not known.
func photoURL(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case map[string]any:
		for _, key := range []string{"value", "url", "src"} {
			if s, ok := v[key].(string); ok {
				return s
			}
		}
		if properties, ok := v["properties"].(map[string]any); ok {
			return mf2.Text(properties["url"])
		}
	}
	return ""
}

// photoAlt is the alternative text of a photo.
func photoAlt(v any) string {
	m, _ := v.(map[string]any)
	alt, _ := m["alt"].(string)
	return alt
}

// pictured reports whether the front matter has nothing of the photos but the plain URLs that
// themes look for.
func (r *reading) pictured(kept []any) bool {
	key, ok := r.key("photo")
	if !ok {
		return true
	}
	v, _ := r.doc.Get(strings.Split(key, ".")...)
	if !isCover(bare(r.rules, key)) {
		if shape := generator.ShapeOf(v); shape.List && shape.Kind == generator.MapValue && shape.Address == "url" {
			return false // it says everything itself
		}
		return r.site.agrees(photos(v, ""), kept)
	}
	urls := pictureURLs(kept)
	return len(urls) > 0 && r.site.pictures(v, urls, r.page)
}

// photoURLs are where photos are, as far as that is known.
func photoURLs(values []any) []any {
	var urls []any
	for _, v := range values {
		if u := photoURL(v); u != "" {
			urls = append(urls, u)
		}
	}
	return urls
}

// pictureURLs are those of the photos that can be parsed: Hugo's own template for link previews
// fails the build on others.
func pictureURLs(values []any) []any {
	var urls []any
	for _, u := range photoURLs(values) {
		if _, err := url.Parse(u.(string)); err == nil {
			urls = append(urls, u)
		}
	}
	return urls
}

// beside is the alt text in the same map as a nested key: cover.alt beside cover.image.
func (r *reading) beside(key string) string {
	path := strings.Split(key, ".")
	if !strings.Contains(bare(r.rules, key), ".") {
		return ""
	}
	path[len(path)-1] = "alt"
	alt, _ := r.doc.Get(path...)
	s, _ := alt.(string)
	return s
}
