package eleventy

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"gitpost/bridge/fault"
	"gitpost/bridge/site/generator"
)

// config is what the site's JavaScript says in plain literals.
type config struct {
	file                                   string // that it was read from; "" for none
	text                                   string // without comments
	input, output, includes, layouts, data string // folders, from the top one
	prefix                                 string // the path prefix: "/blog/"
	markdown                               string // the language that Markdown is run through: "liquid", "njk" or ""
	formats                                map[string]bool
	drafts                                 bool // something leaves out pages with draft: true
	copies                                 []passthrough
}

// A passthrough is a folder that is copied unchanged.
type passthrough struct{ dir, url string }

var dependency = regexp.MustCompile(`"@11ty/eleventy"\s*:\s*"[\^~>=v ]*(\d+\.\d+\.\d+)`)

// readConfig reads the configuration. What is not a literal is an error where every URL depends on it.
func readConfig(tree fs.FS, d generator.Description) (config, error) {
	c := config{file: configFile(tree), markdown: "liquid", prefix: "/", formats: map[string]bool{
		".md": true, ".njk": true, ".liquid": true, ".html": true}}
	if c.file != "" {
		text, err := fs.ReadFile(tree, c.file)
		if err != nil {
			return c, err
		}
		c.text = withoutComments(string(text))
	}
	command := scriptOf(tree)
	folders := map[string]string{"input": ".", "output": "_site", "includes": "_includes", "data": "_data", "layouts": ""}
	for name := range folders {
		value, found, literal := c.folder(name)
		if flag := flagIn(command, name); flag != "" {
			value, found, literal = flag, true, true
		}
		switch {
		case found && literal:
			folders[name] = value
		case found && name == "input" && len(d.Content) == 0:
			return c, computed(c.file, "the input folder", "set site.content to it")
		}
	}
	if len(d.Content) > 0 {
		folders["input"] = d.Content[0]
	}
	c.input = cleaned(folders["input"])
	c.output = cleaned(folders["output"])
	c.includes, c.data = cleaned(path.Join(c.input, folders["includes"])), cleaned(path.Join(c.input, folders["data"]))
	c.layouts = c.includes
	if folders["layouts"] != "" {
		c.layouts = cleaned(path.Join(c.input, folders["layouts"]))
	}
	if m := pathPrefix.FindStringSubmatch(c.text); m != nil {
		c.prefix = m[2]
	}
	if flag := flagIn(command, "pathprefix"); flag != "" {
		c.prefix = flag
	}
	if m := markdownEngine.FindStringSubmatch(c.text); m != nil {
		switch strings.Trim(m[1], "\"'`") {
		case "liquid":
		case "false":
			c.markdown = ""
		default:
			c.markdown = "njk" // its marks are those of both
		}
	}
	if m := templateFormats.FindStringSubmatch(c.text); m != nil {
		c.formats = map[string]bool{}
		for _, word := range quoted.FindAllStringSubmatch(m[1], -1) {
			for format := range strings.SplitSeq(word[1], ",") {
				c.formats["."+strings.TrimSpace(format)] = true
			}
		}
	}
	c.drafts = draftWord.MatchString(c.text)
	c.readCopies()
	return c, nil
}

func computed(file, what, remedy string) error {
	return &fault.Error{Code: fault.InvalidRequest, Op: "read the site",
		Message: fmt.Sprintf("%s computes %s in JavaScript, which gitpost does not run", file, what), Hint: remedy}
}

var (
	dirObject      = regexp.MustCompile(`\bdir\s*:\s*\{([^{}]*)\}`)
	pathPrefix     = regexp.MustCompile("\\bpathPrefix\\s*:\\s*([\"'`])([^\"'`$]*)[\"'`]")
	markdownEngine = regexp.MustCompile("(?:\\bmarkdownTemplateEngine\\s*:\\s*|setMarkdownTemplateEngine\\(\\s*)" +
		"([\"'`]\\w*[\"'`]|\\w+)")
	templateFormats = regexp.MustCompile(`(?:\btemplateFormats\s*:\s*|setTemplateFormats\(\s*)` +
		`(\[[^\]]*\]|"[^"]*"|'[^']*')`)
	quoted    = regexp.MustCompile("[\"'`]([^\"'`$]*)[\"'`]")
	draftWord = regexp.MustCompile(`\bdrafts?\b`)
	setFolder = map[string]*regexp.Regexp{}
	inObject  = map[string]*regexp.Regexp{}
)

func init() {
	for name, method := range map[string]string{"input": "setInputDirectory", "output": "setOutputDirectory",
		"includes": "setIncludesDirectory", "layouts": "setLayoutsDirectory", "data": "setDataDirectory"} {
		setFolder[name] = regexp.MustCompile(method + `\(\s*([^)]*?)\s*\)`)
		inObject[name] = regexp.MustCompile(`(?:^|[\s,{"'])` + name + `["']?\s*:\s*([^,}\n]+)`)
	}
}

