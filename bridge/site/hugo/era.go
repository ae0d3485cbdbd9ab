package hugo

import (
	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// An era is how Hugo worked before or since 0.123, the version that made one tree of all pages.
// flat is the older one and tree the newer.
type era interface {
	// languageName is the name of a language as the configuration means it.
	languageName(name string) string
	// settleHosts finds out whether each language has a host of its own. enabled is the number
	// of languages that are built.
	settleHosts(tables settings, enabled int) error
	// permalinkText is a permalink pattern with escaped colons replaced by NUL.
	permalinkText(pattern string) (string, error)
	// readName finds extension, language and class in a file's name.
	readName(f *sourceFile, base string)
	// identify sets the paths by which a page is known. full is its path below the content root,
	// as written, with a leading slash.
	identify(f *sourceFile, full string)
	// sectionNames are the path elements of the section that the page is in: the nearest folder
	// with an _index file, else the top folder.
	sectionNames(f *sourceFile, around generator.Surroundings) []string
	// skipsNameDate reports that the file's name is not looked at for a date.
	skipsNameDate(f *sourceFile, m *matter) bool
	// adopt returns a file of a language that is not built another language, where Hugo does.
	adopt(f *sourceFile, around generator.Surroundings)
	// copies reports that a file with the extension of a page is copied instead.
	copies(f *sourceFile, doc *frontmatter.Document) bool
	// covered reports that another mount hides the folder of a file.
	covered(f *sourceFile) bool
	// inHiddenSection is why a section above leaves the page out; "" when none does.
	inHiddenSection(f *sourceFile, m *matter) string
	// permalink is what becomes of an expanded pattern; "" where it does not count.
	permalink(f *sourceFile, expanded string) string
	// target joins the elements of a page's path.
	target(f *sourceFile, facts *pageFacts, expanded string) target
	// uglyAliases reports whether an alias of the page is a file, not a folder.
	uglyAliases(f *sourceFile) bool
}

func (h *site) eraOf() era {
	if generator.AtLeast(h.release, "0.123.0") {
		return tree{h}
	}
	return flat{h}
}
