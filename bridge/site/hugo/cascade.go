package hugo

import (
	"strings"

	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// cascadeRule has values for keys that a page itself does not set.
type cascadeRule struct {
	target cascadeTarget
	values map[string]any
	from   string // the file or the folder that has it
}

// cascadeTarget restricts a rule; the zero value matches every page.
type cascadeTarget struct {
	path, kind, lang, environment *pathGlob
}

func (t cascadeTarget) match(p *sourceFile, environment string) bool {
	if t.path != nil && !t.path.match(p.matchPath) {
		return false
	}
	if t.kind != nil && !t.kind.match(p.kind) {
		return false
	}
	if t.lang != nil && !t.lang.match(p.lang.name) {
		return false
	}
	return t.environment == nil || t.environment.match(environment)
}

// cascadeRules reads the value of a cascade key: a map, or a list of maps with targets.
func (h *site) cascadeRules(v any) []cascadeRule {
	var rules []cascadeRule
	_, single := v.(map[string]any)
	for _, m := range tablesOf(v) {
		rule := cascadeRule{values: map[string]any{}}
		for key, value := range m {
			switch {
			case key == "_target" || key == "target" && h.rules.cascadeTarget:
				t, _ := value.(map[string]any)
				if !single || h.rules.mapTargets {
					rule.target = targetOf(t)
				}
			case key == "params" && h.rules.cascadeParams:
				params, _ := value.(map[string]any)
				for k, x := range params {
					if _, set := m[k]; !set {
						rule.values[k] = x
					}
				}
			default:
				rule.values[key] = value
			}
		}
		rules = append(rules, rule)
	}
	return rules
}

func targetOf(t settings) cascadeTarget {
	glob := func(pattern string) *pathGlob {
		if pattern == "" {
			return nil
		}
		g, err := newPathGlob(pattern)
		if err != nil {
			return nil
		}
		return &g
	}
	lang := t.text("lang")
	if lang == "" {
		if langs := t.words("sites", "matrix", "languages"); len(langs) > 0 {
			lang = "{" + strings.Join(langs, ",") + "}"
		}
	}
	return cascadeTarget{
		path: glob(t.text("path")), kind: glob(t.text("kind")), lang: glob(lang), environment: glob(t.text("environment")),
	}
}

// fromConfig marks a rule of the configuration.
const fromConfig = "*"

// cascadesFor collects the rules that apply to the page: its own, those of the sections above from
// the nearest to the home page, then the configuration's.
func (h *site) cascadesFor(p *sourceFile, own *matter, around generator.Surroundings) []cascadeRule {
	var rules []cascadeRule
	add := func(more []cascadeRule, from string) {
		for _, rule := range more {
			if rule.target.match(p, h.environment) {
				rule.from = from
				rules = append(rules, rule)
			}
		}
	}
	if own.doc != nil && (h.rules.ownCascades || p.class == branchBundle && p.name == "_index") {
		if v, ok := own.doc.Get("cascade"); ok {
			add(h.cascadeRules(lowerKeys(v)), p.repoPath)
		}
	}
	h.sectionsAbove(p, around, func(dir string, doc *frontmatter.Document) bool {
		if doc != nil && h.cascades(p, dir) {
			if v, ok := doc.Get("cascade"); ok {
				add(h.cascadeRules(lowerKeys(v)), dir)
			}
		}
		return true
	})
	if len(p.lang.cascade) > 0 {
		add(p.lang.cascade, fromConfig)
	}
	return rules
}

// cascades reports whether the _index file of a folder reaches the pages below it: those of
// taxonomies did not before 0.123, those of terms only in later versions.
func (h *site) cascades(p *sourceFile, dir string) bool {
	if h.rules.termCascades || !p.lang.taxonomies[strings.ToLower(topFolder(dir))] {
		return true
	}
	return h.rules.taxonomyCascades && strings.IndexByte(dir, '/') < 0
}
