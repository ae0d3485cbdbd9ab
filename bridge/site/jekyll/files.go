package jekyll

import (
	"path"
	"strings"

	"gitpost/bridge/site/generator"
)

// class is what Jekyll reads a file as.
type class int

const (
	notRead      class = iota
	postFile           // in a _posts folder
	draftFile          // in a _drafts folder
	documentFile       // in the folder of a collection
	pageFile           // elsewhere: a page with front matter, else copied
)

// entryFilter is include and exclude, each pattern with a leading slash.
type entryFilter struct {
	include, exclude []pattern
	trailingDot      bool // names that end in a dot are left out (Jekyll 4)
}

// pattern is one line of include or exclude. It matches as a glob and as a prefix, so that
// "secret" also excludes "secrets.md".
type pattern struct {
	text string
	glob bool
}

func patterns(lines []string) []pattern {
	list := make([]pattern, 0, len(lines))
	for _, line := range lines {
		text := "/" + strings.TrimPrefix(line, "/")
		list = append(list, pattern{text: text, glob: strings.ContainsAny(text, `*?[\`)})
	}
	return list
}

func anyPattern(list []pattern, file string, isFolder bool) bool {
	for _, p := range list {
		if strings.HasPrefix(file, p.text) || p.glob && fnmatch(p.text, file) {
			return true
		}
		if isFolder && len(p.text) == len(file)+1 && p.text[len(file)] == '/' && p.text[:len(file)] == file {
			return true
		}
	}
	return false
}

// accepts reports whether the filter lets an entry through. full is the entry's path from the
// source with a leading slash, and ends in entry, the path from the folder being read.
func (f *entryFilter) accepts(full, entry string, isFolder bool) bool {
	if f.trailingDot && strings.HasSuffix(entry, ".") {
		return false
	}
	base := entry[strings.LastIndexByte(entry, '/')+1:]
	if f.included(entry, isFolder) || base != entry && f.included(base, isFolder) {
		return true
	}
	if anyPattern(f.exclude, full, isFolder) {
		return false
	}
	return !specialEntry(entry[0]) && !specialEntry(base[0]) && !strings.HasSuffix(entry, "~")
}

// included matches the entry as if it were in the source folder: include does not take paths.
func (f *entryFilter) included(entry string, isFolder bool) bool {
	if len(f.include) == 0 {
		return false
	}
	return anyPattern(f.include, "/"+entry, isFolder)
}

func specialEntry(first byte) bool {
	return first == '.' || first == '_' || first == '#' || first == '~'
}

// reads reports whether Jekyll reads a folder of the source: "" or "travel/italy".
func (j *site) reads(folder string) bool {
	for start := 0; start < len(folder); {
		end := strings.IndexByte(folder[start:], '/')
		if end < 0 {
			end = len(folder)
		} else {
			end += start
		}
		if folder[:end] == j.destination || !j.filter.accepts("/"+folder[:end], folder[start:end], true) {
			return false
		}
		start = end + 1
	}
	return true
}

// place is what Jekyll reads a file as, and the parts of its path that matter for that.
type place struct {
	class      class
	collection *collection
	rel        string // path from the source; of posts and documents from the collections' folder
	reason     string // why it is not read
}

// place returns what Jekyll reads a file of the source as.
func (j *site) place(file string) place {
	inside := file
	if j.collectionsDir != "" {
		var found bool
		if inside, found = strings.CutPrefix(file, j.collectionsDir+"/"); !found {
			inside = ""
		}
	}
	if inside != "" && inside[0] == '_' {
		folder, entry, nested := strings.Cut(inside, "/")
		if c := j.byFolder[folder]; nested && c != nil && j.filter.accepts("/"+inside, entry, false) {
			return place{class: documentFile, collection: c, rel: inside}
		}
	}
	post, found := j.postPlace(file)
	if found && post.reason == "" {
		return post
	}
	switch {
	case j.readsPage(file):
		return place{class: pageFile, rel: file}
	case found:
		return post
	}
	return place{rel: file, reason: generator.Ignored}
}

// readsPage reports whether Jekyll finds a file when it looks for pages and files to copy.
func (j *site) readsPage(file string) bool {
	folder, name := path.Split(file)
	return j.reads(strings.TrimSuffix(folder, "/")) && j.filter.accepts("/"+file, name, false) || j.includedFiles[file]
}

// postPlace looks for a _posts or _drafts folder above the file that Jekyll reads.
func (j *site) postPlace(file string) (p place, found bool) {
	for at := 0; at < len(file); {
		length := strings.IndexByte(file[at:], '/')
		if length < 0 {
			break
		}
		segment := file[at : at+length]
		next := at + length + 1
		if segment == "_posts" || segment == "_drafts" {
			above := strings.TrimSuffix(file[:at], "/")
			if !strings.HasPrefix("/"+above, j.postsAbove) || !j.reads(above) {
				return p, found
			}
			entry := file[next:]
			if hasHiddenPart(entry) || !j.filter.accepts("/"+file, entry, false) {
				at = next
				continue
			}
			p = place{class: postFile, collection: &j.posts, rel: file}
			if j.collectionsDir != "" {
				p.rel = strings.TrimPrefix(file, j.collectionsDir+"/")
			}
			switch {
			case segment == "_drafts":
				p.class = draftFile
				if !j.showDrafts {
					p.reason = "draft"
				}
				if rubyExtension(path.Base(entry)) == "" {
					p.reason = generator.Ignored
				}
			default:
				if _, _, dated := j.datedName(entry); !dated {
					p.reason = generator.NoDateInName
				}
			}
			if found = true; p.reason != "draft" {
				return p, true
			}
			// include can open the folder, and then a _posts folder in it counts.
		}
		at = next
	}
	return p, found
}

// hasHiddenPart reports whether a path leads through a dot file or folder, which Ruby's glob skips.
func hasHiddenPart(entry string) bool {
	return entry == "" || entry[0] == '.' || strings.Contains(entry, "/.")
}

// datedName splits a name such as 2024-03-09-title.md.
func (j *site) datedName(file string) (date, slug string, ok bool) {
	if j.since4 {
		if date, slug, ok = cutDate(file); ok && !strings.Contains(slug, "/") {
			return date, slug, true
		}
		date, slug, ok = cutDate(path.Base(file))
		return date, slug, ok
	}
	// Jekyll 3 also takes the date from a folder; the last folder that has one counts.
	for end := len(file); end >= 0; {
		slash := strings.LastIndexByte(file[:end], '/')
		if date, slug, ok = cutDate(file[slash+1:]); ok {
			return date, slug, true
		}
		end = slash
	}
	return "", "", false
}

func cutDate(name string) (date, slug string, ok bool) {
	digits := func(at, least, most int) int {
		n := 0
		for n < most && at+n < len(name) && name[at+n] >= '0' && name[at+n] <= '9' {
			n++
		}
		if n < least {
			return -1
		}
		return at + n
	}
	y := digits(0, 2, 4)
	if y < 0 || y >= len(name) || name[y] != '-' {
		return "", "", false
	}
	m := digits(y+1, 1, 2)
	if m < 0 || m >= len(name) || name[m] != '-' {
		return "", "", false
	}
	d := digits(m+1, 1, 2)
	if d < 0 || d >= len(name) || name[d] != '-' {
		return "", "", false
	}
	dot := strings.LastIndexByte(name, '.')
	if dot <= d || dot == len(name)-1 {
		return "", "", false
	}
	return name[:d], name[d+1 : dot], true
}

// rubyExtension is Ruby's File.extname of a name without folders.
func rubyExtension(name string) string {
	leading := 0
	for leading < len(name) && name[leading] == '.' {
		leading++
	}
	dot := strings.LastIndexByte(name, '.')
	if dot < leading || dot < 0 {
		return ""
	}
	return name[dot:]
}

// withoutExtension is Ruby's File.basename(name, ".*").
func withoutExtension(name string) string {
	if dot := strings.LastIndexByte(name, '.'); dot > 0 {
		return name[:dot]
	}
	return name
}

// binaryExtensions are the extensions of files that have no front matter, which need not be read.
var binaryExtensions = map[string]bool{}

func init() {
	for ext := range strings.FieldsSeq(`
		.7z .aac .ai .apk .avi .avif .bin .bmp .bz2 .class .db .dmg .doc .docx .eot .eps .epub .exe .flac
		.flv .gif  .gz .heic .heif .ico .iso .jar .jpeg .jpg .jxl .m4a .m4v .mkv .mobi .mov .mp3 .mp4 .mpeg
		.mpg .odp .ods .odt .oga .ogg .ogv .opus .otf .pdf  .png .ppt .pptx .psd .pyc .rar .so .sqlite .tar
		.tgz .tif .tiff .ttf .wasm .wav .webm .webp .woff .woff2 .xls .xlsx .xz .zip .zst`) {
		binaryExtensions[ext] = true
	}
}
