package site

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
	"gitpost/bridge/site/generator"
	"gitpost/frontmatter"
)

// ContactFolder is where contacts are kept, a data file of the generator for each:
// site.Data.contacts.NAME (Hugo), site.data.contacts.NAME (Jekyll).
func (s *Site) ContactFolder() string { return path.Join(s.rules.Data, "contacts") }

// ContactFile reports whether a file of the contact folder is a contact, and its name.
func ContactFile(file string) (name string, ok bool) {
	name, extension := contactName(path.Base(file))
	return name, name != "" && !strings.HasPrefix(name, ".") && contactFormats[extension] != frontmatter.None
}

func contactName(file string) (name, extension string) {
	extension = path.Ext(file)
	return strings.TrimSuffix(file, extension), extension
}

var contactFormats = map[string]frontmatter.Format{
	".yaml": frontmatter.YAML, ".yml": frontmatter.YAML, ".json": frontmatter.JSON, ".toml": frontmatter.TOML,
}

// ReadContact reads a contact's file as the properties of an h-card. Keys that are not names of
// properties are ignored.
func (s *Site) ReadContact(file string, data []byte) (mf2.Properties, error) {
	c, err := parseContact(file, data)
	if err != nil {
		return nil, err
	}
	return c.properties(), nil
}

// ComposeContact writes a new contact. taken reports whether the folder already has a name.
func (s *Site) ComposeContact(
	properties mf2.Properties, taken func(name string) bool,
) (file string, data []byte, err error) {
	slug := ""
	for _, property := range []string{"nickname", "name", "url", "email"} {
		text := strings.TrimPrefix(strings.TrimPrefix(properties.Text(property), "https://"), "http://")
		if slug = makeSlug(text, 8); slug != "" {
			break
		}
	}
	if slug == "" {
		slug = "contact"
	}
	for n := 1; ; n++ {
		name := numbered(slug, n)
		if reservedSlugs[name] || taken(name) {
			continue
		}
		file = path.Join(s.ContactFolder(), name+s.rules.DataExtension)
		format := contactFormats[s.rules.DataExtension]
		doc := frontmatter.New(frontmatter.Style{Format: format, KeyOrder: contactOrder})
		c := &contactFile{file: file, format: format, doc: doc}
		if err := c.set(properties); err != nil {
			return "", nil, err
		}
		return file, append(bytes.TrimRight(c.bytes(), "\n"), '\n'), nil
	}
}

// ReviseContact changes a contact's file in place: only the keys whose properties edit changed
// are written.
func (s *Site) ReviseContact(file string, data []byte, edit func(mf2.Properties) error) ([]byte, error) {
	c, err := parseContact(file, data)
	if err != nil {
		return nil, err
	}
	properties := c.properties()
	if err := edit(properties); err != nil {
		return nil, err
	}
	if err := c.set(properties); err != nil {
		return nil, err
	}
	return c.bytes(), nil
}

// MergeContact merges two changed versions of a contact's file key by key. ok is false when the
// file is not a contact's, or one of its versions cannot be read.
func MergeContact(file string, base, ours, theirs []byte) (merged []byte, conflicts, ok bool) {
	if path.Base(path.Dir(file)) != "contacts" {
		return nil, false, false
	}
	var texts [3][]byte
	var last *contactFile
	for i, data := range [][]byte{base, ours, theirs} {
		if i == 0 && len(data) == 0 { // both sides created it
			continue
		}
		c, err := parseContact(file, data)
		if err != nil || last != nil && (c.head != last.head || c.tail != last.tail) {
			return nil, false, false
		}
		texts[i], last = c.doc.Bytes(), c
	}
	if texts[0] == nil {
		texts[0] = []byte(last.delimit(""))
	}
	text, found, err := frontmatter.Merge(texts[0], texts[1], texts[2], last.dialect())
	if err != nil {
		return nil, false, false
	}
	if _, err := parseContact(file, last.undelimit(text)); err != nil {
		return nil, false, false
	}
	return last.undelimit(text), len(found) > 0, true
}

// contactOrder is the order in which a new contact's keys are written.
var contactOrder = []string{"name", "nickname", "url", "photo", "email", "note"}

// A contactFile is a data file, held as the front matter of a document that has no body.
type contactFile struct {
	file       string
	format     frontmatter.Format
	doc        *frontmatter.Document
	head, tail string // the delimiters that were put around the file's own text
}

const fixContact = "fix it in a text editor and push it"

