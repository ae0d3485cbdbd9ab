package api

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/access"
	"gitpost/bridge/address"
	"gitpost/bridge/blog"
	"gitpost/bridge/fault"
	"gitpost/bridge/micropub"
)

// contactRoutes are the contacts that apps offer: commands and queries about them.
type contactRoutes struct{ *API }

// contactAddress is the address of a contact: below gitpost's own, and with the site where
// gitpost serves several.
func (a *API) contactAddress(b *blog.Blog, name string) string {
	address := a.Config().URL + "/micropub/contacts/" + url.PathEscape(name)
	if a.Blogs.Several() {
		address += "?mp-destination=" + url.QueryEscape(b.Me())
	}
	return address
}

// contactName is the name of the contact at an address. ok is false for any other address.
func (a *API) contactName(address string) (name string, ok bool) {
	rest, ok := strings.CutPrefix(address, a.Config().URL+"/micropub/contacts/")
	if !ok {
		return "", false
	}
	rest, _, _ = strings.Cut(rest, "?")
	name, err := url.PathUnescape(rest)
	return name, err == nil && name != "" && !strings.Contains(name, "/")
}

// ownerOf is Blogs.Owner for posts and contacts: a contact's address names its own site.
func (a *API) ownerOf(who access.Principal, named, at string) (*blog.Blog, error) {
	if _, ok := a.contactName(at); !ok {
		return a.Blogs.Owner(who, named, at)
	}
	site := named // the address is from a time when there was one site
	if u, err := url.Parse(at); err == nil && u.Query().Has("mp-destination") {
		site = u.Query().Get("mp-destination")
	}
	if named != "" && a.Blogs.Several() && !address.Same(site, named) {
		return nil, blog.NotOn(at, named)
	}
	return a.Blogs.Choose(who, site)
}

// contactOf reports whether a request is about a contact, and returns its address: "" for a new one.
// A card is about one when it was sent to ?q=contact or brings a contact's address; other
// commands when they are about such an address.
func (a contactRoutes) contactOf(request micropub.Request) (address string, ok bool) {
	ok = request.Query == "contact"
	switch cmd := request.Command.(type) {
	case *micropub.Create:
		address = cmd.Item.Properties.Text(blog.InternalURL)
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
	_, is := a.contactName(address)
	return address, ok || is
}

// command carries out a request that is about a contact. ok is false when it is not.
func (a contactRoutes) command(c echo.Context, who access.Principal, request micropub.Request, named string,
	in *receiver) (ok bool, err error) {
	address, ok := a.contactOf(request)
	if !ok {
		return false, nil
	}
	if card, creates := request.Command.(*micropub.Create); creates && address == "" {
		return true, a.add(c, who, named, card, in)
	}
	return true, a.change(c, who, named, address, request.Command, in)
}

func (a contactRoutes) add(c echo.Context, who access.Principal, named string, card *micropub.Create,
	in *receiver) error {
	d, err := a.Blogs.Choose(who, named)
	if err != nil {
		return err
	}
	o, err := d.CreateContact(c.Request().Context(), who, card.Item, in.sent,
		func(name string) string { return a.contactAddress(d, name) })
	if err != nil {
		return err
	}
	return a.answerCreated(c, o)
}

func (a contactRoutes) change(c echo.Context, who access.Principal, named, address string, command micropub.Command,
	in *receiver) error {
	name, ok := a.contactName(address)
	if !ok {
		return &fault.Error{
			Code: fault.InvalidRequest, Op: "find contact",
			Message: fmt.Sprintf("there is no contact at %.100q", address),
			Hint:    "q=contact lists them, each with its _internal_url",
		}
	}
	d, err := a.ownerOf(who, named, address)
	if err != nil {
		return err
	}
	o, err := d.ChangeContact(c.Request().Context(), who, name, a.contactAddress(d, name), command, in.sent)
	if err != nil {
		return err
	}
	return a.answerChanged(c, o)
}

// show answers GET /micropub/contacts/:name, the address of a contact.
func (a contactRoutes) show(c echo.Context) error {
	who, err := a.authenticate(c)
	if err != nil {
		return err
	}
	if err := who.Require("read contact", access.ReadContacts); err != nil {
		return err
	}
	d, err := a.ownerOf(who, "", a.Config().URL+c.Request().URL.RequestURI())
	if err != nil {
		return err
	}
	item, err := d.Contact(c.Request().Context(), c.Param("name"), a.contactAddress(d, c.Param("name")))
	if err != nil {
		if fault.CodeOf(err) == fault.InvalidRequest {
			return &fault.Error{Code: fault.NotFound, Op: "read contact", Message: "there is no such contact",
				Hint: "q=contact lists them", Err: err}
		}
		return err
	}
	return micropub.WriteAnswer(c.Response(), c.Request(), http.StatusOK, item)
}
