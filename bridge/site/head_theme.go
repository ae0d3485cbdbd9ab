package site

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"gitpost/bridge/site/generator"
)

// bySetting sets the settings that the layouts in force read for the addresses of some lines. rest
// are the lines for which there is none.
func (h *headFinder) bySetting(lines []string) (edit *HeadEdit, rest []string) {
	if h.SettingCall == nil || h.Set == nil {
		return nil, lines
	}
	var settings []generator.Setting
	var keys []string
	for _, line := range lines {
		key, address := "", ""
		if m := linkLine.FindStringSubmatch(line); m != nil {
			key, address = h.settingOf(m[1]), m[2]
		}
		if key == "" {
			rest = append(rest, line)
			continue
		}
		settings = append(settings, generator.Setting{Path: strings.Split(key, "."), Value: address})
		keys = append(keys, key)
	}
	if len(settings) == 0 {
		return nil, lines
	}
	file, data, ok := h.Set(h.tree, settings)
	if !ok {
		return nil, lines
	}
	return &HeadEdit{Path: file, Data: data, Why: "the theme has a setting for it: " + strings.Join(keys, ", ")}, rest
}

var linkLine = regexp.MustCompile(`rel="([^"]+)" href="([^"]+)"`)

// settingOf is the setting whose value a layout in force writes as the address of a relation, ""
// when none does.
func (h *headFinder) settingOf(rel string) string {
	link := regexp.MustCompile(`(?i)<link\b[^<]*\brel=["']?` + regexp.QuoteMeta(rel) + `["'\s/>][^<]*`)
	for _, name := range slices.Sorted(maps.Keys(h.texts)) {
		text := h.texts[name]
		at := link.FindStringIndex(text)
		if at == nil {
			continue
		}
		from := max(0, at[0]-200, strings.LastIndex(text[:at[0]], "<link"))
		calls := h.SettingCall.FindAllStringSubmatch(text[from:at[1]],
			-1) // {{ with .Site.Params.micropubUrl }} stands before it
		for _, call := range slices.Backward(calls) {
			if endpointKey.MatchString(call[1]) {
				return strings.TrimSuffix(call[1], ".")
			}
		}
	}
	return ""
}

// endpointKey matches the names of settings that are addresses of an IndieWeb service.
var endpointKey = regexp.MustCompile(`(?i)micropub|indie|auth|token|endpoint`)

// byCopy copies the layout of a theme that has the head, with the lines in it, to where the site's
// own replaces it.
func (h *headFinder) byCopy(lines []string) *HeadEdit {
	if h.CopyTo == "" {
		return nil
	}
	var with []string
	for name, text := range h.theme {
		if headEnd.MatchString(text) && h.texts[name] == text {
			with = append(with, name)
		}
	}
	if len(with) == 0 {
		return nil
	}
	slices.Sort(with)
	name := with[0]
	for _, usual := range h.Usual {
		below := strings.Replace(strings.TrimPrefix(usual, h.CopyTo+"/"), "_partials/", "partials/", 1)
		if slices.Contains(with, below) {
			name = below
			break
		}
	}
	original, file, _ := strings.Cut(h.from[name], "\n")
	return &HeadEdit{Path: path.Join(h.CopyTo, original), New: true, Data: []byte(h.beforeHeadEnd(h.theme[name], lines)),
		Why: "it is a copy of " + file + ", which has no place for the lines; compare the two when the theme changes"}
}
