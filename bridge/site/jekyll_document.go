package site

import (
	"io/fs"
	"path"
	"sort"
	"strings"
	"time"

	"gitpost/frontmatter"
)

// front is front matter in Ruby's types. The zero front has none.
type jekyllFront struct {
	j      *jekyll
	doc    *frontmatter.Document
	broken bool // the file has front matter, but Jekyll cannot read it
}

func (j *jekyll) front(doc *frontmatter.Document) jekyllFront {
	f := jekyllFront{j: j, doc: doc, broken: doc == nil}
	if doc != nil && doc.Format() != frontmatter.None && j.psych && refusedByPsych(j, doc) {
		f.doc, f.broken = nil, true
	}
	return f
}

func (f jekyllFront) value(key string) (any, bool) {
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

func (f jekyllFront) date(key string) (time.Time, bool, bool) {
	if f.doc == nil {
		return time.Time{}, false, false
	}
	field, ok := f.doc.Field(key)
	if !ok {
		return time.Time{}, false, false
	}
	return f.j.date(field)
}

// refusedByPsych tells whether a value needs a Ruby class that Jekyll does not permit: then
// all of the front matter is dropped (fm-symbol, fm-unknown-tag).
func refusedByPsych(j *jekyll, doc *frontmatter.Document) bool {
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
		if len(before) < i && before != "" && strings.IndexByte(":-,[{", before[len(before)-1]) >= 0 && !strings.HasPrefix(tag, "string") {
			return true
		}
		rest = tag
	}
}

func (j *jekyll) date(f frontmatter.Field) (t time.Time, precise bool, ok bool) {
	switch v := j.typed(f).(type) {
	case time.Time:
		return v.In(j.location), true, true
	case []any, map[string]any, nil, bool:
		return time.Time{}, false, false
	default:
		return parseRubyTime(j.rubyString(v), j.location, j.now())
	}
}

// locateDocument is for posts, drafts and the documents of collections.
func (j *jekyll) locateDocument(page *Page, file string, at jekyllPlace, doc *frontmatter.Document, around Surroundings) {
	page.Kind = at.collection.label
	if at.collection == &j.posts {
		page.Kind = "post"
	}
	name := path.Base(at.rel)
	ext := rubyExtension(name)
	front := j.front(doc)
	if doc == nil && isBinary(file) {
		front.broken = false // an image in _posts has none (posts-other-extensions)
	}
	defaults := j.defaults.of(at.rel, file, at.collection.label, around)
	yamlFile := isYAML(ext) // all of it is read as data, and only that
	if yamlFile {
		defaults = noDefaults
	}
	parts := urlParts{
		collection: at.collection.label,
		base:       withoutExtension(name),
		path:       j.withoutDots(strings.Replace(at.rel[:len(at.rel)-len(ext)], at.collection.folder, "", 1)),
	}
	refused := ""
	categories, readable := j.categories(at, front, defaults)
	if !readable {
		front.doc, front.broken = nil, true
	}
	parts.categories = categories

	get := func(key string) any {
		if v, has := front.value(key); has && v != nil {
			return v
		}
		return defaults.all[key]
	}
	now := j.now()
	date := j.dateOf(front, defaults, now)
	dated, slug, hasName := "", "", false
	if !front.broken {
		dated, slug, hasName = j.datedName(at.rel)
		hasName = hasName && !yamlFile
		if hasName && !date.found {
			date.time, _, date.ok = parseRubyTime(dated, j.location, now)
			date.found = true
		}
		if !hasName {
			slug = parts.base
		}
		slug = j.withoutDots(slug)
	} else {
		slug = parts.base
	}
	switch v := get("slug").(type) {
	case string:
		slug = v
	case nil:
	case bool:
		if v {
			refused = breaks + "its slug is not text"
		}
	default:
		refused = breaks + "its slug is not text"
	}
	parts.slug = slug
	if date.found && !date.ok {
		refused = breaks + "its date cannot be read"
	}
	page.Date = date.time
	parts.date = date.time
	if !date.found {
		parts.date = now.In(j.location)
	}

	template := at.collection.template
	outExt := j.outputExtension(ext)
	switch v := get("permalink").(type) {
	case nil:
	case string:
		template = v
		if e := permalinkExtension(v); e != "" {
			outExt = e
		}
	case bool:
		if v {
			refused = breaks + "its permalink is not text"
		}
	default:
		refused = breaks + "its permalink is not text"
	}
	parts.outputExt = outExt
	url, known := j.expand(template, &parts)
	if !known {
		refused = breaks + "its permalink has an unknown placeholder"
	}
	if refused == "" {
		j.finishDocument(page, sanitizeURL(url), outExt)
		page.Aliases = j.aliases(front)
	}

	published, has := front.value("published")
	if !has || published == nil && defaults.all["published"] != nil {
		published, has = defaults.all["published"], keySet(defaults.all, "published")
	}
	page.Published = true
	deny := func(reason string) {
		if page.Published {
			page.Published, page.Reason = false, reason
		}
	}
	switch {
	case refused != "":
		deny(refused)
	case at.reason != "":
		deny(at.reason)
	case has && !rubyTrue(published) && !j.unpublished:
		deny("draft")
	case date.found && !j.future && date.time.After(now):
		deny("scheduled")
	case !at.collection.output:
		deny("collection without output")
	case j.defaults.broken || defaults.broken:
		deny("its defaults cannot be used")
	case at.collection == &j.posts && yamlFile:
		deny("ignored")
	case j.oldest != nil && at.collection == &j.posts && newPostRank(date.time, file).before(j.oldest):
		deny("limit_posts")
	}
}