// folder is the setting of a folder. literal is false where it is computed.
func (c *config) folder(name string) (value string, found, literal bool) {
	written := ""
	if m := setFolder[name].FindStringSubmatch(c.text); m != nil {
		written = m[1]
	} else if object := dirObject.FindStringSubmatch(c.text); object != nil {
		m := inObject[name].FindStringSubmatch(object[1])
		if m == nil {
			return "", false, false
		}
		written = strings.TrimSpace(m[1])
	} else {
		return "", false, false
	}
	if m := quoted.FindStringSubmatch(written); m != nil && m[0] == written {
		return m[1], true, true
	}
	return "", true, false
}

// scriptOf is the command in package.json that builds the site.
func scriptOf(tree fs.FS) string {
	text, err := fs.ReadFile(tree, "package.json")
	if err != nil {
		return ""
	}
	build := ""
	for _, m := range script.FindAllStringSubmatch(string(text), -1) {
		if build == "" || m[1] == "build" {
			build = m[2]
		}
	}
	return build
}

var script = regexp.MustCompile(`"([\w:-]+)"\s*:\s*"((?:[^"\\]|\\.)*\beleventy\b(?:[^"\\]|\\.)*)"`)

// flagIn is the value of a flag in a command; "" for none.
func flagIn(command, name string) string {
	words := strings.Fields(command)
	for i, word := range words {
		if value, ok := strings.CutPrefix(word, "--"+name+"="); ok {
			return strings.Trim(value, `"'\`)
		}
		if word == "--"+name && i+1 < len(words) {
			return strings.Trim(words[i+1], `"'\`)
		}
	}
	return ""
}

// cleaned is a folder as a path from the top one; "" for the top one and for one outside.
func cleaned(folder string) string {
	folder = strings.TrimPrefix(path.Clean("/"+strings.TrimPrefix(folder, "./")), "/")
	if folder == "." {
		return ""
	}
	return folder
}

// readCopies finds addPassthroughCopy("img") and addPassthroughCopy({"public": "/"}).
func (c *config) readCopies() {
	for _, m := range copyCall.FindAllStringSubmatch(c.text, -1) {
		argument := strings.TrimSpace(m[1])
		if strings.HasPrefix(argument, "{") {
			for _, pair := range copyPair.FindAllStringSubmatch(argument, -1) {
				c.addCopy(pair[1], "/"+strings.Trim(pair[2], "./"))
			}
			continue
		}
		if q := quoted.FindStringSubmatch(argument); q != nil && strings.HasPrefix(argument, q[0]) {
			dir := cleaned(q[1])
			c.addCopy(dir, "/"+strings.TrimPrefix(strings.TrimPrefix(dir, c.input), "/"))
		}
	}
}

func (c *config) addCopy(dir, url string) {
	dir = cleaned(dir)
	if dir == "" || strings.ContainsAny(dir, "*?{") || path.Ext(dir) != "" || strings.HasPrefix(dir, "node_modules") {
		return
	}
	c.copies = append(c.copies, passthrough{dir, strings.TrimSuffix(url, "/") + "/"})
}

var (
	copyCall = regexp.MustCompile(`addPassthroughCopy\(\s*(\{[^}]*\}|[^)]*)`)
	copyPair = regexp.MustCompile("[\"'`]([^\"'`$]+)[\"'`]\\s*:\\s*[\"'`]([^\"'`$]*)[\"'`]")
)

// static is the folder for files that are copied, and its URL.
func (c *config) static() (dir, url string) {
	for _, p := range c.copies {
		if p.url == "/" {
			return p.dir, p.url
		}
	}
	for _, p := range c.copies {
		return p.dir, p.url
	}
	return path.Join(c.input, "static"), "/static/"
}

// verbatim is Folders.Verbatim: a template whose permalink is the path.
func (c *config) verbatim(staticURL string) func(path, text string) (file string, data []byte) {
	if staticURL == "/" {
		return nil
	}
	return func(at, text string) (string, []byte) {
		ending := ".html"
		for _, other := range []string{".njk", ".liquid"} {
			if !c.formats[ending] {
				ending = other
			}
		}
		return path.Join(c.input, strings.ReplaceAll(path.Base(at), ".", "-")+ending), []byte("---\npermalink: " + at +
			"\neleventyAllowMissingExtension: true\neleventyExcludeFromCollections: true\nlayout: false\n---\n" + text)
	}
}

// withoutComments is JavaScript without its comments. Texts keep what looks like one.
func withoutComments(source string) string {
	var b strings.Builder
	quote := byte(0)
	for i := 0; i < len(source); i++ {
		ch := source[i]
		switch {
		case quote != 0:
			if ch == '\\' && i+1 < len(source) {
				b.WriteByte(ch)
				i++
				ch = source[i]
			} else if ch == quote || ch == '\n' && quote != '`' {
				quote = 0
			}
		case ch == '"' || ch == '\'' || ch == '`':
			quote = ch
		case strings.HasPrefix(source[i:], "//"):
			end := strings.IndexByte(source[i:], '\n')
			if end < 0 {
				return b.String()
			}
			i += end
			ch = '\n'
		case strings.HasPrefix(source[i:], "/*"):
			end := strings.Index(source[i+2:], "*/")
			if end < 0 {
				return b.String()
			}
			i += end + 3
			ch = ' '
		}
		b.WriteByte(ch)
	}
	return b.String()
}
