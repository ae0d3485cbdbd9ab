package jekyll

import (
	"bytes"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// site is the configuration of a Jekyll site.
type site struct {
	convention generator.Convention
	release    string
	since4     bool
	psych      bool // front matter is read by Psych itself, else by SafeYAML

	configuration  settings
	configFile     string // that it was read from
	address        address
	location       *time.Location
	zoneGuessed    bool // nothing says it: this machine's, though another may build the site
	now            func() time.Time
	source         string // folder of the site in the repository, "" for all of it
	destination    string // folder in the source that the site is written to; never read
	collectionsDir string
	postsAbove     string // a folder with posts starts with this: "" or "/" + collectionsDir

	filter        entryFilter
	includedFiles map[string]bool // files that include names by their path (Jekyll 4)
	posts         collection
	byFolder      map[string]*collection // "_notes"
	defaults      *frontMatterDefaults
	suffix        string // ending of pages and collections without their own permalink
	markdown      map[string]bool

	showDrafts, unpublished, future bool

	optionalFrontMatter bool      // a plugin makes pages of Markdown files without front matter
	redirects           bool      // a plugin makes redirect_from work
	oldest              *postRank // limit_posts leaves out everything before this post

	themeFolders []string // of layouts, includes and plugins, with a slash

	includes map[string]bool           // paths in _includes
	tags     map[string]*regexp.Regexp // Liquid tags of _plugins, with the end of those that are blocks
}

func open(tree fs.FS, o generator.Options) (generator.Generator, error) {
	j, err := openSite(tree, o)
	if err != nil {
		return nil, err
	}
	return j, nil
}

func openSite(tree fs.FS, o generator.Options) (*site, error) {
	version, from := versionOf(tree, o.Version)
	config, configFile, err := readConfig(tree, version)
	if err != nil {
		return nil, err
	}
	j := &site{
		release:       version,
		since4:        generator.AtLeast(version, "4.0.0"),
		psych:         version == "4.3.1", // Debian's package; all others bring SafeYAML (fm-symbol)
		configuration: config,
		configFile:    configFile,
		includes:      map[string]bool{},
		tags:          map[string]*regexp.Regexp{},
		address:       newAddress(o, config),
		location:      zoneOf(o, config),
		zoneGuessed:   o.TimeZone == nil && config.text("timezone", o.Env["TZ"]) == "",
		now:           o.Now,
		source:        relativeFolder(config.text("source", "")),
		destination:   relativeFolder(config.text("destination", "_site")),
		showDrafts:    config.on("show_drafts"),
		unpublished:   config.on("unpublished"),
		future:        config.on("future"),
		redirects:     configuredPlugin(tree, config, "jekyll-redirect-from"),
	}
	if j.source != "" {
		j.destination = strings.TrimPrefix(j.destination, j.source+"/")
	}
	if dir := config.text("collections_dir", ""); dir != "" {
		j.collectionsDir = strings.Trim(path.Clean("/"+dir), "/")
		j.postsAbove = "/" + dir // as it is written: Jekyll finds no post if it starts with a slash
	}
	j.optionalFrontMatter = configuredPlugin(tree, config, "jekyll-optional-front-matter") ||
		configuredPlugin(tree, config, "github-pages") || builtByPagesAction(tree)

	include, ok := config.list("include")
	if !ok {
		include = []string{".htaccess"}
	}
	exclude, ok := config.list("exclude")
	if !ok || j.since4 {
		exclude = append(exclude[:len(exclude):len(exclude)], alwaysExcluded...)
	}
	if j.since4 {
		exclude = withoutAll(exclude, include)
		j.includedFiles = map[string]bool{}
		for _, file := range include {
			j.includedFiles[strings.Trim(path.Clean("/"+file), "/")] = true
		}
	}
	j.filter = entryFilter{include: patterns(include), exclude: patterns(exclude), trailingDot: j.since4}

	style := config.text("permalink", "date")
	j.suffix = styleSuffix(style)
	posts, others, err := collectionsOf(config, postTemplate(style, version))
	if err != nil {
		return nil, err
	}
	j.posts = posts
	j.byFolder = make(map[string]*collection, len(others))
	for i := range others {
		if others[i].template == "" {
			others[i].template = "/:collection/:path" + j.suffix
		}
		j.byFolder[others[i].folder] = &others[i]
	}
	j.defaults = newDefaults(config, j.collectionsDir, j.since4)
	j.markdown = map[string]bool{}
	for ext := range strings.SplitSeq(config.text("markdown_ext", "markdown,mkdown,mkdn,mkd,md"), ",") {
		j.markdown["."+strings.ToLower(ext)] = true
	}
	if limit, _ := config["limit_posts"].(int64); limit > 0 {
		j.oldest = j.oldestWithin(tree, int(limit))
	}
	for _, folder := range [][2]string{{"layouts_dir", "_layouts"}, {"includes_dir", "_includes"},
		{"plugins_dir", "_plugins"}} {
		j.themeFolders = append(j.themeFolders, j.folder(folder[0], folder[1])+"/")
	}
	j.convention = j.readConvention(tree, o, from)
	return j, nil
}

// relativeFolder is the setting of a folder as a path in the repository; "" for one outside of it.
func relativeFolder(setting string) string {
	if setting == "" || setting[0] == '/' || setting[0] == '~' {
		return ""
	}
	folder := path.Clean(setting)
	if folder == "." || strings.HasPrefix(folder, "..") {
		return ""
	}
	return folder
}

func withoutAll(list, gone []string) []string {
	var kept []string
	for _, s := range list {
		found := false
		for _, g := range gone {
			found = found || g == s
		}
		if !found {
			kept = append(kept, s)
		}
	}
	return kept
}

// warnings: without a zone, the day in a post's URL is that of the machine that builds the site.
func (j *site) warnings() []string {
	if !j.zoneGuessed || !datePlaceholder.MatchString(j.posts.template) {
		return nil
	}
	return []string{"timezone is not set in _config.yml: the day in the URLs of posts depends on the machine " +
		"that builds the site; set timezone there, or site.timezone or TZ in site.env in gitpost's configuration, " +
		"to the zone of that machine (gitpost assumes " + generator.ZoneName(j.location) + ", this machine's)"}
}

var datePlaceholder = regexp.MustCompile(`:(?:year|month|day|i_|y_day|short_|long_|hour|minute|second|week|w_)`)

// Naming: the title is never part of a post's URL (fm-title-does-not-matter).
func (j *site) Naming(file string) generator.Naming { return generator.PlainNaming(file) }

// Role returns what a file means; none decides how others are published.
func (j *site) Role(file string) (role generator.Role) {
	for _, folder := range j.themeFolders {
		if strings.HasPrefix(file, folder) {
			role |= generator.Config
		}
	}
	if slices.Contains(configFiles, file) || slices.Contains(versionFiles, file) {
		role |= generator.Config
	}
	inside, ok := j.inSource(file)
	if !ok {
		return role
	}
	class := j.place(inside).class
	if class == postFile && j.oldest != nil { // which posts limit_posts keeps depends on all of them
		role |= generator.Config
	}
	if class != notRead && !isBinary(file) {
		role |= generator.Content
	}
	return role
}

// inSource is the file's path from the source folder.
func (j *site) inSource(file string) (string, bool) {
	if j.source == "" {
		return file, file != ""
	}
	return strings.CutPrefix(file, j.source+"/")
}

func (j *site) Locate(file string, doc *frontmatter.Document, around generator.Surroundings) generator.Page {
	page := generator.Page{Path: file}
	inside, ok := j.inSource(file)
	if !ok {
		page.Reason = "outside the source folder"
		return page
	}
	if j.source != "" && around != nil {
		around = shifted{around, j.source + "/"}
	}
	at := j.place(inside)
	switch at.class {
	case notRead:
		page.Reason = at.reason
	case pageFile:
		j.locatePage(&page, inside, doc, around)
	default:
		if at.class == documentFile && (doc == nil && isBinary(file) || doc != nil && !hasHeader(doc)) {
			page.Kind, page.Static = at.collection.label, at.collection.output // without front matter it is copied
		} else {
			j.locateDocument(&page, inside, at, doc, around)
		}
		if !page.Published && !page.Static && j.readsPage(inside) { // include: [_posts]
			page = generator.Page{Path: file}
			j.locatePage(&page, inside, doc, around)
		}
	}
	return page
}

func isBinary(file string) bool {
	return binaryExtensions[strings.ToLower(rubyExtension(path.Base(file)))]
}

// shifted are the surroundings of a site whose source is a folder of the repository.
type shifted struct {
	generator.Surroundings
	folder string
}

func (s shifted) Exists(path string) bool { return existsIn(s.Surroundings, s.folder+path) }

// existsIn reports whether there is a file or, as far as the surroundings can tell, a folder.
func existsIn(around generator.Surroundings, path string) bool {
	if around.Exists(path) {
		return true
	}
	if lister, ok := around.(generator.Lister); ok {
		for range lister.Below(path) {
			return true
		}
	}
	return false
}

// hasHeader reports whether a file's first line is ---. A byte order mark before it makes a
// page or a collection's document a plain file; posts are read without this test.
func hasHeader(doc *frontmatter.Document) bool {
	line, _, ended := bytes.Cut(doc.Bytes(), []byte("\n"))
	return ended && bytes.HasPrefix(line, []byte("---")) && len(bytes.Trim(line[3:], " \t\r\f\v")) == 0
}

// outputExtension is what the converters make of a file's extension.
func (j *site) outputExtension(ext string) string {
	switch lower := strings.ToLower(ext); {
	case j.markdown[lower]:
		return ".html"
	case lower == ".scss" || lower == ".sass":
		return ".css"
	}
	return ext
}

// withoutDots removes trailing dots from a name, as Jekyll 4 does.
func (j *site) withoutDots(name string) string {
	if j.since4 {
		return strings.TrimRight(name, ".")
	}
	return name
}

func (j *site) finish(page *generator.Page, url, ext string) {
	page.URL = j.address.of(url)
	if file := j.address.ofFile(url); file != page.URL {
		page.Aliases = append(page.Aliases, file)
	}
	page.Output = outputFile(url, ext)
}

func (j *site) locatePage(page *generator.Page, file string, doc *frontmatter.Document, around generator.Surroundings) {
	folder, name := path.Split(file)
	folder = strings.TrimSuffix(folder, "/")
	ext := rubyExtension(name)
	isPage := doc == nil && !isBinary(file) || doc != nil && (hasHeader(doc) || j.pageWithoutHeader(name, ext))
	if !isPage {
		page.Static = true // it is copied
		return
	}
	page.Kind = "page"
	base := j.withoutDots(name[:len(name)-len(ext)])
	front := j.front(doc)
	permalink, has := front.value("permalink")
	if !has {
		permalink = j.defaults.of(file, file, "pages", around).page["permalink"]
	}
	outExt := j.outputExtension(ext)
	custom, isText := permalink.(string)
	if isText {
		if e := permalinkExtension(custom); e != "" {
			outExt = e
		}
	}
	template := custom
	if permalink == nil || permalink == false {
		html := outExt == ".html" || outExt == ".xhtml" || outExt == ".htm"
		switch {
		case !html:
			template = "/:path/:basename:output_ext"
		case base == "index":
			template = "/:path/"
		default:
			template = "/:path/:basename" + j.suffix
		}
	} else if !isText || custom == "" {
		page.Reason = generator.Breaks + "its permalink is not text"
		return
	}
	for _, p := range []struct{ name, value string }{{":path", folder}, {":basename", base}, {":output_ext", outExt}} {
		if !strings.Contains(template, ":") {
			break
		}
		template = strings.ReplaceAll(template, p.name, escapePath(p.value))
	}
	j.finish(page, sanitizeURL(template), outExt)
	page.Aliases = append(page.Aliases, j.aliases(front)...)
	page.Date, _, _ = front.date("date")
	page.Published = true
	if published, has := front.value("published"); has && !rubyTrue(published) && !j.unpublished {
		page.Published, page.Reason = false, "draft"
	}
}

// notForPages are documents for visitors of the repository, which the plugin that makes pages of
// Markdown files without front matter ignores.
var notForPages = map[string]bool{
	"README": true, "LICENSE": true, "LICENCE": true, "COPYING": true, "CODE_OF_CONDUCT": true,
	"CONTRIBUTING": true, "ISSUE_TEMPLATE": true, "PULL_REQUEST_TEMPLATE": true,
}

func (j *site) pageWithoutHeader(name, ext string) bool {
	return j.optionalFrontMatter && j.markdown[strings.ToLower(ext)] &&
		!notForPages[strings.ToUpper(withoutExtension(name))]
}

func rubyTrue(v any) bool { return v != nil && v != false }
