package bridge

import (
	"bytes"
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
	"gitpost/bridge/mf2"
	"gitpost/bridge/micropub"
	"gitpost/bridge/site"
	"gitpost/gitstore"
)

// A contact is a person or an organisation that apps offer while one writes: an h-card in a
// data file of the site's generator, one file each, so that layouts can show them too and a
// text editor can change them. Its name is the file's, without the extension; its address is
// one of gitpost's own, since the site has no page for it.
type contact struct {
	name, path string
	properties mf2.Properties
}

// internalURL is the property in which apps send a contact's address.
const internalURL = "_internal_url"

// contacts remembers the contacts of the newest state of the repository that was asked about, by
// title: apps ask again with every letter that is typed. Its zero value is empty. It is safe for
// concurrent use.
type contacts struct {
	mu  sync.Mutex
	all []contact
	at  string // the snapshot that all is of
}

// known are the contacts at a snapshot. The caller changes nothing in the list.
func (c *contacts) known(v *catalog.View) ([]contact, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.at == v.ID() {
		return c.all, nil
	}
	all, err := contactsIn(v.Site(), v.Tree())
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, byTitle)
	c.all, c.at = all, v.ID()
	return all, nil
}

// contactsIn reads the contacts of a tree, by name. A file that cannot be read is passed over.
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

// filesIn lists a folder. What is no folder (nothing, a file, a link, a submodule) has none.
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
		Message: fmt.Sprintf("there is no contact %q", onOneLine(name, 60)), Hint: "q=contact lists them, each with its _internal_url",
	}
}

// createContact adds a contact. address gives the one of a name.
func (p *posts) createContact(ctx context.Context, who principal, item mf2.Item, sent []string, address func(name string) string) (outcome, error) {
	const op = "create contact"
	if err := who.require(op, "create"); err != nil {
		return outcome{}, err
	}
	card := cardOf(item)
	if card.Text("name") == "" && card.Text("nickname") == "" && card.Text("url") == "" {
		return outcome{}, &fault.Error{Code: fault.InvalidRequest, Op: op, Message: "the contact has no name", Hint: "send at least name, nickname or url"}
	}
	files, err := p.referredUploads(ctx, sent, mf2.Item{Properties: card})
	if err != nil {
		return outcome{}, err
	}
	o := outcome{}
	var placed stagedFiles
	commit, err := p.change(ctx, func(v *catalog.View, at *gitstore.Snapshot) (gitstore.Change, error) {
		taken, err := contactNames(v.Site(), at)
		if err != nil {
			return gitstore.Change{}, err
		}
		var followed map[string]string
		placed, followed = files.here(v.Site(), p.mine)
		readdress(card, followed)
		file, data, err := v.Site().ComposeContact(card, func(name string) bool { return taken[name] })
		if err != nil {
			return gitstore.Change{}, err
		}
		name, _ := site.ContactFile(file)
		o.URL = address(name)
		return gitstore.Change{
			Message: describe("Add contact", contactTitle(card, name), trailerAction, "create", trailerURL, o.URL, trailerPath, file, trailerClient, who.Client),
			Files:   append(placed.missing(v), gitstore.File{Path: file, Data: data}),
		}, nil
	})
	return p.contactDone(ctx, op, o, commit, placed, err)
}

// updateContact changes a contact in place.
func (p *posts) updateContact(ctx context.Context, who principal, name, address string, cmd *micropub.Update, sent []string) (outcome, error) {
	const op = "update contact"
	if err := who.require(op, "update"); err != nil {
		return outcome{}, err
	}
	files, err := p.referredUploads(ctx, sent, mf2.Item{Properties: cmd.Replace}, mf2.Item{Properties: cmd.Add})
	if err != nil {
		return outcome{}, err
	}
	var placed stagedFiles
	commit, err := p.change(ctx, func(v *catalog.View, at *gitstore.Snapshot) (gitstore.Change, error) {
		file, data, err := contactFile(v.Site(), at, name)
		if err != nil {
			return gitstore.Change{}, err
		}
		var followed map[string]string
		placed, followed = files.here(v.Site(), p.mine)
		title := name
		changed, err := v.Site().ReviseContact(file, data, func(card mf2.Properties) error {
			revise(card, cmd)
			readdress(card, followed)
			title = contactTitle(card, name)
			return nil
		})
		if err != nil || bytes.Equal(changed, data) {
			return gitstore.Change{}, err
		}
		return gitstore.Change{
			Message: describe("Update contact", title, trailerAction, "update", trailerURL, address, trailerPath, file, trailerClient, who.Client),
			Files:   append(placed.missing(v), gitstore.File{Path: file, Data: changed}),
		}, nil
	})
	return p.contactDone(ctx, op, outcome{URL: address}, commit, placed, err)
}

