package jekyll

import (
	"path"
	"strings"
	"time"

	"gitpost/frontmatter"
)

// front is front matter in Ruby's types. The zero value has none.
type front struct {
	j      *site
	doc    *frontmatter.Document
	broken bool // the file has front matter, but Jekyll cannot read it
}

func (j *site) front(doc *frontmatter.Document) front {
	f := front{j: j, doc: doc, broken: doc == nil}
	if doc != nil && doc.Format() != frontmatter.None && j.psych && refusedByPsych(j, doc) {
		f.doc, f.broken = nil, true
	}
	return f
}

func (f front) value(key string) (any, bool) {
	if f.doc == nil {
		return nil, false
	}
	field, ok := f.doc.Field(key)
	if !ok {
		return nil, false
	}
	if _, isList := field.Value.([]any); isList {
		items, _ := f.doc.Items(key)
		list := make([]any, len(items))
		for i, item := range items {
			list[i] = f.j.typed(item)
		}
		return list, true
	}
	return f.j.typed(field), true
}

func (f front) date(key string) (time.Time, bool, bool) {
	if f.doc == nil {
		return time.Time{}, false, false
	}
	field, ok := f.doc.Field(key)
	if !ok {
		return time.Time{}, false, false
	}
	return f.j.Date(field)
}

// refusedByPsych reports whether a value needs a Ruby class that Jekyll does not permit: then
// all of the front matter is dropped (fm-symbol, fm-unknown-tag).
func refusedByPsych(j *site, doc *frontmatter.Document) bool {
	for _, key := range doc.Keys() {
		field, ok := doc.Field(key)
		if !ok {
			continue
		}
		items, _ := doc.Items(key)
		for _, item := range append(items, field) {
			if !item.Plain || !strings.HasPrefix(item.Text, ":") {
				continue
			}
			if _, symbol := j.scalar(item.Text).(rubySymbol); symbol {
				return true
			}
		}
	}
	return namesRubyClass(doc)
}

// namesRubyClass looks for tags such as !ruby/object:Object.
func namesRubyClass(doc *frontmatter.Document) bool {
	text := string(doc.Bytes())
	text = text[:len(text)-min(len(text), len(doc.Body()))]
	for rest := text; ; {
		i := strings.Index(rest, "!ruby/")
		if i < 0 {
			return false
		}
		before := strings.TrimRight(rest[:i], " ")
		tag := rest[i+len("!ruby/"):]
		if len(before) < i && before != "" && strings.IndexByte(":-,[{", before[len(before)-1]) >= 0 &&
			!strings.HasPrefix(tag, "string") {
			return true
		}
		rest = tag
	}
}

// categories are the folders above _posts, those of the defaults, of the front matter, and
// category. ok is false when they are neither a text nor a list: Jekyll then drops the
// front matter.
func (j *site) categories(at place, front front, defaults *defaultValues) (list []string, ok bool) {
	special := at.collection.folder
	if at.class == draftFile && !strings.Contains(at.rel, special) {
		special = "_drafts"
	}
	if !strings.HasPrefix(at.rel, special) {
		above, _, _ := strings.Cut(at.rel, special)
		for part := range strings.SplitSeq(above, "/") {
			if part != "" && part != special && part != path.Base(at.rel) {
				list = append(list, part)
			}
		}
	}
	add := func(v any) bool {
		switch v := v.(type) {
		case nil:
		case string:
			list = append(list, strings.Fields(v)...)
		case []any:
			for _, e := range v {
				list = append(list, j.rubyString(e))
			}
		default:
			return false
		}
		return true
	}
	if !add(defaults.all["categories"]) {
		return list, false
	}
	if front.broken {
		return list, true
	}
	v, _ := front.value("categories")
	if !add(v) {
		return list, false
	}
	var nested []any // what is in nested lists is added once more
	for _, source := range []any{defaults.all["categories"], v} {
		if elements, isList := source.([]any); isList {
			nested = flattenList(nested, elements)
		}
	}
	category, has := front.value("category")
	if !has || category == nil {
		category = defaults.all["category"]
	}
	if rubyTrue(category) {
		nested = flattenList(nil, category)
	}
	for _, e := range nested {
		list = append(list, j.rubyString(e))
	}
	return list, true
}

// flattenList adds the elements of lists in lists, without nil.
func flattenList(to []any, v any) []any {
	switch v := v.(type) {
	case nil:
	case []any:
		for _, e := range v {
			to = flattenList(to, e)
		}
	default:
		to = append(to, v)
	}
	return to
}

// aliases are the addresses of redirect_from.
func (j *site) aliases(front front) (urls []string) {
	if !j.redirects {
		return nil
	}
	v, _ := front.value("redirect_from")
	add := func(v any) {
		if from, ok := v.(string); ok && from != "" {
			urls = append(urls, j.address.of(sanitizeURL(from)))
		}
	}
	switch v := v.(type) {
	case string:
		add(v)
	case []any:
		for _, e := range v {
			add(e)
		}
	}
	return urls
}
