package jekyll

import (
	"cmp"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// vocabulary is Jekyll's front matter, key names exact. published is no date but says whether
// there is one to publish.
var vocabulary = generator.NewVocabulary(map[string][]string{
	"name":      {"title"},
	"summary":   {"excerpt", "summary", "description", "subtitle"},
	"published": {"date"},
	"updated":   {"last_modified_at", "updated", "modified", "lastmod", "updated_at", "modified_date"},
	"category":  {"tags", "tag", "categories", "category"},
	"lang":      {"lang"},
}, `subtitle tagline authors redirect_from redirect_to author_profile read_time show_date seo jekyll`, generator.Snake)

var dialect = frontmatter.Dialect{YAMLOnly: true, DotsClose: true, LastWins: true}

func (j *site) Convention() *generator.Convention { return &j.convention }

func (j *site) readConvention(tree fs.FS, o generator.Options, from string) generator.Convention {
	content := path.Join(j.source, j.collectionsDir)
	prefix := "_"
	if content != "" {
		prefix = content + "/"
	}
	theme := j.readTheme(tree)
	aliases := ""
	if j.redirects {
		aliases = "redirect_from"
	}
	return generator.Convention{
		Name: name, Version: j.release, Title: cmp.Or(j.configuration.text("title", ""), j.configuration.text("name", "")),
		BaseURL: j.address.home + "/", Zone: j.location,
		Stated: j.configuration.text("url", "") + j.configuration.text("baseurl", ""),
		Origin: j.origin(o, from), ZoneStated: !j.zoneGuessed, Warnings: j.warnings(), Inherited: j.inherited,
		Languages: j.languages(tree),
		Folders: generator.Folders{
			Content: content, ContentPrefix: prefix, Pages: j.source,
			Posts: path.Join(content, "_posts"), PostPattern: "{year}-{month}-{day}-{slug}.md", Drafts: "_drafts",
			Collections: j.collectionFolders(), Data: path.Join(j.source,
				relativeFolder(j.configuration.text("data_dir", "_data"))), DataExtension: ".yml",
			Static: path.Join(j.source, "assets"), StaticURL: j.address.of("/assets/"), SiteDay: true,
		},
		Keys: generator.Keys{
			Vocabulary: vocabulary, Dialect: dialect, DateLayout: "2006-01-02 15:04:05.999999999 -0700",
			Image: "image", Aliases: aliases, Address: "permalink",
			Draft:           generator.Draft{Key: "published", On: false},
			TitleOfFile:     true,
			CategoriesInURL: true,
			TagKeys:         []string{"tag", "tags"},        // the singular one wins (jekyll-4.3.1.json, "tags-forms")
			SplitTags:       []string{"tags", "categories"}, // not the singular ones (jekyll-4.3.1.json)
			PostLayout:      j.postLayout(theme), PageLayout: j.pageLayout(theme),
		},
		Text: generator.Text{RawHTML: true, Markdown: j.markdownRules(), Reads: theme.reads, LinkClass: j.linkClass(),
			Language: cmp.Or(j.configuration.text("lang", ""), j.configuration.text("locale", ""),
				j.configuration.text("language", "")),
			Encoding: otherEncoding(j.configuration.text("encoding", "utf-8"))},
		Unlisted: j.unlisted(content),
		Head:     j.head(tree),
		Theme:    generator.KnownTheme(name, j.themeNames(tree)...),
	}
}

// linkClass is kramdown's way to give a link a class.
func (j *site) linkClass() string {
	if !strings.EqualFold(j.configuration.text("markdown", "kramdown"), "kramdown") {
		return ""
	}
	return "{: .CLASS}"
}

func (j *site) origin(o generator.Options, version string) generator.Origin {
	from := generator.Origin{Version: version, Zone: "this machine's"}
	if j.configuration.text("url", "") != "" {
		from.BaseURL = "url in " + j.configFile
	}
	switch {
	case j.configuration.text("timezone", "") != "":
		from.Zone = "timezone in " + j.configFile
	case o.Env["TZ"] != "":
		from.Zone = "TZ in the build's environment"
	}
	return from
}

// collectionFolders are the folders of the collections that the configuration describes.
func (j *site) collectionFolders() map[string]string {
	folders := map[string]string{"posts": "_posts"}
	declared, _ := j.configuration["collections"].(map[string]any)
	for label := range declared {
		folders[label] = "_" + label
	}
	return folders
}

// unlisted is the folder of a collection with output: true that is called unlisted, as
// site.posts lists every post. What goes through all collections, jekyll-sitemap and the search
// of Minimal Mistakes, is told by keys.
func (j *site) unlisted(content string) generator.Unlisted {
	if c := j.byFolder["_unlisted"]; c == nil || !c.output {
		return generator.Unlisted{
			Refusal: "this Jekyll site has no place for unlisted posts: site.posts lists every post",
			Hint:    `add a collection to _config.yml ("collections: {unlisted: {output: true}}"), or send visibility=public`,
		}
	}
	u := generator.Unlisted{
		Folder: path.Join(content, "_unlisted"),
		Keys:   []generator.Switch{{Paths: [][]string{{"sitemap"}}, Value: false}},
	}
	if strings.Contains(j.configuration.text("theme", "")+" "+j.configuration.text("remote_theme", ""),
		"minimal-mistakes") {
		u.Keys = append(u.Keys, generator.Switch{Paths: [][]string{{"search"}}, Value: false})
	}
	return u
}

// theme is what the site's layouts say.
// folder is a folder of layouts, includes or plugins in the repository.
func (j *site) folder(setting, usual string) string {
	return path.Join(j.source, cmp.Or(relativeFolder(j.configuration.text(setting, usual)), usual))
}

type theme struct {
	layouts map[string]bool
	reads   generator.Reads
}

// readTheme learns the site's includes and Liquid tags, and returns what its layouts say.
func (j *site) readTheme(tree fs.FS) theme {
	t := theme{layouts: map[string]bool{}}
	all := themeFiles{}
	generator.WalkTheme(tree, j.folder("layouts_dir", "_layouts"), func(below, text string) {
		t.layouts[strings.TrimSuffix(below, path.Ext(below))] = true
		all["_layouts/"+below] = text
	})
	generator.WalkTheme(tree, j.folder("includes_dir", "_includes"), func(below, text string) {
		j.includes[below] = true
		all["_includes/"+below] = text
	})
	t.reads = all.reads()
	generator.WalkTheme(tree, j.folder("plugins_dir", "_plugins"), func(_, text string) {
		for _, m := range registeredTag.FindAllStringSubmatch(text, -1) {
			j.tags[m[1]] = nil
			if strings.Contains(text, "Liquid::Block") {
				j.tags[m[1]] = blockEnd(m[1])
			}
		}
	})
	return t
}

var registeredTag = regexp.MustCompile(`register_tag\(?\s*["':]([A-Za-z_]\w*)`)

// postLayout is the layout that posts need to look like the site: "" where none is known, or
// where defaults of the configuration may name one.
func (j *site) postLayout(t theme) string {
	if j.configuration["defaults"] != nil {
		return ""
	}
	theme := j.configuration.text("theme", "")
	switch {
	case t.layouts["post"], theme == "minima", strings.HasPrefix(theme, "jekyll-theme-"):
		return "post"
	case t.layouts["default"]: // what jekyll new --blank makes
		return "default"
	}
	return ""
}

// pageLayout is the layout of pages, as postLayout.
func (j *site) pageLayout(t theme) string {
	if j.configuration["defaults"] != nil {
		return ""
	}
	for _, layout := range []string{"page", "single", "default"} {
		if t.layouts[layout] {
			return layout
		}
	}
	switch j.configuration.text("theme", "") {
	case "":
		return ""
	case "minima":
		return "page"
	case "minimal-mistakes-jekyll":
		return "single"
	}
	return "default" // every theme has it
}

func (j *site) head(tree fs.FS) generator.Head {
	var themes []string
	for _, name := range j.themeNames(tree) {
		name, _, _ = strings.Cut(name, "@")
		themes = append(themes, path.Base(name))
	}
	themes = generator.Distinct(themes)
	joined := strings.Join(themes, " and ")
	advice := "see the documentation of the theme " + joined + " for the file that it includes into the head; " +
		"where it has none, copy its file with </head> to the same path in your site and put them in there"
	switch joined {
	case "":
		advice = "put them before </head> in the layout of your pages"
	case "minima":
		advice = "minima before 3.0 has no place for them: copy the theme's head.html to _includes/head.html " +
			"(bundle info --path minima shows where it is) and put them before </head>"
	}
	layouts, includes := j.folder("layouts_dir", "_layouts"), j.folder("includes_dir", "_includes")
	return generator.Head{
		Layouts: []generator.LayoutFolder{{Folder: layouts, Prefix: "_layouts/", Own: true},
			{Folder: includes, Prefix: "_includes/", Own: true}},
		Include: includeCall, Hooks: hooks, HookDirs: []string{includes},
		Begin: "{%- comment -%} gitpost: where apps find the way to post {%- endcomment -%}",
		End:   "{%- comment -%} gitpost: end {%- endcomment -%}",
		Usual: []string{path.Join(includes, "head.html"), path.Join(layouts, "default.html"), path.Join(layouts, "base.html"),
			path.Join(layouts, "home.html")},
		Pages: []string{"index.html"}, Themes: themes, Advice: advice, Publish: publish,
		HookName: hookName, SettingCall: settingCall, Set: setConfig,
		RecordLine: `{% if page.atUri %}<link rel="site.standard.document" href="{{ page.atUri | escape }}">{% endif %}`,
	}
}

// settingCall finds site.micropub_endpoint.
var settingCall = regexp.MustCompile(`\bsite\.([A-Za-z_][\w.-]*)`)

var hookName = regexp.MustCompile(generator.HookName)

// setConfig sets keys of _config.yml.
func setConfig(tree fs.FS, settings []generator.Setting) (file string, data []byte, ok bool) {
	file = generator.FindConfig(tree, "_config")
	text, err := fs.ReadFile(tree, file)
	if err != nil {
		return "", nil, false
	}
	data, ok = generator.EditSettings(file, text, settings, frontmatter.Dialect{})
	return file, data, ok
}

// publish lists a file among those that are published in spite of their names.
func publish(tree fs.FS, name string) (config string, data []byte, why string, ok bool) {
	config = generator.FindConfig(tree, "_config")
	text, err := fs.ReadFile(tree, config)
	if err != nil {
		return "", nil, "", false
	}
	included, ok := withInclude(string(text), name)
	return config, []byte(included), "Jekyll leaves out files that begin with _ unless they are listed here", ok
}

var (
	includeKey  = regexp.MustCompile(`(?m)^include[ \t]*:[ \t]*(.*?)[ \t]*(#.*)?\r?$`)
	includeFlow = regexp.MustCompile(`(?m)^(include[ \t]*:[ \t]*\[)([^\]\n]*)(\])`)
	includeList = regexp.MustCompile(`(?m)^include[ \t]*:[ \t]*(?:#.*)?\r?\n([ \t]*)- `)
)

// withInclude adds a name to Jekyll's list of files to publish in spite of their names. It
// gives up on a list that is written in a way it does not know.
func withInclude(config, name string) (string, bool) {
	if !includeKey.MatchString(config) {
		if config != "" && !strings.HasSuffix(config, "\n") {
			config += lineEnding(config)
		}
		// A list of one's own replaces Jekyll's, which has .htaccess.
		return config + "include: [.htaccess, " + name + "]" + lineEnding(config), true
	}
	if m := includeFlow.FindStringSubmatchIndex(config); m != nil {
		items := strings.TrimRight(config[m[4]:m[5]], " ,")
		if strings.TrimSpace(items) != "" {
			items += ", "
		}
		return config[:m[4]] + items + name + config[m[6]:], true
	}
	if m := includeList.FindStringSubmatchIndex(config); m != nil {
		return config[:m[2]] + config[m[2]:m[3]] + "- " + name + lineEnding(config) + config[m[2]:], true
	}
	return "", false
}

func lineEnding(text string) string {
	if strings.Contains(text, "\r\n") {
		return "\r\n"
	}
	return "\n"
}

// includeCall finds {% include head/custom.html %}.
var includeCall = regexp.MustCompile(`{%-?\s*include(?:_cached)?\s+["']?([\w./-]+)`)

var hooks = []generator.Hook{
	{File: "head/custom.html", Themes: []string{"minimal-mistakes", "minimal-mistakes-jekyll"}},
	{File: "head_custom.html", Themes: []string{"just-the-docs"}},
	{File: "metadata-hook.html", Themes: []string{"jekyll-theme-chirpy"}},
	{File: "my-head.html", Themes: []string{"jekyll-theme-hydejack", "hydejack"}},
	{File: "head-custom.html", Begin: "{% include head-custom-google-analytics.html %}\n", Themes: []string{
		"jekyll-theme-cayman", "jekyll-theme-architect", "jekyll-theme-dinky", "jekyll-theme-hacker",
		"jekyll-theme-leap-day", "jekyll-theme-merlot",
		"jekyll-theme-midnight", "jekyll-theme-minimal", "jekyll-theme-modernist", "jekyll-theme-slate",
		"jekyll-theme-tactile", "jekyll-theme-time-machine",
	}},
	{File: "custom-head.html"}, // minima's from 3.0 on
	{File: "custom_head.html"},
	{File: "extra-head.html"},
}
