package site

import "strings"

// hugoVocabulary: Hugo's front matter, key names in any case.
var hugoVocabulary = newVocabulary(map[string][]string{
	"name":      {"title"},
	"summary":   {"summary", "description", "excerpt"},
	"published": {"date", "publishDate", "pubdate", "published"},
	"updated":   {"lastmod", "modified", "updated", "last_modified_at", "updated_at"},
	"category":  {"tags", "tag", "categories", "category"},
}, `videos slug locations authors locale`, camel)

// jekyllVocabulary: Jekyll's front matter, key names exact. published is no date but says
// whether there is one to publish.
var jekyllVocabulary = newVocabulary(map[string][]string{
	"name":      {"title"},
	"summary":   {"excerpt", "summary", "description", "subtitle"},
	"published": {"date"},
	"updated":   {"last_modified_at", "updated", "modified", "lastmod", "updated_at", "modified_date"},
	"category":  {"tags", "tag", "categories", "category"},
}, `subtitle tagline authors redirect_from redirect_to author_profile read_time show_date seo jekyll`, snake)

// convention is what the two generators write differently, beyond the names of keys.
type convention struct {
	*vocabulary
	dateLayout string
	image      string // the key for a photo's plain URL: images (a list) or image
	aliases    string // the key that leaves a former URL behind
	address    string // the key that fixes a page's URL
	params     string // the map whose keys are read as if they stood at top level; "" for none
}

func (s *Site) convention() convention {
	if s.profile.name() == "jekyll" {
		c := convention{vocabulary: jekyllVocabulary, dateLayout: "2006-01-02 15:04:05.999999999 -0700", image: "image", address: "permalink"}
		if s.hasPlugin("jekyll-redirect-from") {
			c.aliases = "redirect_from"
		}
		return c
	}
	return convention{vocabulary: hugoVocabulary, dateLayout: "2006-01-02T15:04:05.999999999Z07:00", image: "images", aliases: "aliases", address: "url", params: "params"}
}

// hasPlugin tells whether Jekyll's configuration loads a plugin.
func (s *Site) hasPlugin(name string) bool {
	for _, key := range []string{"plugins", "gems", "whitelist"} {
		v, _ := s.profile.setting(key)
		list, _ := v.([]any)
		for _, item := range list {
			if text, _ := item.(string); strings.EqualFold(text, name) {
				return true
			}
		}
	}
	return false
}

// taxonomy tells whether Hugo makes terms of the values of a key.
func (s *Site) taxonomy(key string) bool {
	if s.profile.name() != "hugo" {
		return false
	}
	v, _ := s.profile.setting("taxonomies")
	names, _ := v.(map[string]any)
	for _, plural := range names {
		if text, _ := plural.(string); strings.EqualFold(text, key) {
			return true
		}
	}
	return false
}
