package bridge

import (
	"context"
	"maps"
	"slices"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/address"
	"gitpost/bridge/catalog"
	"gitpost/bridge/mf2"
	"gitpost/bridge/micropub"
	"gitpost/bridge/site"
	"gitpost/bridge/state"
)

// holder is the destination that serves an uploaded file at url, or will.
func (s *Server) holder(url string) *destination {
	holder := s.destinations[0]
	longest := 0
	for _, d := range s.destinations {
		if me := d.me(); address.Within(me, url) && len(me) > longest {
			holder, longest = d, len(me)
		}
	}
	return holder
}

// mayUse tells whether a token is good for the site of an upload.
func (s *Server) mayUse(who principal, u state.Upload) bool { return who.reaches(s.holder(u.URL).me()) }

// uploadsOf lists the uploads of the sites that a token may use, or of the one that is named,
// newest first; all of them when limit is 0.
func (s *Server) uploadsOf(ctx context.Context, who principal, named string, limit, offset int) ([]state.Upload, error) {
	if len(s.destinations) == 1 || named == "" && len(who.Sites) == 0 {
		return s.state.Uploads(ctx, limit, offset)
	}
	var only *destination
	if named != "" {
		var err error
		if only, err = s.choose(who, named); err != nil {
			return nil, err
		}
	}
	all, err := s.state.Uploads(ctx, 0, 0)
	all = slices.DeleteFunc(all, func(u state.Upload) bool {
		return !s.mayUse(who, u) || only != nil && s.holder(u.URL) != only
	})
	all = all[min(offset, len(all)):]
	if limit > 0 {
		all = all[:min(limit, len(all))]
	}
	return all, err
}

// answerUploaded answers the upload of a file that was staged for the token's own site. With
// mp-destination, which may have come after the file, it is staged for that one.
func (s *Server) answerUploaded(c echo.Context, who principal, named string, cmd *micropub.Upload) error {
	ctx := c.Request().Context()
	d, err := s.choose(who, named)
	if err != nil {
		return err
	}
	address := cmd.URL
	if named != "" && s.holder(address) != d {
		u, err := s.state.UploadByURL(ctx, address)
		if err != nil {
			return err
		}
		if u.Path, u.URL, err = d.mediaPlace(ctx, u); err != nil {
			return err
		}
		if err := s.state.PlaceUpload(ctx, u); err != nil {
			return err
		}
		address = u.URL
	}
	return micropub.WriteCreated(c.Response(), c.Request(), micropub.Created{URL: address})
}

// allowed tells the sender of a file at once what the post that refers to it would be told: that
// the repository keeps such files in Git LFS, say. Of several sites any may get the file, and
// the place beside a post is not known yet.
func (d *destination) allowed(file string) error {
	if c := d.config(); c.several || c.MediaPlace == "bundle" {
		return nil
	}
	return storeFault("upload", d.store.Allows(file))
}

// mediaPlace is where the site will have an upload: the file in the repository, and its address.
func (d *destination) mediaPlace(ctx context.Context, u state.Upload) (file, address string, err error) {
	err = d.view(ctx, func(v *catalog.View) error {
		file, address = v.Site().Media(u.Name, u.Created)
		return nil
	})
	return file, address, err
}

// here gives uploads that were staged for another site their places at this one: an upload
// follows its post. One that is in another site's repository already stays there, unless the
// post says that it is here. moved tells the address that each had before, and has now.
func (s stagedFiles) here(at *site.Site, mine func(url string) bool) (placed stagedFiles, moved map[string]string) {
	placed, moved = s, map[string]string{}
	placed.all, placed.elsewhere = slices.Clone(s.all), maps.Clone(s.elsewhere)
	for i, u := range placed.all {
		file, address := at.Media(u.Name, u.Created)
		if u.URL == address || mine(u.URL) {
			continue
		}
		if !u.Committed.IsZero() && !slices.ContainsFunc(s.items, func(item mf2.Item) bool { return itemSays(item, address) }) {
			placed.elsewhere[u.Name] = true
			continue
		}
		placed.elsewhere[u.Name] = false
		moved[u.URL] = address
		placed.all[i].Path, placed.all[i].URL = file, address
	}
	return placed, moved
}

func itemSays(item mf2.Item, text string) bool {
	for _, values := range item.Properties {
		if says([]any(values), text) {
			return true
		}
	}
	return false
}
