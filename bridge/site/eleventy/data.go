package eleventy

import (
	"encoding/json"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"gitpost/frontmatter"
)

// A dataFile is what a data file says of the pages that it is about.
type dataFile struct {
	file   string
	values map[string]any // of JSON and of front matter; of JavaScript those that are literals
	script string         // JavaScript without comments; "" for none

	mentions map[string]int // in the script, of each of the keys that decide about pages
}

// decisive are the keys that decide where and whether pages are published.
var decisive = map[string]*regexp.Regexp{}

func init() {
	for _, key := range []string{"permalink", "draft", "date", "layout", "dynamicPermalink"} {
		decisive[key] = regexp.MustCompile(`\b` + key + `\b`)
	}
}

// dataEndings are the endings of data files, those with less precedence first.
var dataEndings = []string{".json", ".11tydata.json", ".11tydata.mjs", ".11tydata.cjs", ".11tydata.js"}

// dataStem is the name of a data file without its ending.
func dataStem(file string) (stem string, ok bool) {
	for i := len(dataEndings) - 1; i >= 0; i-- {
		if stem, ok := strings.CutSuffix(file, dataEndings[i]); ok {
			return stem, true
		}
	}
	return "", false
}

// readData reads the data files beside templates, those of whole folders, the front matter of
// layouts, and what of the global data can change where pages are published.
func (s *site) readData(tree fs.FS) {
	_ = fs.WalkDir(tree, top(s.config.input), func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil // a folder that is not there has no data
		case d.IsDir():
			if file != top(s.config.input) && (s.leavesOut(file) || file == s.config.data) {
				return fs.SkipDir
			}
			return nil
		}
		if stem, ok := dataStem(file); ok {
			if data, ok := readDataFile(tree, file); ok {
				s.data[stem] = append(s.data[stem], data)
			}
		}
		return nil
	})
	for _, folder := range []string{s.config.includes, s.config.layouts} {
		if folder != "" {
			s.readLayouts(tree, folder)
		}
	}
	s.readGlobal(tree)
}

// top is a folder as package fs names it.
func top(folder string) string {
	if folder == "" {
		return "."
	}
	return folder
}

func readDataFile(tree fs.FS, file string) (dataFile, bool) {
	text, err := fs.ReadFile(tree, file)
	if err != nil {
		return dataFile{}, false
	}
	d := dataFile{file: file}
	if strings.HasSuffix(file, ".json") {
		return d, json.Unmarshal(text, &d.values) == nil
	}
	d.script, d.values, d.mentions = withoutComments(string(text)), map[string]any{}, map[string]int{}
	for key, word := range decisive {
		d.mentions[key] = len(word.FindAllStringIndex(d.script, -1))
	}
	for _, key := range []string{"permalink", "draft", "date", "layout"} {
		if m := literal(key).FindStringSubmatch(d.script); m != nil {
			d.values[key] = literalValue(m[1])
		}
	}
	return d, true
}

func literal(key string) *regexp.Regexp { return literals[key] }

var literals = func() map[string]*regexp.Regexp {
	all := map[string]*regexp.Regexp{}
	for _, key := range []string{"permalink", "draft", "date", "layout"} {
		all[key] = regexp.MustCompile("(?m)\\b" + key + "[\"']?\\s*:\\s*" +
			"(true|false|\"[^\"\\n]*\"|'[^'\\n]*'|`[^`$]*`)\\s*[,}\\n]")
	}
	return all
}()

func literalValue(text string) any {
	switch text {
	case "true":
		return true
	case "false":
		return false
	}
	return text[1 : len(text)-1]
}

// computes reports whether JavaScript says a key in another way than as one literal.
func (d dataFile) computes(key string) bool {
	if d.script == "" {
		return false
	}
	if _, said := d.values[key]; said {
		return d.mentions[key] > 1
	}
	return d.mentions[key] > 0 || decisive[key] == nil && strings.Contains(d.script, key) ||
		strings.Contains(d.script, "eleventyComputed") && key == "permalink"
}

