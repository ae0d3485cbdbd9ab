package jekyll

import (
	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// inherited finds what keeps a page from being built in the defaults of the configuration. A page's
// own front matter takes precedence over them.
func (j *site) inherited(page generator.Page, _ *frontmatter.Document, _ generator.Surroundings) generator.Inheritance {
	switch page.Reason {
	case "draft":
		return generator.Inheritance{From: "defaults in " + j.configFile,
			Remedies: []generator.Setting{{Path: []string{"published"}, Value: true}}}
	case "limit_posts":
		return generator.Inheritance{From: "limit_posts in " + j.configFile}
	}
	return generator.Inheritance{}
}
