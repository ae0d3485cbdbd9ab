package custom

import (
	"cmp"
	"net/url"
	"path"
	"regexp"
	"strings"
	"time"

	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// Locate returns where a file is published: at the URL that its key has, else at the pattern's.
func (s *site) Locate(file string, doc *frontmatter.Document, _ generator.Surroundings) generator.Page {
	page := generator.Page{Path: file, Kind: "post"}
	f, ok := s.folderOf(file)
	switch {
	case !ok:
		page.Static = true
		return page
	case doc == nil:
		page.Reason = generator.Breaks + "its front matter cannot be read"
		return page
	}
	p := post{site: s, doc: doc, below: strings.TrimPrefix(strings.TrimPrefix(file, f.root), "/")}
	p.readPath()
	p.readDate()
	page.Date = p.date
	address, missing := p.address()
	if missing != "" {
		page.Unlocated = "its URL is not known: " + missing
		page.Reason = page.Unlocated
	} else {
		page.URL = s.absolute(address)
		page.Output = strings.TrimPrefix(address, "/")
		if page.Output == "" || strings.HasSuffix(page.Output, "/") {
			page.Output += "index.html"
		}
	}
	page.Aliases = s.aliases(doc)
	if s.draft(file, doc) {
		page.Reason = "draft"
	}
	page.Published = page.Reason == ""
	return page
}

func (s *site) draft(file string, doc *frontmatter.Document) bool {
	if s.about.Drafts != "" && strings.Contains("/"+path.Dir(file)+"/", "/"+s.about.Drafts+"/") {
		return true
	}
	v, ok := doc.Get(s.convention.Draft.Key)
	return ok && v == s.convention.Draft.On
}

func (s *site) aliases(doc *frontmatter.Document) (list []string) {
	if s.convention.Aliases == "" {
		return nil
	}
	v, _ := doc.Get(s.convention.Aliases)
	all, isList := v.([]any)
	if !isList {
		all = []any{v}
	}
	for _, alias := range all {
		if text, _ := alias.(string); text != "" {
			list = append(list, s.absolute(text))
		}
	}
	return list
}

// absolute is a URL of the site from its path, or as it is.
func (s *site) absolute(address string) string {
	if strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://") {
		return address
	}
	p := (&url.URL{Path: strings.TrimPrefix(address, "/")}).EscapedPath()
	return s.convention.BaseURL + strings.TrimPrefix(p, "./")
}

// post is a file with what its URL may be made of.
type post struct {
	site   *site
	doc    *frontmatter.Document
	below  string            // its path below the content folder
	inPath map[string]string // by placeholder
	date   time.Time
	dated  bool
}

// readPath turns the pattern of paths round. A file that does not match it is named by its slug.
func (p *post) readPath() {
	p.inPath = map[string]string{}
	if re := p.site.path; re != nil {
		if m := re.FindStringSubmatch(p.below); m != nil {
			for i, name := range re.SubexpNames() {
				if name != "" {
					p.inPath[name] = m[i]
				}
			}
		}
	}
	if p.inPath["slug"] == "" {
		p.inPath["slug"] = path.Base(p.withoutExtension())
	}
}

// withoutExtension is the path of the post: that of its folder, for an index file.
func (p *post) withoutExtension() string {
	name := strings.TrimSuffix(p.below, path.Ext(p.below))
	if name == "index" {
		return ""
	}
	return strings.TrimSuffix(name, "/index")
}

var dayInName = regexp.MustCompile(`(\d{4})-(\d\d)-(\d\d)`)

// readDate finds the date: of the front matter, else of the path.
func (p *post) readDate() {
	zone := p.site.convention.Zone
	if f, ok := p.doc.Field(strings.Split(p.site.about.FrontMatter.Key("date", "date"), ".")...); ok {
		if t, _, ok := p.site.Date(f); ok {
			p.date, p.dated = t, true
			return
		}
	}
	day := p.inPath["date"]
	if p.inPath["year"] != "" && p.inPath["month"] != "" && p.inPath["day"] != "" {
		day = p.inPath["year"] + "-" + p.inPath["month"] + "-" + p.inPath["day"]
	}
	if day == "" {
		day = dayInName.FindString(p.below)
	}
	if t, err := time.ParseInLocation(time.DateOnly, day, zone); err == nil {
		p.date, p.dated = t, true
	}
}

// address is the post's URL, or its path; missing says in words what it cannot be made
// without.
func (p *post) address() (address, missing string) {
	d := p.site.about
	if d.URLKey != "" {
		if text := p.text(d.URLKey); text != "" {
			return text, ""
		}
		if d.Permalink == "" {
			return "", "it has no key " + d.URLKey
		}
	}
	if d.Permalink == "" {
		return "", "no pattern says it"
	}
	text, missing := p.site.permalink.fill(p.value)
	if missing != "" {
		return "", "it has no " + cmp.Or(unwritten[missing], "key "+missing)
	}
	for strings.Contains(text, "//") { // an empty section
		text = strings.ReplaceAll(text, "//", "/")
	}
	return text, ""
}

// unwritten are words for what a post lacks.
var unwritten = map[string]string{
	"year": "date", "month": "date", "day": "date", "date": "date", "hour": "date", "minute": "date", "second": "date",
}

var clocks = map[string]string{
	"year": "2006", "month": "01", "day": "02", "date": time.DateOnly, "hour": "15", "minute": "04", "second": "05",
}

// value is what a placeholder of the permalink stands for.
func (p *post) value(name string) (string, bool) {
	if layout, ok := clocks[name]; ok {
		if !p.dated {
			return "", false
		}
		return p.date.In(p.site.convention.Zone).Format(layout), true
	}
	switch name {
	case "slug":
		if key := p.site.convention.Slug; key != "" {
			if own := p.text(key); own != "" {
				return own, true
			}
		}
		return p.inPath["slug"], true
	case "path":
		return p.withoutExtension(), true
	case "section":
		dir := path.Dir(p.withoutExtension())
		return strings.TrimPrefix(dir, "."), true
	}
	v := p.text(name)
	return v, v != ""
}

// text is the value of a key of the front matter as text; "" where it is a list or a map.
func (p *post) text(key string) string {
	f, _ := p.doc.Field(strings.Split(key, ".")...)
	return strings.TrimSpace(f.Text)
}
