package site

import (
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
	extension := path.Ext(file)
	name = strings.TrimSuffix(path.Base(file), extension)
	return name, name != "" && !strings.HasPrefix(name, ".") && dataFormats[extension] != frontmatter.None
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
		c := contactFile{newData(file, contactOrder)}
		if err := c.set(properties); err != nil {
			return "", nil, err
		}
		return file, c.bytes(), nil
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

// contactOrder is the order in which a new contact's keys are written.
var contactOrder = []string{"name", "nickname", "url", "photo", "email", "note"}

// A contactFile is the data file of a contact.
type contactFile struct{ *dataFile }

func parseContact(file string, data []byte) (contactFile, error) {
	f, err := parseData(file, data)
	if err != nil {
		return contactFile{}, &fault.Error{
			Code: fault.InvalidRequest, Op: "read contact",
			Message: fmt.Sprintf("contact file %s cannot be read: %s", file, err),
			Hint:    "fix it in a text editor and push it",
		}
	}
	return contactFile{f}, nil
}

func (c contactFile) properties() mf2.Properties {
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
func (c contactFile) set(want mf2.Properties) error {
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
