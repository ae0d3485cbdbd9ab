package templates

import _ "embed"

//go:embed themes.yaml
var themes []byte

// Themes returns themes.yaml: what widely used themes need of a post, by generator and name.
func Themes() []byte { return themes }
