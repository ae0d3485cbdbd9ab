package templates

import (
	"embed"
	"io/fs"
)

//go:embed languages/*.json
var translations embed.FS

// Translations returns the translations of the pages: TAG.json is an object that maps English sentences
// to those of the language, or to an object of plural forms.
func Translations() fs.FS { return sub(translations, "languages") }
