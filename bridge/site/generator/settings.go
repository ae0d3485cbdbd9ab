package generator

import (
	"path"
	"strings"

	"gitpost/frontmatter"
)

// HookName matches the files that themes include so that a site adds to the <head>: by the words
// that they use for it.
const HookName = `(?i)(?:^|[/_-])(?:custom|extend(?:ed)?|extra|additional|inject(?:ed)?|hooks?|user|my)[/_-]?head[/_.-]|` +
	`(?:^|[/_-])head[/_-](?:custom|end|ext|extend(?:ed)?|extensions?|extra|additions?|inject|hooks?|user)\b`

// EditSettings sets keys in a configuration file, and changes nothing else in it. ok is false for a
// file that it cannot edit.
func EditSettings(file string, data []byte, settings []Setting, d frontmatter.Dialect) (edited []byte, ok bool) {
	fence, ok := fences[strings.ToLower(path.Ext(file))]
	text := string(data)
	if !ok || strings.HasPrefix(text, "---") || strings.Contains(text, "\n---") || strings.Contains(text, "\n+++") {
		return nil, false
	}
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	doc, err := frontmatter.Parse([]byte(fence+"\n"+text+fence+"\n"), d)
	if err != nil {
		return nil, false
	}
	for _, s := range settings {
		if doc.Set(s.Value, s.Path...) != nil {
			return nil, false
		}
	}
	inner, found := strings.CutPrefix(string(doc.Bytes()), fence+"\n")
	inner, closed := strings.CutSuffix(inner, fence+"\n")
	return []byte(inner), found && closed
}

var fences = map[string]string{".toml": "+++", ".yaml": "---", ".yml": "---"}
