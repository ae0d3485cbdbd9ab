package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"gitpost/bridge/site"
	"gitpost/bridge/site/generator"
)

// described are the keys of sites that are described.
func described() []Key {
	text := func(field func(*generator.Description) *string, checks ...func(string) (string, error)) setter[Site] {
		return textKey(func(c *Site) *string { return field(&c.Options.Description) }, checks...)
	}
	return []Key{
		{Name: "site.content", Without: "needed with `generator: custom`", Example: "src/content/blog",
			Meaning: "the folder of the posts, or a list of folders and of globs with `*` and `**`; the first is for new " +
				"posts; see [Any other generator](generators.md#any-other-generator)",
			site: setter[Site]{set: contentKey}},
		{Name: "site.permalink", Without: "needed with `generator: custom`, unless `site.url_key` is set",
			Example: `"/blog/{slug}/"`,
			Meaning: "the pattern of a post's URL below the site's: `{year}`, `{month}`, `{day}`, `{slug}`, `{path}` (the " +
				"file below the content folder without its ending), `{section}` (its folder), and any key of the front matter",
			site: text(func(d *generator.Description) *string { return &d.Permalink }, permalinkPattern)},
		{Name: "site.url_key", Without: "none", Example: "permalink",
			Meaning: "the key of the front matter that has a post's URL; new posts get it too",
			site:    text(func(d *generator.Description) *string { return &d.URLKey }, frontMatterKey)},
		{Name: "site.urls_from", Without: "none", Example: "https://example.org/urls.json",
			Meaning: "where the site's build publishes a map of its URLs, " +
				"`{\"posts/a.md\": \"/posts/a/\"}`; what it has counts before patterns and computed permalinks; " +
				"see [A map of URLs](generators.md#a-map-of-urls)",
			site: text(func(d *generator.Description) *string { return &d.URLsFrom }, mapAddress)},
		{Name: "site.front_matter", Without: "`title`, `date`, `updated`, `summary`, `tags`, `draft`, in YAML",
			Example: "{title: title, date: pubDate, tags: tags, draft: draft, format: yaml}",
			Meaning: "the keys of posts: `title`, `date`, `updated`, `summary`, `tags`, `image`, `slug`, `aliases`, `draft` " +
				"and `unlisted`, each with the key that has it; `draft` and `unlisted` also as a map of the key and its " +
				"value, such as `{published: false}`; and `format`: `yaml`, `toml` or `json`",
			site: setter[Site]{set: describedFrontMatterKey}},
		{Name: "site.strict", Default: "false", Example: "true",
			Meaning: "whether a post has no other keys than those of `site.front_matter`, as some generators refuse others; " +
				"all else goes below `site.extra_key`, or without one into a file beside the post, such as `post.mf2.yaml`",
			site: boolKey(func(c *Site) *bool { return &c.Options.Description.Strict })},
		{Name: "site.extra_key", Without: "none", Example: "extra",
			Meaning: "the key of a map for everything that `site.strict` keeps from the top level",
			site:    text(func(d *generator.Description) *string { return &d.ExtraKey }, frontMatterKey)},
		{Name: "site.dates", Without: "`offset`", Example: "local",
			Meaning: "how dates are written: `offset`, with their offset, or `local`, as the clock of `site.timezone`, for " +
				"generators that shift a date with an offset",
			site: text(func(d *generator.Description) *string { return &d.Dates }, oneOfWords("offset", generator.LocalDates))},
		{Name: "site.drafts", Without: "none", Example: "_drafts",
			Meaning: "the name of a folder whose posts are drafts",
			site:    text(func(d *generator.Description) *string { return &d.Drafts }, oneFolder)},
		{Name: "site.static", Without: "`{dir: static, url: /}`", Example: "{dir: public, url: /}",
			Meaning: "the folder whose files are copied unchanged, and where they are served; uploads go into its " +
				"folder `media`",
			site: setter[Site]{set: staticKey}},
		{Name: "site.data_dir", Without: "`data`", Example: "src/data",
			Meaning: "the folder of data files, for contacts",
			site:    text(func(d *generator.Description) *string { return &d.Data }, insideRepository)},
		{Name: "site.escape", Without: "none", Example: `{"{{": "{{ '{{' }}"}`,
			Meaning: "texts in a post that the generator would take for code, and what to write instead",
			site:    setter[Site]{set: escapeKey}},
	}
}

func contentKey(c *Site, v written) error {
	var list []string
	for _, item := range v.list() {
		s := strings.Trim(strings.TrimSpace(item.Value), "/")
		if item.Kind != yaml.ScalarNode {
			return &flaw{"has an entry that is not a folder", "write a folder, or a list of folders"}
		}
		if s != "." {
			if _, err := insideRepository(s); err != nil {
				return err
			}
		}
		list = append(list, s)
	}
	if len(list) == 0 {
		return &flaw{"is empty", "write the folder of the posts"}
	}
	c.Options.Description.Content = list
	return nil
}

// siteURL is the value of site.url: where the site is published, or for a site that is described the
// pattern of its posts, as in site.permalink.
func siteURL(c *Site, v written) error {
	if s, err := v.text(); err == nil && strings.HasPrefix(s, "/") {
		return textKey(func(c *Site) *string { return &c.Options.Description.Permalink }, permalinkPattern).set(c, v)
	}
	return textKey(func(c *Site) *string { return &c.Options.URL }, siteAddress).set(c, v)
}