func (s *site) readLayouts(tree fs.FS, folder string) {
	_ = fs.WalkDir(tree, folder, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		switch path.Ext(file) {
		case ".njk", ".liquid", ".html":
		default:
			return nil
		}
		text, err := fs.ReadFile(tree, file)
		if err != nil || !strings.HasPrefix(string(text), "---") {
			return nil
		}
		if doc, err := frontmatter.Parse(text, frontmatter.Dialect{YAMLOnly: true}); err == nil {
			l := dataFile{file: file, values: map[string]any{}}
			for _, key := range doc.Keys() {
				l.values[key], _ = doc.Get(key)
			}
			s.layouts[file] = l
		}
		return nil
	})
}

// readGlobal looks for the site's URL, and for what computes permalinks of all pages.
func (s *site) readGlobal(tree fs.FS) {
	for _, name := range []string{"eleventyComputed", "permalink"} {
		for _, ending := range []string{".js", ".cjs", ".mjs", ".json"} {
			file := path.Join(s.config.data, name+ending)
			text, err := fs.ReadFile(tree, file)
			if err == nil && (name == "permalink" || strings.Contains(string(text), "permalink")) {
				s.global = file
			}
		}
	}
	if globalCall.MatchString(s.config.text) {
		s.global = s.config.file
	}
	for _, name := range []string{"metadata", "site", "meta"} {
		for _, ending := range []string{".json", ".js", ".cjs", ".mjs"} {
			file := path.Join(s.config.data, name+ending)
			text, err := fs.ReadFile(tree, file)
			if err != nil {
				continue
			}
			if m := siteURL.FindStringSubmatch(withoutComments(string(text))); m != nil && s.siteURL == "" {
				s.siteURL, s.siteFrom = m[1], file
			}
		}
	}
}

var (
	globalCall = regexp.MustCompile("addGlobalData\\(\\s*[\"'`](?:permalink|eleventyComputed[\\w.]*)[\"'`]" +
		"|addUrlTransform\\(")
	siteURL = regexp.MustCompile("\\b(?:url|baseUrl|base|siteUrl)[\"']?\\s*:\\s*[\"'`](https?://[^\"'`$]+)[\"'`]")
)

// A value is what the data of a page says for a key. from is empty when nothing says it.
type value struct {
	is       any
	from     string
	computed bool // in JavaScript: is is nothing then
}

// value looks a key up in the order of Eleventy: the page's own front matter, the data files of the
// page, of its folder and of those above, and the front matter of its layouts.
func (s *site) value(file string, doc *frontmatter.Document, key string) value {
	if doc != nil {
		if v, ok := doc.Get(key); ok {
			return value{is: v, from: file}
		}
	}
	stem := strings.TrimSuffix(file, path.Ext(file))
	for _, d := range s.dataOf(stem) {
		if d.computes(key) {
			return value{from: d.file, computed: true}
		}
		if v, ok := d.values[key]; ok {
			return value{is: v, from: d.file}
		}
	}
	if key == "layout" {
		return value{}
	}
	name := s.value(file, doc, "layout").is
	for range 10 {
		l, ok := s.layout(name)
		if !ok {
			break
		}
		if v, ok := l.values[key]; ok {
			return value{is: v, from: l.file}
		}
		name = l.values["layout"]
	}
	return value{}
}

// dataOf are the data files that are about a template, the one with the most precedence first.
func (s *site) dataOf(stem string) (list []dataFile) {
	add := func(at string) {
		files := s.data[at]
		for _, ending := range dataEndings {
			for _, d := range files {
				if d.file == at+ending {
					list = append([]dataFile{d}, list...)
				}
			}
		}
	}
	var places []string
	for dir := path.Dir(stem); ; dir = path.Dir(dir) {
		if dir == "." {
			break
		}
		places = append([]string{path.Join(dir, path.Base(dir))}, places...)
		if dir == s.config.input {
			break
		}
	}
	for _, at := range append(places, stem) {
		add(at)
	}
	return list
}

func (s *site) layout(name any) (dataFile, bool) {
	text, _ := name.(string)
	if text == "" {
		return dataFile{}, false
	}
	for _, folder := range []string{s.config.layouts, s.config.includes} {
		for _, ending := range []string{"", ".njk", ".liquid", ".html"} {
			if l, ok := s.layouts[path.Join(folder, text+ending)]; ok {
				return l, true
			}
		}
	}
	return dataFile{}, false
}
