package blog

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"gitpost/bridge/catalog"
	"gitpost/bridge/fault"
	"gitpost/bridge/history"
	"gitpost/bridge/mf2"
	"gitpost/bridge/micropub"
	"gitpost/bridge/site"
)

// A contact is a person or an organisation that apps offer while one writes: an h-card in a
// data file of the site's generator, one file each, so that layouts can show them too and a
// text editor can change them. Its name is the file's, without the extension; its address is
// one of gitpost's own, since the site has no page for it.
type contact struct {
	name, path string
	properties mf2.Properties
}

// InternalURL is the property in which apps send a contact's address.
const InternalURL = "_internal_url"

// contacts remembers the contacts of the newest state of their folder that was asked about, by
// title: apps send a query with every letter that is typed. Its zero value is empty. It is safe for
// concurrent use.
type contacts struct {
	mu  sync.Mutex
	all []contact
	at  string // the state of the folder that all is of
}

// known are the contacts at a snapshot. The caller must not change the list.
func (c *contacts) known(v *catalog.View) ([]contact, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := stateOf(v, v.Site().ContactFolder())
	if c.at == at {
		return c.all, nil
	}
	all, err := contactsIn(v.Site(), v.Tree())
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, byTitle)
	c.all, c.at = all, at
	return all, nil
}

// stateOf identifies what is in a folder; where the tree does not tell, the whole snapshot.
func stateOf(v *catalog.View, folder string) string {
	is, err := fs.Stat(v.Tree(), folder)
	if err != nil || is.Sys() == nil {
		return "all " + v.ID()
	}
	return fmt.Sprintf("%s %v", folder, is.Sys())
}

// contactsIn reads the contacts of a tree, by name. A file that cannot be read is skipped.
func contactsIn(s *site.Site, tree fs.FS) ([]contact, error) {
	folder := s.ContactFolder()
	files, err := filesIn(tree, folder)
	if err != nil {
		return nil, err
	}
	var all []contact
	for _, f := range files {
		name, ok := site.ContactFile(f.Name())
		if !ok || !f.Type().IsRegular() {
			continue
		}
		c := contact{name: name, path: path.Join(folder, f.Name())}
		data, err := fs.ReadFile(tree, c.path)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", c.path, err)
		}
		if c.properties, err = s.ReadContact(c.path, data); err == nil && len(c.properties) > 0 {
			all = append(all, c)
		}
	}
	return all, nil
}

// filesIn lists a folder. Anything else (nothing, a file, a link, a submodule) has no files.
func filesIn(tree fs.FS, folder string) ([]fs.DirEntry, error) {
	is, err := fs.Stat(tree, folder)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !is.IsDir() {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look at %s: %w", folder, err)
	}
	files, err := fs.ReadDir(tree, folder)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", folder, err)
	}
	return files, nil
}

// contactFile finds the file of the contact of that name.
func contactFile(s *site.Site, tree fs.FS, name string) (file string, data []byte, err error) {
	files, err := filesIn(tree, s.ContactFolder())
	if err != nil {
		return "", nil, err
	}
	for _, f := range files {
		if is, ok := site.ContactFile(f.Name()); ok && is == name && f.Type().IsRegular() {
			file = path.Join(s.ContactFolder(), f.Name())
			data, err = fs.ReadFile(tree, file)
			return file, data, err
		}
	}
	return "", nil, &fault.Error{
		Code: fault.InvalidRequest, Op: "find contact",
		Message: fmt.Sprintf("there is no contact %q", history.OneLine(name, 60)),
		Hint:    "q=contact lists them, each with its _internal_url",
	}
}

// Contacts answers q=contact with the site's contacts, by name.
func (s *queries) Contacts(ctx context.Context, q micropub.Query, address func(name string) string) (any, error) {
	var all []contact
	err := s.view(ctx, func(v *catalog.View) error {
		var err error
		all, err = s.contacts.known(v)
		return err
	})
	if err != nil {
		return nil, err
	}
	answer, err := ListAnswer("contacts", all, q, contact.texts)
	if err != nil {
		return nil, err
	}
	cards := []map[string]any{}
	for _, c := range answer["contacts"].([]contact) {
		cards = append(cards, c.answer(address(c.name)))
	}
	answer["contacts"] = cards
	return answer, nil
}

// Contact returns the contact with a name as an mf2 item.
func (s *queries) Contact(ctx context.Context, name, address string) (mf2.Item, error) {
	item := mf2.Item{Type: []string{"h-card"}}
	err := s.view(ctx, func(v *catalog.View) error {
		file, data, err := contactFile(v.Site(), v.Tree(), name)
		if err != nil {
			return err
		}
		if item.Properties, err = v.Site().ReadContact(file, data); err != nil {
			return err
		}
		item.Properties[InternalURL] = []any{address}
		return nil
	})
	return item, err
}

// cardOf returns the properties of an h-card that a contact keeps: none of those that control how a
// post is published.
func cardOf(item mf2.Item) mf2.Properties {
	card := item.Properties.Clone()
	for _, name := range []string{InternalURL, "post-status", "visibility", mf2.LocationVisibility, "published",
		"updated"} {
		delete(card, name)
	}
	return card
}

func contactTitle(card mf2.Properties, name string) string {
	for _, property := range []string{"name", "nickname"} {
		if s := card.Text(property); s != "" {
			return s
		}
	}
	return name
}

// answer is a contact as q=contact shows it: a flat h-card.
func (c contact) answer(address string) map[string]any {
	card := map[string]any{InternalURL: address}
	for name, values := range c.properties {
		flat := make([]any, len(values))
		for i, v := range values {
			flat[i] = v
			if object, ok := v.(map[string]any); ok && object["value"] != nil {
				flat[i] = object["value"] // a photo with its alternative text
			}
		}
		card[name] = flat
		if len(flat) == 1 {
			card[name] = flat[0]
		}
	}
	return card
}

// texts is what a filter searches: every text of the card.
func (c contact) texts() []string {
	texts := []string{c.name}
	for _, name := range slices.Sorted(maps.Keys(c.properties)) {
		eachString([]any(c.properties[name]), func(s string) { texts = append(texts, s) })
	}
	return texts
}

func byTitle(a, b contact) int {
	return strings.Compare(strings.ToLower(contactTitle(a.properties, a.name)),
		strings.ToLower(contactTitle(b.properties, b.name)))
}
