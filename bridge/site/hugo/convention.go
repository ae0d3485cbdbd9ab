package hugo

import (
	"cmp"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// vocabulary is Hugo's front matter, key names in any case.
var vocabulary = generator.NewVocabulary(map[string][]string{
	"name":      {"title"},
	"summary":   {"summary", "description", "excerpt"},
	"published": {"date", "publishDate", "pubdate", "published"},
	"updated":   {"lastmod", "modified", "updated", "last_modified_at", "updated_at"},
	"category":  {"tags", "tag", "categories", "category"},
}, `videos slug locations authors locale`, generator.Camel)

func (h *site) Convention() *generator.Convention { return &h.convention }

func (h *site) readConvention(tree fs.FS, from string) generator.Convention {
	static, staticURL := h.staticDir()
	sections := h.sections(tree)
	all := h.readTheme(tree)
	configuration := cmp.Or(generator.FindConfig(tree, configNames...), "the site's configuration")
	return generator.Convention{
		Name: name, Version: h.release,
		Title:   cmp.Or(h.settings.text("languages", h.main.name, "title"), h.settings.text("title")),
		BaseURL: h.main.base, Stated: h.settings.text("baseURL"), Zone: h.main.zone,
		Origin: generator.Origin{
			Version: from, BaseURL: h.said("baseURL"), Zone: cmp.Or(h.said("timeZone"),
				"Hugo's default, as "+configuration+" names none"),
			Posts: sections.from,
		},
		ZoneStated: h.settings.text("timeZone") != "", Warnings: h.warnings(), Inherited: h.inherited,
		Languages: h.languagesOf(),
		Folders: generator.Folders{
			Content: h.contentDir(), ContentPrefix: h.contentDir() + "/", Pages: h.contentDir(),
			Posts: sections.posts, PostPattern: "{slug}.md", Main: sections.main, NoPosts: sections.documentation,
			PagesAtTop: true,
			Data:       h.dataDir(), DataExtension: ".yaml", Static: static, StaticURL: staticURL, TopFolders: true,
		},
		Keys: generator.Keys{
			Vocabulary: vocabulary, DateLayout: "2006-01-02T15:04:05.999999999Z07:00",
			Dialect: frontmatter.Dialect{LeadingBlank: true, FoldKeys: true, LastWins: !h.rules.newYAML,
				DotsHide: !h.rules.newYAML, HTMLComments: !h.rules.commentsAreText, OrgWords: !h.rules.orgTexts},
			Image: "images", Aliases: "aliases", Address: "url", Markup: "markup", Params: "params",
			Draft:   generator.Draft{Key: "draft", On: true, Off: false},
			Updated: []string{"lastmod", "modified"}, Terms: h.terms(),
			AudioList:       true, // Hugo's own template for link previews goes through it and makes each URL absolute
			SummaryMarkdown: true,
			EscapeKeys:      map[string]string{"angle": "{{<", "percent": "{{%"},
		},
		Text: generator.Text{
			RawHTML:     !h.dropsHTML,
			Markdown:    h.markdown(),
			Picture:     figure,
			CurlyQuotes: true, // the goldmark of older Hugos leaves the typographer's entities in a picture's alt
			Language: cmp.Or(h.settings.text("languages", h.main.name, "languagecode"),
				h.settings.text("languages", h.main.name, "locale"), h.settings.text("languagecode"),
				h.settings.text("locale"), h.main.name),
			CoverHidden: h.settings.truth("params", "cover", "hiddeninsingle") || h.settings.truth("params", "cover", "hidden"),
			Reads:       all.reads(sections),

			HTMLPictures: !h.dropsHTML && len(h.themes.absent) == 0 && all.marksEntries() && !all.renderPictures(),
		},
		Unlisted: h.unlisted(),
		Head:     h.head(tree),
		Theme:    h.themes.known,
	}
}

// said is the name of a setting that the configuration has and the file that it is from, ""
// when it has none.
func (h *site) said(key string) string {
	if h.settings.text(key) == "" {
		return ""
	}
	return key + " in " + h.from[strings.ToLower(key)]
}

// dataDir is the folder of data files.
func (h *site) dataDir() string {
	for _, m := range h.settings.tables("module", "mounts") {
		if component, below, _ := strings.Cut(path.Clean(m.text("target")), "/"); component == "data" && below == "" {
			return path.Clean(m.text("source"))
		}
	}
	return path.Clean(cmp.Or(h.settings.text("datadir"), "data"))
}

// terms are the keys of the taxonomies that the configuration names.
func (h *site) terms() map[string]bool {
	keys := map[string]bool{}
	for _, plural := range h.settings.table("taxonomies") {
		if text, _ := plural.(string); text != "" {
			keys[strings.ToLower(text)] = true
		}
	}
	return keys
}

// unlisted is the build option that keeps a page out of lists: below _build until 0.145. Hugo
// lists such a page under its terms all the same (.Site.Taxonomies, in all versions).
func (h *site) unlisted() generator.Unlisted {
	paths := [][]string{{"build", "list"}, {"_build", "list"}}
	if !generator.AtLeast(h.release, "0.145.0") {
		paths[0], paths[1] = paths[1], paths[0]
	}
	return generator.Unlisted{HideTags: true, Keys: []generator.Switch{{Paths: paths, Value: "never", Same: []any{false}}}}
}

// readTheme reads the site's layouts and those of its themes, and learns their shortcodes.
func (h *site) readTheme(tree fs.FS) *layouts {
	texts, from := map[string]string{}, map[string]string{}
	for _, folder := range h.layoutFolders() {
		generator.WalkTheme(tree, folder.Folder, func(below, text string) {
			bare := strings.TrimSuffix(below, path.Ext(below))
			for _, dir := range []string{"shortcodes/", "_shortcodes/"} {
				if name, ok := strings.CutPrefix(bare, dir); ok {
					h.shortcodes[name] = h.shortcodes[name] || strings.Contains(text, ".Inner")
					return // a shortcode shows what it is called with, no post's keys
				}
			}
			texts[below], from[below] = text, path.Join(folder.Folder, below)
		})
	}
	return newLayouts(texts, from)
}

func (h *site) head(tree fs.FS) generator.Head {
	var themes, absent []string
	for _, name := range h.themeNames() {
		missing := slices.Contains(h.themes.absent, name)
		if moduleMajor.MatchString(path.Base(name)) {
			name = path.Dir(name)
		}
		themes = append(themes, path.Base(name))
		if missing {
			absent = append(absent, path.Base(name))
		}
	}
	advice := "put them before </head> in the layout that your theme uses for the head, " +
		"copied to the same path below layouts/"
	if len(themes) > 0 {
		advice = "see the documentation of the theme " + strings.Join(themes, " and ") +
			" for the partial that it includes into the head; " +
			"where it has none, copy its partial with </head> to the same path below layouts/ and put them in there"
	}
	dirs := []string{"layouts/partials", "layouts/_partials"}
	if generator.IsDir(tree, "layouts/_partials") {
		dirs[0], dirs[1] = dirs[1], dirs[0]
	}
	static, _ := h.staticDir()
	return generator.Head{
		Layouts: h.layoutFolders(), Include: partialCall, Hooks: hooks, HookDirs: dirs, HookPath: "partials/",
		Begin: "{{/* gitpost: where apps find the way to post */}}", End: "{{/* gitpost: end */}}",
		Usual: []string{
			"layouts/partials/head.html", "layouts/_partials/head.html", "layouts/_default/baseof.html",
			"layouts/baseof.html", "layouts/index.html", "layouts/home.html",
		},
		Themes: absent, Advice: advice, HeadersFolder: static, RecordLine: recordLine,
		HookName: hookName, CopyTo: "layouts", SettingCall: settingCall, Set: h.setParams,
	}
}

// recordLine says nothing where a theme passes something other than a page.
const recordLine = `{{ with .Params }}{{ with .atUri }}<link rel="site.standard.document" href="{{ . | safeURL }}">{{ end }}{{ end }}`

// moduleMajor is the last element of the path of a Go module from its second major version on.
var moduleMajor = regexp.MustCompile(`^v[0-9]+$`)

// partialCall finds {{ partial "extend_head.html" . }} and its like.
var partialCall = regexp.MustCompile(
	"(?:partial|partialCached|template)\\s+[\"`](?:partials/|_partials/)?([\\w./-]+)[\"`]",
)

// settingCall finds .Site.Params.micropubUrl and site.Param "micropubUrl".
var settingCall = regexp.MustCompile(`(?i)\bsite\.params?(?:\.|\s+["` + "`" + `])([\w.]+)`)

var hookName = regexp.MustCompile(generator.HookName)

var hooks = []generator.Hook{
	{File: "extend_head.html", Themes: []string{"papermod", "hugo-papermod"}},
	{File: "extend-head.html", Themes: []string{"blowfish", "congo"}},
	{File: "head-additions.html", Themes: []string{"ananke", "gohugo-theme-ananke"}},
	{File: "head/custom.html", Themes: []string{"stack", "hugo-theme-stack"}},
	{File: "docs/inject/head.html", Themes: []string{"book", "hugo-book"}},
	{File: "hooks/head-end.html", Themes: []string{"docsy"}},
	{File: "custom/head-end.html", Themes: []string{"hextra"}},
	{File: "head/extensions.html", Themes: []string{"hugo-coder"}},
	{File: "extended_head.html", Themes: []string{"terminal", "hugo-theme-terminal", "hello-friend",
		"hugo-theme-hello-friend"}},
	{File: "custom_head.html", Themes: []string{"hugo-bearblog", "bearblog"}},
	{File: "head_custom.html", Themes: []string{"hugo-xmin", "beautifulhugo"}},
	{File: "extra-head.html"},
	{File: "extra_head.html"},
	{File: "custom-head.html"},
	{File: "head-custom.html"},
	{File: "head-extra.html"},
}
