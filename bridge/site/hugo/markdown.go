package hugo

import "gitpost/bridge/site/generator"

// markdown is what the configuration says of goldmark. An extension is switched off by false, or by a
// table with enable: false or disable: true.
func (h *site) markdown() generator.Markdown {
	m := generator.Markdown{
		HardWraps: h.settings.truth("markup", "goldmark", "renderer", "hardWraps"),
		Without:   map[string]bool{},
	}
	for _, name := range generator.MarkdownExtensions {
		switch v, _ := h.settings.value("markup", "goldmark", "extensions", name); v := v.(type) {
		case bool:
			m.Without[name] = !v
		case map[string]any:
			m.Without[name] = v["enable"] == false || v["disable"] == true
		}
	}
	return m
}