func parseContact(file string, data []byte) (*contactFile, error) {
	c := &contactFile{file: file, format: contactFormats[path.Ext(file)]}
	if c.format == frontmatter.None {
		return nil, c.unreadable("unknown format")
	}
	text := c.delimit(string(data))
	if c.format == frontmatter.JSON && !strings.HasPrefix(strings.TrimSpace(text), "{") {
		return nil, c.unreadable("not an object of properties")
	}
	doc, err := frontmatter.Parse([]byte(text), c.dialect())
	if err != nil {
		return nil, c.unreadable(err.Error())
	}
	if doc.Format() != c.format || strings.TrimSpace(doc.Body()) != "" {
		return nil, c.unreadable("not a single map of properties")
	}
	c.doc = doc
	return c, nil
}

func (c *contactFile) dialect() frontmatter.Dialect {
	return frontmatter.Dialect{LastWins: true, LeadingBlank: c.format == frontmatter.JSON}
}

// delimit puts the delimiters of front matter around a data file's text, and notes which.
func (c *contactFile) delimit(text string) string {
	end := "\n"
	if strings.Contains(text, "\r\n") {
		end = "\r\n"
	}
	if text != "" && !strings.HasSuffix(text, "\n") && c.format != frontmatter.JSON {
		text += end
	}
	switch c.format {
	case frontmatter.YAML:
		c.tail = "---" + end
		if first, _, _ := strings.Cut(strings.TrimPrefix(text, "\ufeff"), "\n"); strings.TrimRight(first, " \t\r") != "---" {
			c.head = c.tail
		}
	case frontmatter.TOML:
		c.head, c.tail = "+++"+end, "+++"+end
	}
	return c.head + text + c.tail
}

func (c *contactFile) unreadable(why string) error {
	return &fault.Error{
		Code: fault.InvalidRequest, Op: "read contact",
		Message: fmt.Sprintf("contact file %s cannot be read: %s", c.file, why), Hint: fixContact,
	}
}

func (c *contactFile) bytes() []byte {
	text := string(c.doc.Bytes())
	if c.tail == "" && c.head == "" && c.format != frontmatter.JSON { // a new document has its own delimiters
		return []byte(strings.TrimSuffix(strings.TrimPrefix(text, "---\n"), "---\n"))
	}
	return c.undelimit([]byte(text))
}

func (c *contactFile) undelimit(text []byte) []byte {
	return []byte(strings.TrimSuffix(strings.TrimPrefix(string(text), c.head), c.tail))
}

func (c *contactFile) properties() mf2.Properties {
	p := mf2.Properties{}
	for _, key := range c.doc.Keys() {
		if !contactProperty(key) {
			continue
		}
		f, _ := c.doc.Field(key)
		if text, isText := f.Value.(string); !isText && f.Text != "" {
			text = f.Text // nickname: 007, tel: 5551234
			p[key] = []any{text}
		} else if values := notEmpty(unflatten(f.Value)); len(values) > 0 {
			p[key] = values
		} else if isText && text != "" {
			p[key] = []any{text}
		}
	}
	return p
}

// contactProperty reports whether a key may be a property: type says what the file is.
func contactProperty(key string) bool {
	return key != "type" && generator.PropertyName.MatchString(key)
}

// set makes the file say the properties. It writes what differs.
func (c *contactFile) set(want mf2.Properties) error {
	have := c.properties()
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if !contactProperty(name) {
			return &fault.Error{
				Code: fault.InvalidRequest, Op: "write contact",
				Message: fmt.Sprintf("a contact has no property %q", name),
				Hint:    "send those of an h-card: name, nickname, url, photo, email, note",
			}
		}
		if values := want[name]; len(values) > 0 && !same(have[name], values) {
			if err := c.doc.Set(flatten(values), name); err != nil {
				return unwritable("write contact", name, err)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(have)) {
		if len(want[name]) > 0 {
			continue
		}
		if err := c.doc.Delete(name); err != nil {
			return unwritable("write contact", name, err)
		}
	}
	if got := c.properties(); !sameContact(got, want) {
		return &fault.Error{
			Code: fault.InvalidRequest, Op: "write contact",
			Message: "the contact cannot be stored without loss", Hint: "send it in a simpler form; nothing was written",
			Err: fmt.Errorf("sent %v, read %v", want, got),
		}
	}
	return nil
}

func sameContact(got, want mf2.Properties) bool {
	for name, values := range want {
		if len(values) > 0 && !same(got[name], values) {
			return false
		}
	}
	for name := range got {
		if len(want[name]) == 0 {
			return false
		}
	}
	return true
}
