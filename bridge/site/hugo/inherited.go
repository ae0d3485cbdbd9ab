package hugo

import (
	"path"
	"slices"
	"strings"

	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// Reasons that a page may have from a cascade or from the configuration.
const (
	draft       = "draft"
	notRendered = "not rendered"
	noHTML      = "no HTML page"
	inSection   = "in a section that is " // starts the reason
)

// endOfTime is an expiry date that never comes. Hugo reads no later year.
const endOfTime = frontmatter.Timestamp("9999-12-31")

// inherited finds what keeps a page from being built in the sections above it and in the
// configuration, and the keys of its own front matter that take precedence over that.
func (h *site) inherited(page generator.Page, doc *frontmatter.Document,
	around generator.Surroundings) generator.Inheritance {
	f, ok := h.file(page.Path)
	if !ok {
		return generator.Inheritance{}
	}
	h.resolve(&f)
	m := h.matterOf(&f, doc, around)
	key := func(path ...string) []string { return path }
	if strings.HasPrefix(page.Reason, inSection) {
		return generator.Inheritance{From: "the _index file above it"}
	}
	switch page.Reason {
	case draft:
		return generator.Inheritance{From: h.saidBy(&f, m, "draft", "published"),
			Remedies: []generator.Setting{{Path: key("draft"), Value: false}}}
	case generator.Scheduled:
		date := frontmatter.Timestamp(page.Date.Format(h.convention.DateLayout))
		return generator.Inheritance{From: h.saidBy(&f, m, "publishdate", "pubdate"),
			Remedies: []generator.Setting{{Path: key("publishDate"), Value: date}}}
	case generator.Expired:
		return generator.Inheritance{From: h.saidBy(&f, m, "expirydate", "unpublishdate"),
			Remedies: []generator.Setting{
				{Path: key("expiryDate")}, {Path: key("unpublishDate")}, {Path: key("expiryDate"), Value: endOfTime},
			}}
	case notRendered:
		keys := []string{"build", "_build"}
		if _, old := m.value("_build"); old || !h.rules.buildKey {
			slices.Reverse(keys)
		}
		return generator.Inheritance{From: h.saidBy(&f, m, "_build", "build", "headless"),
			Remedies: []generator.Setting{
				{Path: key(keys[0], "render"), Value: "always"}, {Path: key(keys[1], "render"), Value: "always"},
				{Path: key("headless"), Value: false},
			}}
	case noHTML:
		from := h.saidBy(&f, m, "outputs")
		if from == "" {
			from = "outputs in " + h.from["outputs"]
		}
		return generator.Inheritance{From: from,
			Remedies: []generator.Setting{{Path: key("outputs"), Value: []any{"html"}}}}
	}
	return generator.Inheritance{}
}

// saidBy is what sets one of the keys for a page whose front matter does not; "" when nothing does.
func (h *site) saidBy(f *sourceFile, m *matter, keys ...string) string {
	for _, rule := range m.cascade {
		if !slices.ContainsFunc(keys, func(key string) bool { _, has := rule.values[key]; return has }) {
			continue
		}
		switch rule.from {
		case fromConfig:
			return "cascade in " + h.from["cascade"]
		case f.repoPath:
			return "its own cascade"
		}
		return "the cascade of " + strings.TrimSuffix(path.Join(h.contentDir(), rule.from), "/")
	}
	return ""
}
