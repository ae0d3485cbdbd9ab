package eleventy

import (
	"net/url"
	"path"
	"regexp"
	"strings"
	"time"

	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// Role returns what a file means. Data files are configuration: they decide where whole folders are
// published.
func (s *site) Role(file string) (role generator.Role) {
	for _, name := range configFiles {
		if file == name {
			return generator.Config
		}
	}
	c := s.config
	switch file {
	case "package.json", ".gitignore", ".eleventyignore":
		return generator.Config
	}
	for _, folder := range []string{c.includes, c.layouts} {
		if folder != "" && strings.HasPrefix(file, folder+"/") {
			return generator.Config
		}
	}
	if path.Dir(file) == c.data {
		return generator.Config
	}
	if !s.inInput(file) || s.leavesOut(file) {
		return 0
	}
	if _, ok := dataStem(file); ok {
		return generator.Config
	}
	if c.formats[path.Ext(file)] && !s.copied(file) {
		role |= generator.Content
	}
	return role
}

func (s *site) inInput(file string) bool {
	return s.config.input == "" || strings.HasPrefix(file, s.config.input+"/")
}

// copied reports whether a file is below a folder that is copied as it is.
func (s *site) copied(file string) bool {
	for _, p := range s.config.copies {
		if strings.HasPrefix(file, p.dir+"/") {
			return true
		}
	}
	return false
}

func (s *site) Locate(file string, doc *frontmatter.Document, _ generator.Surroundings) generator.Page {
	page := generator.Page{Path: file, Kind: "post"}
	switch {
	case !s.Role(file).Has(generator.Content):
		page.Static = true
		return page
	case doc == nil:
		page.Reason = generator.Breaks + "its front matter cannot be read"
		return page
	}
	if path.Ext(file) != ".md" {
		page.Kind = "page"
	}
	if _, several := doc.Get("pagination"); several {
		page.Kind = "section"
	}
	page.Date = s.date(file, doc)
	where := s.address(file, doc, page.Date)
	switch {
	case where.computed != "":
		page.Unlocated = "its URL is computed by " + where.computed + ", which gitpost does not run"
		if page.Reason = page.Unlocated; s.draft(file, doc) {
			page.Reason = "draft"
		}
		return page
	case where.none:
		page.Reason = "permalink: false"
		return page
	}
	page.URL = strings.TrimSuffix(s.convention.BaseURL, "/") + (&url.URL{Path: where.url}).EscapedPath()
	page.Output = strings.TrimPrefix(where.output, "/")
	if page.Output == "index.html" {
		page.Kind = "home"
	}
	if last := path.Base(where.output); path.Ext(last) == "" {
		page.Reason = generator.Breaks + "its permalink " + where.url + " has neither an ending nor a slash at its end"
	}
	if s.draft(file, doc) {
		page.Reason = "draft"
	}
	page.Published = page.Reason == ""
	return page
}

func (s *site) draft(file string, doc *frontmatter.Document) bool {
	return s.config.drafts && s.value(file, doc, "draft").is == true
}

var dayInPath = regexp.MustCompile(`\d{4}-\d{2}-\d{2}`)

// date is page.date: that of the data, else of the path. A page without has the time at which its
// file was made, which no repository says.
func (s *site) date(file string, doc *frontmatter.Document) time.Time {
	if f, ok := doc.Field("date"); ok {
		t, _, _ := s.Date(f)
		return t
	}
	if v, ok := s.value(file, doc, "date").is.(string); ok {
		if t, _, ok := s.Date(frontmatter.Field{Value: v, Text: v}); ok {
			return t
		}
	}
	day := dayInPath.FindString("/" + file)
	t, _ := time.ParseInLocation(time.DateOnly, day, time.UTC)
	return t
}

// A place is where a page is written.
type place struct {
	url, output string
	none        bool   // it is not written
	computed    string // what computes it in JavaScript, or in a template that gitpost does not know
}

// address is where a page is written: by its permalink, else by the path of its file.
func (s *site) address(file string, doc *frontmatter.Document, at time.Time) place {
	if from := s.computedPermalink(file, doc); from != "" {
		return place{computed: from}
	}
	v := s.value(file, doc, "permalink")
	if v.from == "" && s.global != "" {
		return place{computed: s.global}
	}
	switch p := v.is.(type) {
	case nil:
		if v.computed {
			return place{computed: v.from}
		}
	case bool:
		if p {
			return place{url: "true", output: "true"} // it breaks the build, as any without an ending
		}
		return place{none: true}
	case string:
		if dynamic := s.value(file, doc, "dynamicPermalink"); dynamic.is != false {
			var known bool
			if p, known = s.render(p, file, doc, at); !known {
				return place{computed: "the permalink in " + v.from}
			}
		}
		return s.written(p)
	default:
		return place{computed: "the permalink in " + v.from}
	}
	return s.written(s.defaultPath(file))
}

// computedPermalink is what has eleventyComputed.permalink.
func (s *site) computedPermalink(file string, doc *frontmatter.Document) string {
	if _, ok := doc.Get("eleventyComputed", "permalink"); ok {
		return "eleventyComputed in " + file
	}
	for _, d := range s.dataOf(strings.TrimSuffix(file, path.Ext(file))) {
		if m, _ := d.values["eleventyComputed"].(map[string]any); m["permalink"] != nil {
			return "eleventyComputed in " + d.file
		}
	}
	return ""
}

// below is a path from the input folder.
func (s *site) below(file string) string {
	return strings.TrimPrefix(strings.TrimPrefix(file, s.config.input), "/")
}

// defaultPath is where a page without a permalink is written.
func (s *site) defaultPath(file string) string {
	stem := strings.TrimSuffix(s.below(file), path.Ext(file))
	dir, base := path.Split(stem)
	if base == "index" || dir != "" && path.Base(dir) == base {
		return "/" + dir
	}
	return "/" + stem + "/"
}

// written is the place of a permalink.
func (s *site) written(permalink string) place {
	slash := strings.HasSuffix(permalink, "/")
	permalink = path.Clean("/" + permalink)
	if slash && permalink != "/" {
		permalink += "/"
	}
	p := place{url: permalink, output: permalink}
	if strings.HasSuffix(permalink, "/") {
		p.output += "index.html"
	}
	if short, ok := strings.CutSuffix(p.output, "/index.html"); ok {
		p.url = short + "/"
	}
	return p
}

// fileSlug is page.fileSlug, and stem page.filePathStem: names without the date before them.
func (s *site) fileSlug(file string) (slug, stem string) {
	whole := strings.TrimSuffix(s.below(file), path.Ext(file))
	dir, base := path.Split(whole)
	bare := withoutDay(base)
	stem = "/" + dir + bare
	if bare == "index" {
		if dir == "" {
			return "", stem
		}
		return withoutDay(path.Base(dir)), stem
	}
	return bare, stem
}

func withoutDay(name string) string {
	if m := dayBefore.FindStringSubmatch(name); m != nil {
		return m[1]
	}
	return name
}

var dayBefore = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}-(.+)$`)

var computedPrefix = regexp.MustCompile(`\bpathPrefix\s*[:,}]`)

// warnings name what computes the URLs of pages in JavaScript.
func (s *site) warnings() (list []string) {
	const remedy = "; gitpost does not run it: write permalinks into front matter or into a JSON data file, " +
		"or set site.urls_from to a map that the build publishes"
	if s.global != "" && !s.mapped {
		list = append(list, s.global+" computes the URLs of pages in JavaScript"+remedy)
	}
	for _, files := range s.data {
		for _, d := range files {
			if d.computes("permalink") && !s.mapped {
				list = append(list, d.file+" computes permalinks in JavaScript"+remedy)
			}
		}
	}
	if computedPrefix.MatchString(s.config.text) && !pathPrefix.MatchString(s.config.text) {
		list = append(list, s.config.file+" computes pathPrefix in JavaScript, which gitpost does not run; "+
			"set site.url to the URL of the site with the prefix")
	}
	if len(s.config.copies) == 0 {
		dir, _ := s.config.static()
		list = append(list, "no folder is copied unchanged, so that uploads would not be published; add "+
			`eleventyConfig.addPassthroughCopy("`+dir+`") to `+configFileOr(s.config.file))
	}
	return generator.Distinct(list)
}

func configFileOr(file string) string {
	if file == "" {
		return "eleventy.config.js"
	}
	return file
}
