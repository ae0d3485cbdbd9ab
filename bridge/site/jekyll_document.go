package site

import (
	"path"
	"strings"
	"time"

	"gitpost/frontmatter"
)

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
