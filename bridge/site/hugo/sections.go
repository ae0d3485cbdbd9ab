package hugo

import (
	"cmp"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"gitpost/bridge/site/generator"
)

// sections are which folders have the posts, as far as the site's configuration and its theme
// say.
type sections struct {
	main          []string // those that the home page lists; what else has pages is about pages, link lists and the like
	posts         string   // where the first post goes
	from          string   // what says so; "" where nothing does
	documentation []string // those of a manual
}

// usualSections are the names that starters and themes use, the most common first.
var usualSections = []string{"posts", "post", "blog", "articles", "article", "notes", "journal", "writing", "entries",
	"stories", "thoughts", "weblog", "diary", "log"}

// documentationSections are the names of sections that are manuals.
var documentationSections = []string{
	"docs", "doc", "documentation", "manual", "reference", "handbook", "wiki", "kb", "api",
}

// sections reads which folders the home page lists: by a key of the site's configuration, of its
// theme's, or as its layouts say. Without any posts go into a folder that is there and has a usual
// name, else where the documentation of Hugo puts them.
func (h *site) sections(tree fs.FS) sections {
	names, from := h.namedSections(tree)
	s := sections{from: from}
	for _, name := range names {
		s.main = append(s.main, path.Join(h.contentDir(), name))
	}
	for _, name := range append(slices.Clone(documentationSections), h.settings.text("params", "booksection")) {
		if folder := path.Join(h.contentDir(), name); name != "" && !slices.Contains(s.main, folder) {
			s.documentation = append(s.documentation, folder)
		}
	}
	if len(s.main) > 0 {
		s.posts = s.main[0]
		return s
	}
	s.posts = path.Join(h.contentDir(), usualSections[0])
	for _, name := range usualSections {
		if folder := path.Join(h.contentDir(), name); generator.IsDir(tree, folder) {
			s.posts, s.from = folder, "the folder "+folder
			break
		}
	}
	return s
}

// sectionKeys are the settings that name the sections of posts. A theme that reads contentTypeName
// does not read the other.
var sectionKeys = [][]string{{"params", "contenttypename"}, {"params", "mainsections"}, {"mainsections"}}

// namedSections are the sections of posts by name, and what names them.
func (h *site) namedSections(tree fs.FS) (names []string, from string) {
	for _, keys := range h.sectionKeys() {
		if names := sectionNames(h.settings.words(keys...)); len(names) > 0 {
			return names, spelledKey(keys) + " in " + cmp.Or(h.from[keys[0]], "the site's configuration")
		}
	}
	for _, folder := range h.themes.folders {
		for _, keys := range sectionKeys {
			if names, file := themeSetting(tree, folder, keys); len(names) > 0 {
				return names, spelledKey(keys) + " in " + file
			}
		}
	}
	if names, from := h.listedSections(tree); len(names) > 0 {
		return names, from
	}
	if theme := h.themes.known; theme.Section != "" {
		return []string{theme.Section}, "the theme " + theme.Name + " lists it"
	}
	return nil, ""
}

// sectionKeys are the settings to look at, those of the language first.
func (h *site) sectionKeys() (all [][]string) {
	keys := sectionKeys
	if own := h.themes.known.SectionKey; own != "" {
		keys = append([][]string{{"params", strings.ToLower(own)}}, keys...)
	}
	for _, k := range keys {
		all = append(all, append([]string{"languages", h.main.name}, k...), k)
	}
	return all
}

// sectionNames leaves out what is no name of one section.
func sectionNames(words []string) (names []string) {
	for _, word := range words {
		if word = strings.Trim(strings.TrimSpace(word), "/"); word != "" && !strings.ContainsAny(word, "*?[{") {
			names = append(names, word)
		}
	}
	return names
}

func spelledKey(keys []string) string {
	spelled := strings.Join(keys, ".")
	spelled = strings.Replace(spelled, "contenttypename", "contentTypeName", 1)
	return strings.Replace(spelled, "mainsections", "mainSections", 1)
}

// themeSetting is a setting of a theme's own configuration, which holds where the site has none.
func themeSetting(tree fs.FS, folder string, keys []string) (names []string, file string) {
	for _, base := range []string{"hugo", "config", "config/_default/hugo", "config/_default/config",
		"config/_default/params"} {
		file := generator.FindConfig(tree, path.Join(folder, base))
		if file == "" {
			continue
		}
		m, err := readConfigFile(tree, file)
		if err != nil {
			continue // Hugo itself complains
		}
		within := keys
		if path.Base(base) == "params" {
			within = strings.Split(strings.TrimPrefix(strings.Join(keys, "."), "params."), ".")
		}
		if names = sectionNames(m.words(within...)); len(names) > 0 {
			return names, file
		}
	}
	return nil, ""
}

// sectionCalls find the section that a layout of the home page lists:
//
//	where .Site.RegularPages "Section" "posts"      where site.RegularPages "Type" "in" (slice "post" "note")
//	.Site.GetPage "/blog"                           .Site.Params.mainSections | default (slice "post")
var sectionCalls = []*regexp.Regexp{
	regexp.MustCompile(`(?i)where\s[^{}]*?"\.?(?:section|type)"\s+(?:"(?:==|=|eq)"\s+)?"([\w-]+)"\s*[)}|]`),
	regexp.MustCompile(`(?i)where\s[^{}]*?"\.?(?:section|type)"\s+"in"\s+\(slice\s+"([\w-]+)"`),
	regexp.MustCompile(`(?i)GetPage\s+(?:"section"\s+)?"/?([\w-]+)/?"\s*\)?\.(?:Regular)?Pages`),
	regexp.MustCompile(`(?i)mainsections\s*\|\s*default\s+\(?\s*(?:slice\s+)?"([\w-]+)"`),
	regexp.MustCompile(`(?i)default\s+\(\s*slice\s+"([\w-]+)"[^)]*\)\s+(?:\.?site|\$\.site)\.params\.mainsections`),
	regexp.MustCompile(`(?i)contenttypename\s*\|\s*default\s+"([\w-]+)"`),
	regexp.MustCompile(`(?i)cond\s+\$\w+\s+\(string\s+\$?\.site\.params\.contenttypename\)\s+"([\w-]+)"`),
}

// homeLayouts are the layouts of the home page.
var homeLayouts = []string{"index.html", "home.html", "_default/index.html", "_default/home.html", "_default/list.html",
	"list.html"}

// listedSections are the sections that the layout in force for the home page lists, and the file
// that does.
func (h *site) listedSections(tree fs.FS) (names []string, from string) {
	for _, layout := range homeLayouts {
		for _, folder := range slices.Backward(h.layoutFolders()) {
			file := path.Join(folder.Folder, layout)
			text, err := fs.ReadFile(tree, file)
			if err != nil {
				continue
			}
			names := calledSections(string(text))
			if len(names) == 0 {
				return nil, ""
			}
			return names, file + " lists it"
		}
	}
	return nil, ""
}

// calledSections are the sections that a layout names, those that usually have posts first.
func calledSections(layout string) (names []string) {
	for _, call := range sectionCalls {
		for _, m := range call.FindAllStringSubmatch(layout, -1) {
			names = append(names, m[1])
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return usualRank(a) - usualRank(b) })
	if len(names) > 1 {
		names = names[:1] // a page of projects beside the posts
	}
	return names
}

func usualRank(section string) int {
	if i := slices.Index(usualSections, strings.ToLower(section)); i >= 0 {
		return i
	}
	return len(usualSections)
}