func isYAML(ext string) bool { return ext == ".yml" || ext == ".yaml" }

func keySet(m map[string]any, key string) bool {
	_, ok := m[key]
	return ok
}

func (j *jekyll) finishDocument(page *Page, url, ext string) {
	j.finish(page, url, ext)
	if strings.HasSuffix(url, "/") && ext != ".html" { // always index.html for documents
		page.Output = outputFile(url, ".html")
	}
}

// documentDate is a date from front matter or defaults.
type documentDate struct {
	time  time.Time
	found bool // there is a date
	ok    bool // it can be read
}

func (j *jekyll) dateOf(front jekyllFront, defaults *defaultValues, now time.Time) (d documentDate) {
	if front.doc != nil {
		if field, has := front.doc.Field("date"); has {
			value := j.typed(field)
			if value != nil || defaults.all["date"] == nil {
				d.found = true
				d.time, _, d.ok = j.date(field)
				return d
			}
		}
	}
	switch v := defaults.all["date"].(type) {
	case time.Time:
		return documentDate{v.In(j.location), true, true}
	case string:
		d.found = true
		d.time, _, d.ok = parseRubyTime(v, j.location, now)
	}
	return d
}

// categories are the folders above _posts, those of the defaults, of the front matter, and
// category. ok is false when they are neither a text nor a list: Jekyll then drops the
// front matter.
func (j *jekyll) categories(at jekyllPlace, front jekyllFront, defaults *defaultValues) (list []string, ok bool) {
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
	var nested []any // what stands in lists in lists is added once more
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
func (j *jekyll) aliases(front jekyllFront) (urls []string) {
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

// oldestWithin is the oldest post that limit_posts keeps: nil when there are no more posts
// than that.
func (j *jekyll) oldestWithin(tree fs.FS, limit int) *postRank {
	var ranks []*postRank
	fs.WalkDir(tree, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		inside, ok := j.inSource(file)
		if !ok {
			return nil
		}
		if at := j.place(inside); at.class != postFile && at.class != draftFile {
			return nil
		}
		var doc *frontmatter.Document
		if text, err := fs.ReadFile(tree, file); err == nil {
			if parsed, err := frontmatter.Parse(text, j.dialect()); err == nil {
				doc = parsed
			}
		}
		if page := j.locate(file, doc, nil); page.Published {
			ranks = append(ranks, newPostRank(page.Date, inside))
		}
		return nil
	})
	if len(ranks) <= limit {
		return nil
	}
	sort.Slice(ranks, func(a, b int) bool { return ranks[a].before(ranks[b]) })
	return ranks[len(ranks)-limit]
}
