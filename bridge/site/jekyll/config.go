package jekyll

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // a container may have no zones

	"github.com/pelletier/go-toml/v2"

	"gitpost/bridge/fault"
	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// configFiles in the order in which Jekyll looks for them; only the first is read.
var configFiles = []string{"_config.yml", "_config.yaml", "_config.toml"}

// alwaysExcluded are excluded always (Jekyll 4) or unless exclude is set (Jekyll 3).
var alwaysExcluded = []string{
	".sass-cache", ".jekyll-cache", "gemfiles", "Gemfile", "Gemfile.lock", "node_modules",
	"vendor/bundle/", "vendor/cache/", "vendor/gems/", "vendor/ruby/",
}

// settings is a configuration with Ruby's rules for what is true.
type settings map[string]any

func (c settings) text(key, otherwise string) string {
	switch v := c[key].(type) {
	case nil:
		return otherwise
	case string:
		return v
	case bool, int64, float64:
		return fmt.Sprint(v)
	}
	return otherwise
}

// on reports whether a value is true for Ruby: anything but nil and false.
func (c settings) on(key string) bool {
	v, ok := c[key]
	return ok && v != nil && v != false
}

func (c settings) list(key string) ([]string, bool) {
	v, ok := c[key].([]any)
	if !ok {
		return nil, false
	}
	list := make([]string, 0, len(v))
	for _, e := range v {
		if s, isText := e.(string); isText { // patterns that are not text match nothing
			list = append(list, s)
		}
	}
	return list, true
}

// readConfig reads the one file of configuration that Jekyll would. file is its name, "" when
// there is none.
func readConfig(tree fs.FS, version string) (config settings, file string, err error) {
	files := configFiles
	if !generator.AtLeast(version, "4.0.0") {
		files = files[:2] // config-toml
	}
	for _, file := range files {
		text, err := fs.ReadFile(tree, file)
		if err != nil {
			continue
		}
		config, err := decodeConfig(file, text)
		if err != nil {
			return nil, "", &fault.Error{
				Code: fault.InvalidRequest, Op: "read " + file, Message: err.Error(),
				Hint: "fix it and push; Jekyll cannot read it either", Err: err,
			}
		}
		return config, file, nil
	}
	return settings{}, "", nil
}

func decodeConfig(file string, text []byte) (settings, error) {
	var raw map[string]any
	if path.Ext(file) == ".toml" {
		if err := toml.Unmarshal(text, &raw); err != nil {
			return nil, err
		}
		raw, _ = plainTOML(raw).(map[string]any)
	} else {
		var err error
		if raw, err = frontmatter.DecodeYAML(text); err != nil {
			return nil, err
		}
	}
	config, _ := retyped(raw).(map[string]any)
	return config, nil
}

// plainTOML converts go-toml's dates to the values of front matter.
func plainTOML(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			v[k] = plainTOML(e)
		}
	case []any:
		for i, e := range v {
			v[i] = plainTOML(e)
		}
	case time.Time:
		return frontmatter.Timestamp(v.Format("2006-01-02 15:04:05 -07:00"))
	case toml.LocalDate:
		return frontmatter.Timestamp(v.String())
	case toml.LocalDateTime:
		return frontmatter.Timestamp(v.String())
	}
	return v
}

// collection is one of the site's collections of documents; posts are one too.
type collection struct {
	label    string
	folder   string // "_notes"
	output   bool
	template string
}

var notInLabel = regexp.MustCompile(`[^a-zA-Z0-9_\-.]`)

