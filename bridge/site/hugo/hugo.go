package hugo

import (
	"cmp"
	"fmt"
	"io/fs"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// site is the configuration of a Hugo site.
type site struct {
	convention  generator.Convention
	release     string
	inTree      bool   // since 0.123; see era.go
	writesFor   string // the oldest version that may build the site; "0" if nothing says it
	rules       rules
	environment string
	settings    settings
	from        map[string]string // the file that each top-level setting is from
	now         func() time.Time

	languages map[string]*language // by name; before 0.123 as written in the file name
	main      *language            // of files that name no language
	multihost bool
	hostNames bool // some language has a baseURL, whether or not that makes the site a multihost one

	mounts  []mount // content folders in order of precedence
	statics []mount
	ignored []*regexp.Regexp

	allowsHTML bool            // security.allowContent lets .html content pass
	dropsHTML  bool            // HTML in Markdown is left out, with a warning
	shortcodes map[string]bool // of the layouts, by name: whether it needs a closing tag
	themes     themes

	indexNames indexNames // the names under which a file makes its folder a leaf bundle
}

// language is what the configuration says for one language.
type language struct {
	name     string
	disabled bool
	base     string // of the site in this language, with a trailing slash; "/" without one
	prefix   string // before every path of its URLs: "fr"
	filePath string // before every path in the output folder

	zone       *time.Location
	permalinks permalinkRules
	cascade    []cascadeRule
	dates      dateKeys
	names      sanitizer
	taxonomies map[string]bool // by plural name

	// names of its _index files, where files without a language in the name are its own and where not
	ownIndexes, foreignIndexes indexNames

	disabledKinds,
	htmlKinds, // kinds that are not built, kinds that have an HTML page,
	feedKinds map[string]bool // and kinds that have a feed

	uglyAll                            bool
	uglySections                       map[string]bool
	noAliases                          bool
	buildDrafts, buildFuture, buildOld bool
	pluralTitles, capitalTitles        bool // of sections without an _index file
}

func open(tree fs.FS, o generator.Options) (generator.Generator, error) {
	h, err := openSite(tree, o)
	if err != nil {
		return nil, err
	}
	return h, nil
}

func openSite(tree fs.FS, o generator.Options) (*site, error) {
	version, from := versionOf(tree, o.Version)
	rules := rulesOf(version)
	s, files, err := readConfig(tree, o.Env, rules)
	if err != nil {
		return nil, err
	}
	h := &site{
		release: version, inTree: generator.AtLeast(version, "0.123.0"), writesFor: version, rules: rules,
		environment: environmentOf(o.Env), settings: s, from: files,
		now: o.Now, languages: map[string]*language{}, shortcodes: map[string]bool{},
	}
	if o.Version == "" && from == "" {
		h.writesFor = "0" // shortcodes that only newer versions have do not pass
	}
	unsafe, _ := s.value("markup", "goldmark", "renderer", "unsafe")
	h.dropsHTML = unsafe != true
	for _, pattern := range s.words("ignorefiles") {
		re, err := regexp.Compile(pattern)
		if err != nil {
			return nil, fmt.Errorf("ignoreFiles: %w", err)
		}
		h.ignored = append(h.ignored, re)
	}
	for _, pattern := range s.words("security", "allowcontent") {
		re, err := regexp.Compile("^(?:" + pattern + ")$")
		h.allowsHTML = h.allowsHTML || err == nil && re.MatchString("text/html")
	}
	if err := h.readLanguages(o); err != nil {
		return nil, err
	}
	h.readMounts(tree)
	h.indexNames = h.leafNames()
	h.themes = h.readThemes(tree)
	h.convention = h.readConvention(tree, from)
	return h, nil
}

func (h *site) readLanguages(o generator.Options) error {
	tables := h.settings.table("languages")
	main := h.languageName(cmp.Or(h.settings.text("defaultcontentlanguage"), "en"))
	if len(tables) == 0 {
		tables = settings{main: map[string]any{}}
	}
	disabled := map[string]bool{}
	for _, name := range h.settings.words("disablelanguages") {
		disabled[name] = true
	}
	enabled := 0
	for name := range tables {
		own := tables.table(name)
		if disabled[name] || own.truth("disabled") {
			disabled[name] = true
			continue
		}
		enabled++
		if _, ok := own["baseurl"]; ok {
			h.multihost = true
		}
	}
	h.hostNames = h.multihost
	if err := h.settleHosts(tables, enabled); err != nil {
		return err
	}
	for name := range tables {
		lang, err := h.readLanguage(name, h.settings.below(tables.table(name)), o)
		if err != nil {
			return err
		}
		lang.disabled = disabled[name]
		inFolder := lang.name != main || h.settings.truth("defaultcontentlanguageinsubdir")
		switch {
		case h.multihost:
			lang.filePath = name
		case (enabled > 1 || h.rules.soleLanguageFolder && name == main) && inFolder:
			lang.prefix, lang.filePath = name, name
		}
		h.languages[name] = lang
	}
	h.main = h.languages[main]
	for _, name := range h.settings.words("disablelanguages") {
		// names of languages that are not built even if they are not configured
		if h.languages[name] == nil && h.main != nil && h.rules.disabledNames {
			off := *h.main
			off.name, off.disabled = name, true
			h.languages[name] = &off
		}
	}
	if h.main == nil || h.main.disabled {
		return fmt.Errorf("defaultContentLanguage %q is not one of the configured languages", main)
	}
	return nil
}

func (h *site) readLanguage(name string, s settings, o generator.Options) (*language, error) {
	lang := &language{
		name: name, zone: time.UTC, dates: dateKeysOf(s),
		names: sanitizer{keepCase: s.truth("disablepathtolower"), noAccents: s.truth("removepathaccents"),
			accentFirst: !h.rules.accentsLast},
		noAliases:   s.truth("disablealiases"),
		buildDrafts: s.truth("builddrafts"), buildFuture: s.truth("buildfuture"), buildOld: s.truth("buildexpired"),
		pluralTitles: true, capitalTitles: true,
	}
	if _, set := s.value("pluralizelisttitles"); set {
		lang.pluralTitles = s.truth("pluralizelisttitles")
	}
	if _, set := s.value("capitalizelisttitles"); set {
		lang.capitalTitles = s.truth("capitalizelisttitles")
	}
	base := s.text("baseurl")
	if !h.multihost {
		base = o.Base(base)
	}
	var err error
	if lang.base, err = baseURL(base); err != nil {
		return nil, err
	}
	if o.TimeZone != nil {
		lang.zone = o.TimeZone
	} else if zone := s.text("timezone"); zone != "" {
		if lang.zone, err = time.LoadLocation(zone); err != nil {
			return nil, fmt.Errorf("timeZone %q: %w", zone, err)
		}
	}
	if v, ok := s.value("permalinks"); ok {
		if lang.permalinks, err = h.permalinkRulesOf(v); err != nil {
			return nil, err
		}
	}
	if v, ok := s.value("cascade"); ok {
		lang.cascade = h.cascadeRules(v)
	}
	only := len(h.settings.table("languages")) <= 1
	lang.ownIndexes, lang.foreignIndexes = h.sectionFileNames(name, true, only), h.sectionFileNames(name, false, only)
	lang.readUgly(s)
	lang.readKinds(s)
	return lang, nil
}

// baseURL returns the base URL with a closing slash. Without one Hugo's links are absolute paths.
func baseURL(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil {
		return "", fmt.Errorf("baseURL %q: %w", s, err)
	}
	if !strings.HasSuffix(u.Path, "/") {
		u.Path += "/"
		u.RawPath = ""
	}
	return u.String(), nil
}

func (lang *language) readUgly(s settings) {
	v, _ := s.value("uglyurls")
	if sections, ok := v.(map[string]any); ok {
		lang.uglySections = map[string]bool{}
		for section, on := range sections {
			lang.uglySections[section], _ = truthOf(on)
		}
		return
	}
	lang.uglyAll, _ = truthOf(v)
}

func (lang *language) ugly(section string) bool {
	return lang.uglyAll || lang.uglySections[section]
}

func (lang *language) readKinds(s settings) {
	lang.disabledKinds = map[string]bool{}
	for _, kind := range s.words("disablekinds") {
		lang.disabledKinds[strings.ToLower(kind)] = true
	}
	lang.htmlKinds, lang.feedKinds = map[string]bool{}, map[string]bool{}
	for _, kind := range []string{"home", "page", "section", "taxonomy", "term"} {
		lang.htmlKinds[kind], lang.feedKinds[kind] = true, kind != "page"
		if _, set := s.value("outputs", kind); set {
			formats := s.words("outputs", kind)
			lang.htmlKinds[kind], lang.feedKinds[kind] = hasFormat(formats, "html"), hasFormat(formats, "rss")
		}
		if lang.disabledKinds["rss"] {
			lang.feedKinds[kind] = false
		}
	}
	lang.taxonomies = map[string]bool{"tags": true, "categories": true}
	if _, set := s.value("taxonomies"); set {
		lang.taxonomies = map[string]bool{}
		for _, plural := range s.table("taxonomies") {
			if name := scalarText(plural); name != "" {
				lang.taxonomies[name] = true
			}
		}
	}
}

func hasFormat(formats []string, format string) bool {
	for _, f := range formats {
		if strings.EqualFold(f, format) {
			return true
		}
	}
	return false
}

func (h *site) Role(path string) (role generator.Role) {
	switch folder, _, nested := strings.Cut(path, "/"); {
	case !nested && (isConfig(path) || slices.Contains(versionFiles, path)),
		folder == "config" && isConfig(path), nested && (folder == "layouts" || folder == vendored ||
			strings.HasPrefix(path, h.themesDir()+"/")):
		role |= generator.Config
	}
	f, ok := h.file(path)
	if !ok || f.class == plainFile || f.ignored {
		return role
	}
	role |= generator.Content
	if f.class >= leafBundle {
		role |= generator.Context
	}
	if f.class == branchBundle {
		role |= generator.Section
	}
	return role
}

func (h *site) contentDir() string {
	for _, m := range h.mounts {
		if (m.lang == nil || m.lang == h.main) && !m.single {
			return m.source
		}
	}
	return "content"
}

// staticDir is a folder of static files, and the URL at which they are served.
func (h *site) staticDir() (dir, url string) {
	for _, m := range h.statics {
		if (m.lang == nil || m.lang == h.main) && !m.single {
			return m.source, h.main.base + pathPrefix(m.target)
		}
	}
	return "static", h.main.base
}

func pathPrefix(dir string) string {
	if dir == "" {
		return ""
	}
	return dir + "/"
}

func (h *site) Naming(file string) generator.Naming {
	f, ok := h.file(file)
	if !ok || f.class == plainFile {
		return generator.PlainNaming(file)
	}
	h.resolve(&f)
	n := generator.PlainNaming(file)
	if f.class != branchBundle && strings.HasPrefix(f.base, f.name) {
		n = generator.Naming{Stem: f.name, End: f.base[len(f.name):]}
		if f.class == leafBundle {
			n.Bundle, n.End = true, "/"+f.base
		}
	}
	rule := f.lang.permalinks.find(h, &f)
	n.TitleURL = rule != nil && rule.titled
	return n
}

func (h *site) Date(f frontmatter.Field) (t time.Time, precise bool, ok bool) {
	_, isStamp := f.Value.(frontmatter.Timestamp)
	toml := isStamp && !f.Plain
	t, precise, set, ok := readDate(f.Value, toml, h.main.zone)
	return t, precise, set && ok
}
