package bridge

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/address"
	"gitpost/bridge/catalog"
	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
	"gitpost/bridge/micropub"
)

// contactAddress is the address of a contact: below gitpost's own, and with the site where
// gitpost serves several.
func (s *Server) contactAddress(d *destination, name string) string {
	address := s.config().URL + "/micropub/contacts/" + url.PathEscape(name)
	if len(s.destinations) > 1 {
		address += "?mp-destination=" + url.QueryEscape(d.me())
	}
	return address
}

// contactName is the name of the contact at an address. ok is false for any other address.
func (s *Server) contactName(address string) (name string, ok bool) {
	rest, ok := strings.CutPrefix(address, s.config().URL+"/micropub/contacts/")
	if !ok {
		return "", false
	}
	rest, _, _ = strings.Cut(rest, "?")
	name, err := url.PathUnescape(rest)
	return name, err == nil && name != "" && !strings.Contains(name, "/")
}

// ownerOf is owner for posts and contacts alike: a contact's address says itself which site's
// it is.
func (s *Server) ownerOf(who principal, named, at string) (*destination, error) {
	if _, ok := s.contactName(at); !ok {
		return s.owner(who, named, at)
	}
	site := named // the address is from a time when there was one site
	if u, err := url.Parse(at); err == nil && u.Query().Has("mp-destination") {
		site = u.Query().Get("mp-destination")
	}
	if named != "" && len(s.destinations) > 1 && !address.Same(site, named) {
		return nil, notOf(at, named)
	}
	return s.choose(who, site)
}

// contactOf tells whether a request is about a contact, and gives its address: "" for a new one.
// A card is about one when it was sent to ?q=contact or brings a contact's address; other
// commands when they are about such an address.
func (s *Server) contactOf(request micropub.Request) (address string, ok bool) {
	ok = request.Query == "contact"
	switch cmd := request.Command.(type) {
	case *micropub.Create:
		address = cmd.Item.Properties.Text(internalURL)
		return address, ok || address != "" && slices.Contains(cmd.Item.Type, "h-card")
	case *micropub.Update:
		address = cmd.URL
	case *micropub.Delete:
		address = cmd.URL
	case *micropub.Undelete:
		address = cmd.URL
	default:
		return "", false
	}
	_, is := s.contactName(address)
	return address, ok || is
}

// contactCommand carries out a request that is about a contact. ok is false when it is not.
func (s *Server) contactCommand(c echo.Context, who principal, request micropub.Request, named string, in *intake) (ok bool, err error) {
	address, ok := s.contactOf(request)
	if !ok {
		return false, nil
	}
	if card, creates := request.Command.(*micropub.Create); creates && address == "" {
		return true, s.addContact(c, who, named, card, in)
	}
	return true, s.changeContact(c, who, named, address, request.Command, in)
}

func (s *Server) addContact(c echo.Context, who principal, named string, card *micropub.Create, in *intake) error {
	d, err := s.choose(who, named)
	if err != nil {
		return err
	}
	posts, err := d.service()
	if err != nil {
		return err
	}
	o, err := posts.createContact(c.Request().Context(), who, card.Item, in.sent, func(name string) string { return s.contactAddress(d, name) })
	if err != nil {
		return err
	}
	return s.answerCreated(c, o)
}

func (s *Server) changeContact(c echo.Context, who principal, named, address string, command micropub.Command, in *intake) error {
	name, ok := s.contactName(address)
	if !ok {
		return &fault.Error{
			Code: fault.InvalidRequest, Op: "find contact",
			Message: "there is no contact at " + onOneLine(address, 100), Hint: "q=contact lists them, each with its _internal_url",
		}
	}
	d, err := s.ownerOf(who, named, address)
	if err != nil {
		return err
	}
	posts, err := d.service()
	if err != nil {
		return err
	}
	address = s.contactAddress(d, name)
	ctx := c.Request().Context()
	var o outcome
	switch cmd := command.(type) {
	case *micropub.Create: // the whole card again
		o, err = posts.updateContact(ctx, who, name, address, &micropub.Update{Replace: cardOf(cmd.Item)}, in.sent)
	case *micropub.Update:
		o, err = posts.updateContact(ctx, who, name, address, cmd, in.sent)
	case *micropub.Delete:
		o, err = posts.deleteContact(ctx, who, name, address)
	case *micropub.Undelete:
		o, err = posts.undelete(ctx, who, &micropub.Undelete{URL: address})
	}
	if err != nil {
		return err
	}
	return s.answerChanged(c, o)
}

// contacts answers q=contact with the site's contacts, by name.
func (s *Server) contacts(ctx context.Context, d *destination, q micropub.Query) (any, error) {
	var all []contact
	err := d.view(ctx, func(v *catalog.View) error {
		var err error
		all, err = d.contacts.known(v)
		return err
	})
	if err != nil {
		return nil, err
	}
	answer, err := listed("contacts", all, q, contact.says)
	if err != nil {
		return nil, err
	}
	cards := []map[string]any{}
	for _, c := range answer["contacts"].([]contact) {
		cards = append(cards, c.answer(s.contactAddress(d, c.name)))
	}
	answer["contacts"] = cards
	return answer, nil
}

// contactItem is one contact as an mf2 item.
func (s *Server) contactItem(ctx context.Context, d *destination, name string) (any, error) {
	item := mf2.Item{Type: []string{"h-card"}}
	err := d.view(ctx, func(v *catalog.View) error {
		file, data, err := contactFile(v.Site(), v.Tree(), name)
		if err != nil {
			return err
		}
		if item.Properties, err = v.Site().ReadContact(file, data); err != nil {
			return err
		}
		item.Properties[internalURL] = []any{s.contactAddress(d, name)}
		return nil
	})
	return item, err
}

// showContact answers GET /micropub/contacts/:name, the address of a contact.
func (s *Server) showContact(c echo.Context) error {
	who, err := s.authenticate(c)
	if err != nil {
		return err
	}
	if err := who.require("read contact", "create", "update", "delete", "read"); err != nil {
		return err
	}
	d, err := s.ownerOf(who, "", s.config().URL+c.Request().URL.RequestURI())
	if err != nil {
		return err
	}
	item, err := s.contactItem(c.Request().Context(), d, c.Param("name"))
	if err != nil {
		if fault.CodeOf(err) == fault.InvalidRequest {
			return &fault.Error{Code: fault.NotFound, Op: "read contact", Message: "there is no such contact", Hint: "q=contact lists them", Err: err}
		}
		return err
	}
	return micropub.WriteAnswer(c.Response(), c.Request(), http.StatusOK, item)
}
