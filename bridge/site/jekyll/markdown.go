package jekyll

import (
	"strings"

	"gitpost/bridge/site/generator"
)

// markdownRules are what the configuration says of kramdown, which makes no links of bare URLs, and knows
// what GitHub's Markdown has beyond its own only with the input GFM, Jekyll's default.
func (j *site) markdownRules() generator.Markdown {
	own, _ := j.configuration["kramdown"].(map[string]any)
	m := generator.Markdown{HardWraps: own["hard_wrap"] == true, Without: map[string]bool{"linkify": true}}
	if input, ok := own["input"].(string); ok && !strings.EqualFold(input, "GFM") {
		m.Without["strikethrough"], m.Without["taskList"] = true, true
	}
	return m
}