// collectionsOf reads both forms of the setting. In the list form nothing is written
// (collections-list-form).
func collectionsOf(config settings, style string) (posts collection, others []collection, err error) {
	declared := map[string]any{}
	switch v := config["collections"].(type) {
	case nil:
	case map[string]any:
		declared = v
	case []any:
		for _, e := range v {
			if label, ok := e.(string); ok {
				declared[label] = nil
			}
		}
	default:
		return posts, nil, &fault.Error{
			Code: fault.InvalidRequest, Op: "read _config.yml", Message: "collections must be a map or a list",
			Hint: "write collections: {notes: {output: true}}",
		}
	}
	posts = collection{label: "posts", folder: "_posts", output: true, template: style}
	for name := range declared {
		label := notInLabel.ReplaceAllString(name, "")
		about, _ := declared[label].(map[string]any)
		meta := settings(about)
		c := collection{label: label, folder: "_" + label, output: meta.on("output")}
		if template, set := meta["permalink"]; set && template != nil {
			c.template = meta.text("permalink", "")
		}
		switch {
		case label == "data":
		case label != "posts":
			others = append(others, c)
		case c.template != "":
			posts.template = c.template
		}
	}
	return posts, others, nil
}

// postTemplate is the pattern of a built-in style; anything else is a pattern itself.
func postTemplate(style, version string) string {
	switch style {
	case "none":
		return "/:categories/:title:output_ext"
	case "date":
		return "/:categories/:year/:month/:day/:title:output_ext"
	case "ordinal":
		return "/:categories/:year/:y_day/:title:output_ext"
	case "pretty":
		return "/:categories/:year/:month/:day/:title/"
	case "weekdate":
		if generator.AtLeast(version, "4.0.0") {
			return "/:categories/:year/W:week/:short_day/:title:output_ext"
		}
	}
	return style
}

// styleSuffix is the ending of pages and collections under a global permalink; weekdate has none.
func styleSuffix(style string) string {
	switch {
	case style == "pretty" || strings.HasSuffix(style, "/"):
		return "/"
	case style == "date" || style == "ordinal" || style == "none" || strings.HasSuffix(style, ":output_ext"):
		return ":output_ext"
	}
	return ""
}

// zoneOf is the zone of the site: an override, the configuration, TZ, the machine's.
func zoneOf(o generator.Options, config settings) *time.Location {
	if o.TimeZone != nil {
		return o.TimeZone
	}
	name := config.text("timezone", o.Env["TZ"])
	if name == "" {
		return time.Local
	}
	return zoneNamed(name)
}

var posixZone = regexp.MustCompile(`^<?([A-Za-z0-9+-]{3,}?)>?([+-]?)(\d{1,2})(?::(\d\d))?$`)

// zoneNamed reads a value of TZ as the C library does: an unknown name is UTC.
func zoneNamed(name string) *time.Location {
	name = strings.TrimPrefix(name, ":")
	if zone, err := time.LoadLocation(name); err == nil && name != "Local" {
		return zone
	}
	if m := posixZone.FindStringSubmatch(name); m != nil { // "EST5", west is positive
		hours, _ := strconv.Atoi(m[3])
		minutes, _ := strconv.Atoi(m[4])
		seconds := -(hours*3600 + minutes*60)
		if m[2] == "-" {
			seconds = -seconds
		}
		return time.FixedZone(m[1], seconds)
	}
	return time.UTC
}

// configuredPlugin reports whether a plugin is named in the configuration or the Gemfile.
func configuredPlugin(tree fs.FS, config settings, gem string) bool {
	for _, key := range []string{"plugins", "gems"} {
		names, _ := config.list(key)
		for _, name := range names {
			if name == gem {
				return true
			}
		}
	}
	text, err := fs.ReadFile(tree, "Gemfile")
	if err != nil {
		return false
	}
	group := false
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "group") && strings.Contains(line, ":jekyll_plugins"):
			group = true
		case line == "end":
			group = false
		case strings.HasPrefix(line, "gem") && strings.Contains(line, gem) &&
			(group || strings.Contains(line, ":jekyll_plugins")):
			return true
		}
	}
	return false
}

// builtByPagesAction reports whether a workflow builds the site as GitHub Pages does, with the
// plugins that are always on there.
func builtByPagesAction(tree fs.FS) (found bool) {
	generator.VersionTexts(tree, nil, func(file, text string) bool {
		found = pagesWorkflow.MatchString(text)
		return found
	})
	return found
}

// otherEncoding is the name of an encoding; "" for UTF-8.
func otherEncoding(name string) string {
	if strings.EqualFold(strings.ReplaceAll(name, "-", ""), "utf8") {
		return ""
	}
	return name
}