// deleteContact removes a contact's file.
func (p *posts) deleteContact(ctx context.Context, who principal, name, address string) (outcome, error) {
	const op = "delete contact"
	if err := who.require(op, "delete"); err != nil {
		return outcome{}, err
	}
	commit, err := p.change(ctx, func(v *catalog.View, at *gitstore.Snapshot) (gitstore.Change, error) {
		file, data, err := contactFile(v.Site(), at, name)
		if err != nil {
			return gitstore.Change{}, err
		}
		title := name
		if card, err := v.Site().ReadContact(file, data); err == nil {
			title = contactTitle(card, name)
		}
		return gitstore.Change{
			Message: describe("Delete contact", title, trailerAction, "delete", trailerURL, address, trailerPath, file, trailerClient, who.Client),
			Files:   []gitstore.File{{Path: file, Delete: true}},
		}, nil
	})
	return p.contactDone(ctx, op, outcome{URL: address}, commit, stagedFiles{}, err)
}

func (p *posts) contactDone(ctx context.Context, op string, o outcome, commit *gitstore.Commit, files stagedFiles, err error) (outcome, error) {
	if err != nil {
		return outcome{}, storeFault(op, err)
	}
	files.committed(ctx, p)
	p.deliver(ctx, commit, &o)
	return o, nil
}

// contactNames are the names that the folder has, in whatever format: a generator reads two
// files of one name as one. A data file called contacts would be hidden by the folder, or hide
// it: then nothing is written.
func contactNames(s *site.Site, tree fs.FS) (map[string]bool, error) {
	folder := s.ContactFolder()
	beside, err := filesIn(tree, path.Dir(folder))
	if err != nil {
		return nil, err
	}
	for _, f := range beside {
		if stem := strings.TrimSuffix(f.Name(), path.Ext(f.Name())); stem == path.Base(folder) && !f.IsDir() {
			file := path.Join(path.Dir(folder), f.Name())
			return nil, &fault.Error{
				Code: fault.InvalidRequest, Op: "create contact",
				Message: fmt.Sprintf("the site has a data file of its own, %s, which the contacts of gitpost would hide", file),
				Hint:    fmt.Sprintf("gitpost keeps a file for each contact in %s; move that file, or divide it, to use them", folder),
			}
		}
	}
	files, err := filesIn(tree, folder)
	if err != nil {
		return nil, err
	}
	taken := map[string]bool{}
	for _, f := range files {
		taken[strings.ToLower(strings.TrimSuffix(f.Name(), path.Ext(f.Name())))] = true
	}
	return taken, nil
}

// cardOf are the properties of an h-card that a contact keeps: none of what says how a post is
// to be published.
func cardOf(item mf2.Item) mf2.Properties {
	card := item.Properties.Clone()
	for _, name := range []string{internalURL, "post-status", "visibility", locationVisibility, "published", "updated"} {
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
	card := map[string]any{internalURL: address}
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

// says is what a filter looks in: every text of the card.
func (c contact) says() []string {
	texts := []string{c.name}
	for _, name := range slices.Sorted(maps.Keys(c.properties)) {
		texts = append(texts, stringsIn([]any(c.properties[name]))...)
	}
	return texts
}

// stringsIn are the strings of a value, at any depth.
func stringsIn(v any) []string {
	var all []string
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		for _, e := range v {
			all = append(all, stringsIn(e)...)
		}
	case map[string]any:
		for _, e := range v {
			all = append(all, stringsIn(e)...)
		}
	}
	return all
}

func byTitle(a, b contact) int {
	return strings.Compare(strings.ToLower(contactTitle(a.properties, a.name)), strings.ToLower(contactTitle(b.properties, b.name)))
}
