package jekyll

import (
	"path"
	"strings"
	"time"

	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// Date reads a value as Jekyll does.
func (j *site) Date(f frontmatter.Field) (t time.Time, precise bool, ok bool) {
	switch v := j.typed(f).(type) {
	case time.Time:
		return v.In(j.location), true, true
	case []any, map[string]any, nil, bool:
		return time.Time{}, false, false
	default:
		return parseRubyTime(j.rubyString(v), j.location)
	}
}

// document is a post, a draft or a document of a collection that is being located.
type document struct {
	*site
	at       place
	front    front
	defaults *defaultValues
	date     documentDate
	parts    urlParts
	refused  string // why Jekyll would stop the whole build
}

// locateDocument is for posts, drafts and the documents of collections.
func (j *site) locateDocument(page *generator.Page, file string, at place, doc *frontmatter.Document,
	around generator.Surroundings) {
	name := path.Base(at.rel)
	ext := rubyExtension(name)
	d := document{site: j, at: at, front: j.front(doc)}
	if doc == nil && isBinary(file) {
		d.front.broken = false // an image in _posts has none (posts-other-extensions)
	}
	d.defaults = noDefaults
	if !isYAML(ext) { // a YAML file is read as data only
		d.defaults = j.defaults.of(at.rel, file, at.collection.label, around)
	}
	d.parts = urlParts{
		collection: at.collection.label,
		path:       j.withoutDots(strings.Replace(at.rel[:len(at.rel)-len(ext)], at.collection.folder, "", 1)),
		base:       withoutExtension(name),
		outputExt:  j.outputExtension(ext),
	}
	var readable bool
	if d.parts.categories, readable = j.categories(at, d.front, d.defaults); !readable {
		d.front.doc, d.front.broken = nil, true
	}
	now := j.now()
	d.readNameAndDate(now, ext)

	page.Kind = at.collection.label
	if at.collection == &j.posts {
		page.Kind = "post"
	}
	page.Date = d.date.time
	if url := d.url(); d.refused == "" {
		j.finishDocument(page, url, d.parts.outputExt)
		page.Aliases = append(page.Aliases, j.aliases(d.front)...)
	}
	page.Reason = d.hidden(now, file, ext)
	page.Published = page.Reason == ""
	if d.date.found && !d.future {
		page.Clocked(now, d.date.time.Truncate(time.Second))
	}
}

// get is a value of the front matter, else of the defaults.
func (d *document) get(key string) any {
	if v, has := d.front.value(key); has && v != nil {
		return v
	}
	return d.defaults.all[key]
}

// text is a value that Jekyll handles as text: anything else stops the build.
func (d *document) text(key string) (value string, has bool) {
	switch v := d.get(key).(type) {
	case nil:
		return "", false
	case string:
		return v, true
	case bool:
		if !v {
			return "", false
		}
	}
	d.refused = generator.Breaks + "its " + key + " is not text"
	return "", false
}

// readNameAndDate sets the slug and the date. Of a document whose front matter cannot be read
// Jekyll does not even look at the name (fm-yaml-error).
func (d *document) readNameAndDate(now time.Time, ext string) {
	d.date = d.dateOf(d.front, d.defaults)
	d.parts.slug = d.parts.base
	if !d.front.broken {
		if written, slug, dated := d.datedName(d.at.rel); dated && !isYAML(ext) {
			d.parts.slug = slug
			if !d.date.found {
				d.date.found = true
				d.date.time, _, d.date.ok = parseRubyTime(written, d.location)
			}
		}
		d.parts.slug = d.withoutDots(d.parts.slug)
	}
	if slug, has := d.text("slug"); has {
		d.parts.slug = slug
	}
	if d.date.found && !d.date.ok {
		d.refused = generator.Breaks + "its date cannot be read; write 2026-11-30 or 2026-11-30 08:00:00 +0100"
	}
	if d.parts.date = d.date.time; !d.date.found {
		d.parts.date = now.In(d.location) // the day of the build
	}
}

func (d *document) url() string {
	template := d.at.collection.template
	if permalink, has := d.text("permalink"); has {
		template = permalink
		if ext := permalinkExtension(permalink); ext != "" {
			d.parts.outputExt = ext
		}
	}
	url, known := d.expand(template, &d.parts)
	if !known {
		d.refused = generator.Breaks + "its permalink has an unknown placeholder"
	}
	return sanitizeURL(url)
}

// hidden is why a document is not published: "" when it is.
func (d *document) hidden(now time.Time, file, ext string) string {
	published, has := d.front.value("published")
	if !has || published == nil && d.defaults.all["published"] != nil {
		published, has = d.defaults.all["published"], keySet(d.defaults.all, "published")
	}
	isPost := d.at.collection == &d.posts
	switch {
	case d.refused != "":
		return d.refused
	case d.at.reason != "":
		return d.at.reason
	case has && !rubyTrue(published) && !d.unpublished:
		return "draft"
	case d.date.found && !d.future && d.date.time.Unix() > now.Unix():
		return generator.Scheduled
	case !d.at.collection.output:
		return "collection without output"
	case d.site.defaults.broken:
		return generator.Breaks + "a date among the defaults of _config.yml has no time of day"
	case d.defaults.broken:
		return "its defaults cannot be used"
	case isPost && isYAML(ext):
		return "ignored"
	case isPost && d.oldest != nil && newPostRank(d.date.time, file).before(d.oldest):
		return "limit_posts"
	}
	return ""
}

func isYAML(ext string) bool { return ext == ".yml" || ext == ".yaml" }

func keySet(m map[string]any, key string) bool {
	_, ok := m[key]
	return ok
}

func (j *site) finishDocument(page *generator.Page, url, ext string) {
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

func (j *site) dateOf(front front, defaults *defaultValues) (d documentDate) {
	if front.doc != nil {
		if field, has := front.doc.Field("date"); has {
			value := j.typed(field)
			if value != nil || defaults.all["date"] == nil {
				d.found = true
				d.time, _, d.ok = j.Date(field)
				return d
			}
		}
	}
	switch v := defaults.all["date"].(type) {
	case time.Time:
		return documentDate{v.In(j.location), true, true}
	case string:
		d.found = true
		d.time, _, d.ok = parseRubyTime(v, j.location)
	}
	return d
}
