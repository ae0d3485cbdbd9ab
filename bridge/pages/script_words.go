package pages

import (
	"encoding/json"
	"fmt"
	"regexp"
	"sync"

	"gitpost/bridge/language"
	"gitpost/templates"
)

// saidByScripts are the sentences of the pages' scripts: what they call t with.
var saidByScripts = sync.OnceValues(func() ([]string, error) {
	call := regexp.MustCompile(`\bt\(("(?:[^"\\]|\\.)*")`)
	var list []string
	for _, name := range []string{"gitpost.js", "editor.js", "context.js"} {
		text, err := templates.Asset(name)
		if err != nil {
			return nil, err
		}
		for _, m := range call.FindAllSubmatch(text, -1) {
			var sentence string
			if err := json.Unmarshal(m[1], &sentence); err != nil {
				return nil, fmt.Errorf("read %s of %s: %w", m[1], name, err)
			}
			list = append(list, sentence)
		}
	}
	return list, nil
})

// scriptWords are the sentences of the pages' scripts in a language, as a JSON object; those that
// are as in English are left out.
func scriptWords(l *language.Language) (string, error) {
	sentences, err := saidByScripts()
	if err != nil {
		return "", err
	}
	words := map[string]string{}
	for _, s := range sentences {
		if said := l.Of(s); said != s {
			words[s] = said
		}
	}
	text, err := json.Marshal(words)
	return string(text), err
}
