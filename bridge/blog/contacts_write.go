package blog

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"gitpost/bridge/access"
	"gitpost/bridge/catalog"
	"gitpost/bridge/fault"
	"gitpost/bridge/history"
	"gitpost/bridge/mf2"
	"gitpost/bridge/micropub"
	"gitpost/bridge/site"
	"gitpost/gitstore"
)

// CreateContact adds a contact. address returns the address of a contact by its name.
func (b *Blog) CreateContact(ctx context.Context, who access.Principal, item mf2.Item, sent []string,
	address func(name string) string) (Outcome, error) {
	w, err := b.ready()
	if err != nil {
		return Outcome{}, err
	}
	return w.createContact(ctx, who, item, sent, address)
}

// ChangeContact carries out a command on the contact with a name. A create is its whole card again.
func (b *Blog) ChangeContact(ctx context.Context, who access.Principal, name, address string, command micropub.Command,
	sent []string) (Outcome, error) {
	w, err := b.ready()
	if err != nil {
		return Outcome{}, err
	}
	switch cmd := command.(type) {
	case *micropub.Create:
		return w.updateContact(ctx, who, name, address, &micropub.Update{Replace: cardOf(cmd.Item)}, sent)
	case *micropub.Update:
		return w.updateContact(ctx, who, name, address, cmd, sent)
	case *micropub.Delete:
		return w.deleteContact(ctx, who, name, address)
	default:
		return w.undelete(ctx, who, &micropub.Undelete{URL: address})
	}
}

// createContact adds a contact. address returns the address of a contact by its name.
func (w *writer) createContact(ctx context.Context, who access.Principal, item mf2.Item, sent []string,
	address func(name string) string) (Outcome, error) {
	const op = "create contact"
	if err := who.Require(op, access.CreateContact); err != nil {
		return Outcome{}, err
	}
	card := cardOf(item)
	if card.Text("name") == "" && card.Text("nickname") == "" && card.Text("url") == "" {
		return Outcome{}, &fault.Error{Code: fault.InvalidRequest, Op: op, Message: "the contact has no name",
			Hint: "send at least name, nickname or url"}
	}
	files, err := w.referredUploads(ctx, who, sent, mf2.Item{Properties: card})
	if err != nil {
		return Outcome{}, err
	}
	o := Outcome{}
	var placed staged
	commit, err := w.change(ctx, func(v *catalog.View, at *gitstore.Snapshot) (gitstore.Change, error) {
		taken, err := contactNames(v.Site(), at)
		if err != nil {
			return gitstore.Change{}, err
		}
		var followed map[string]string
		placed, followed = files.forSite(v.Site(), w.owns)
		card := card.Clone()
		readdress(card, followed)
		file, data, err := v.Site().ComposeContact(card, func(name string) bool { return taken[name] })
		if err != nil {
			return gitstore.Change{}, err
		}
		name, _ := site.ContactFile(file)
		o.URL = address(name)
		return gitstore.Change{
			Message: history.Message("Add contact", contactTitle(card, name), history.Action, "create", history.URL,
				o.URL, history.Path, file, history.Client, who.Client),
			Files: append(placed.missing(v), gitstore.File{Path: file, Data: data}),
		}, nil
	})
	return w.contactDone(ctx, op, o, commit, placed, err)
}

// updateContact changes a contact in place.
func (w *writer) updateContact(ctx context.Context, who access.Principal, name, address string, cmd *micropub.Update,
	sent []string) (Outcome, error) {
	const op = "update contact"
	if err := who.Require(op, access.UpdateContact); err != nil {
		return Outcome{}, err
	}
	files, err := w.referredUploads(ctx, who, sent, mf2.Item{Properties: cmd.Replace}, mf2.Item{Properties: cmd.Add})
	if err != nil {
		return Outcome{}, err
	}
	var placed staged
	commit, err := w.change(ctx, func(v *catalog.View, at *gitstore.Snapshot) (gitstore.Change, error) {
		file, data, err := contactFile(v.Site(), at, name)
		if err != nil {
			return gitstore.Change{}, err
		}
		var followed map[string]string
		placed, followed = files.forSite(v.Site(), w.owns)
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
			Message: history.Message("Update contact", title, history.Action, "update", history.URL, address,
				history.Path, file, history.Client, who.Client),
			Files: append(placed.missing(v), gitstore.File{Path: file, Data: changed}),
		}, nil
	})
	return w.contactDone(ctx, op, Outcome{URL: address}, commit, placed, err)
}

// deleteContact removes a contact's file.
func (w *writer) deleteContact(ctx context.Context, who access.Principal, name, address string) (Outcome, error) {
	const op = "delete contact"
	if err := who.Require(op, access.DeleteContact); err != nil {
		return Outcome{}, err
	}
	commit, err := w.change(ctx, func(v *catalog.View, at *gitstore.Snapshot) (gitstore.Change, error) {
		file, data, err := contactFile(v.Site(), at, name)
		if err != nil {
			return gitstore.Change{}, err
		}
		title := name
		if card, err := v.Site().ReadContact(file, data); err == nil {
			title = contactTitle(card, name)
		}
		return gitstore.Change{
			Message: history.Message("Delete contact", title, history.Action, "delete", history.URL, address,
				history.Path, file, history.Client, who.Client),
			Files: []gitstore.File{{Path: file, Delete: true}},
		}, nil
	})
	return w.contactDone(ctx, op, Outcome{URL: address}, commit, staged{}, err)
}

func (w *writer) contactDone(ctx context.Context, op string, o Outcome, commit *gitstore.Commit, files staged,
	err error) (Outcome, error) {
	if err != nil {
		return Outcome{}, storeFault(op, err)
	}
	files.markCommitted(ctx, w)
	w.deliver(ctx, commit, &o)
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
				Message: fmt.Sprintf("the site has a data file of its own, %s, which the contacts of gitpost would "+
					"hide", file),
				Hint: fmt.Sprintf("gitpost keeps a file for each contact in %s; move that file, or divide it, to "+
					"use them", folder),
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