// permalinkPattern checks that a URL's pattern differs for each post.
func permalinkPattern(s string) (string, error) {
	const remedy = `write one such as "/blog/{slug}/"`
	switch {
	case strings.Contains(s, "://"):
		return "", &flaw{"is a whole URL", remedy + "; where the site is published is site.url"}
	case strings.ContainsAny(s, "?# \t\n\\"):
		return "", &flaw{"cannot be the path of a URL", remedy}
	case !strings.Contains(s, "{"):
		return "", &flaw{"has no placeholder, so that all posts would have one URL", remedy}
	case strings.Count(s, "{") != strings.Count(s, "}"):
		return "", &flaw{"has an unmatched brace", remedy}
	}
	if !strings.HasPrefix(s, "/") {
		s = "/" + s
	}
	return s, nil
}

func mapAddress(s string) (string, error) {
	if _, err := httpAddress(s); err != nil {
		return "", err
	}
	return s, nil
}

func oneFolder(s string) (string, error) {
	s, err := insideRepository(s)
	if err == nil && strings.Contains(s, "/") {
		return "", &flaw{"is a path", "write the folder's name alone"}
	}
	return s, err
}

// describedFrontMatterKey is site.front_matter.
func describedFrontMatterKey(c *Site, v written) error {
	known := slices.Sorted(maps.Keys(generator.Meanings))
	remedy := "write a map of " + strings.Join(known, ", ") + ", draft, unlisted and format"
	f := generator.FrontMatter{Keys: map[string]string{}}
	err := eachEntry(v, remedy, func(name string, node *yaml.Node) (err error) {
		switch {
		case name == "draft":
			f.Draft, err = markerOf(name, node)
		case name == "unlisted":
			f.Unlisted, err = markerOf(name, node)
		case name == "format":
			f.Format, err = oneOfWords("yaml", "toml", "json")(word(node))
		case slices.Contains(known, name):
			f.Keys[name], err = frontMatterKey(word(node))
		default:
			return &flaw{fmt.Sprintf("has the entry %q, which is not known", name), remedy}
		}
		return err
	})
	if err != nil {
		return err
	}
	c.Options.Description.FrontMatter = f
	return nil
}

// markerOf reads a key, or a map of one key and its value.
func markerOf(name string, node *yaml.Node) (generator.Marker, error) {
	if key := word(node); key != "" {
		_, err := topKey(key)
		return generator.Marker{Key: key, Value: true}, err
	}
	var m map[string]any
	if err := node.Decode(&m); err != nil || len(m) != 1 {
		return generator.Marker{}, &flaw{fmt.Sprintf("has an entry %s that is not one key", name),
			"write it as " + name + ": KEY, or as " + name + ": {KEY: VALUE}"}
	}
	for key, value := range m {
		switch value.(type) {
		case bool, string, int:
		default:
			return generator.Marker{}, &flaw{fmt.Sprintf("has an entry %s whose value is not a word or true or false", name),
				"write it as " + name + ": {status: draft}"}
		}
		_, err := topKey(key)
		return generator.Marker{Key: key, Value: frontMatterValue(value)}, err
	}
	return generator.Marker{}, nil
}

// topKey is frontMatterKey for a key that must stand at top level.
func topKey(s string) (string, error) {
	s, err := frontMatterKey(s)
	if err == nil && strings.Contains(s, ".") {
		return "", &flaw{"names a key inside of a map", "write a key of the top level"}
	}
	return s, err
}

func staticKey(c *Site, v written) error {
	const remedy = "write {dir: public, url: /}"
	d := &c.Options.Description
	d.Static, d.StaticURL = "", ""
	return eachEntry(v, remedy, func(name string, node *yaml.Node) (err error) {
		switch name {
		case "dir":
			d.Static, err = insideRepository(word(node))
		case "url":
			d.StaticURL = word(node)
			if !strings.HasPrefix(d.StaticURL, "/") || strings.ContainsAny(d.StaticURL, "?# ") {
				err = &flaw{"has a url that is not a path", remedy}
			}
		default:
			err = &flaw{fmt.Sprintf("has the entry %q, which is not known", name), remedy}
		}
		return err
	})
}

func escapeKey(c *Site, v written) error {
	const remedy = `write a map of texts, such as {"{{": "&#123;&#123;"}`
	texts := map[string]string{}
	err := eachEntry(v, remedy, func(name string, node *yaml.Node) error {
		if name == "" || strings.ContainsAny(name, "\r\n") || node.Kind != yaml.ScalarNode || node.Value == "" {
			return &flaw{"has an entry that is not one text and another", remedy}
		}
		texts[name] = node.Value
		return nil
	})
	if err != nil {
		return err
	}
	c.Options.Description.Escape = texts
	return nil
}

// eachEntry calls each for the entries of a map.
func eachEntry(v written, remedy string, each func(name string, node *yaml.Node) error) error {
	if v.node.Kind != yaml.MappingNode {
		return &flaw{"is not a map", remedy}
	}
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		if err := each(v.node.Content[i].Value, v.node.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

// quotedGenerators are the names of the generators, for a sentence.
func quotedGenerators() string {
	names := site.Generators()
	for i := range names {
		names[i] = "`" + names[i] + "`"
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}
