package generator

// Markdown is how the generator renders Markdown, as far as a preview needs it. The zero value has all
// extensions.
type Markdown struct {
	HardWraps bool            // the end of a line is the end of a line on the page
	Without   map[string]bool // extensions that are switched off, by their names in MarkdownExtensions
}

// MarkdownExtensions are the extensions of Markdown that a generator can switch off.
var MarkdownExtensions = []string{
	"definitionList", "footnote", "linkify", "strikethrough", "table", "taskList", "typographer",
}
