package editor

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"gitpost/bridge/fault"
)

// Read takes what was typed. It returns an error when a field that the owner changed was changed by
// somebody else since the form was made; Was and Now are then as the post is.
func (f *Form) Read(values url.Values) error {
	f.Save = values.Get("save")
	conflict := false
	for _, field := range f.all() {
		if values.Has(field.Name) && f.read(field, values) {
			conflict = true
		}
	}
	f.readPhotos(values)
	for i := range f.Targets {
		f.Targets[i].Chosen = slices.Contains(values["mp-syndicate-to"], f.Targets[i].UID)
	}
	if !conflict {
		return nil
	}
	return &fault.Error{
		Code: fault.Conflict, Op: "edit post",
		Message: "the post was changed elsewhere while you edited it",
		Hint:    "compare both texts below; what you save now replaces the other one",
	}
}

// read takes the value of one field, and reports whether it and the post were changed both.
func (f *Form) read(field *Field, values url.Values) (conflict bool) {
	field.Value = lineFeeds(strings.TrimRight(values.Get(field.Name), " \t\r\n"))
	if field.Name == "content" { // a text keeps the line end that it had
		field.Value += field.Was[len(strings.TrimRight(field.Was, " \t\n")):]
	}
	was := lineFeeds(values.Get("was." + field.Name))
	switch {
	case f.New:
		field.Value = strings.TrimSpace(field.Value)
	case strings.TrimSpace(field.Value) == strings.TrimSpace(was):
		field.Value = field.Was // the owner did not touch it
	case strings.TrimSpace(field.Value) == strings.TrimSpace(field.Was): // the form was sent before
		field.Value = field.Was
	case strings.TrimSpace(was) != strings.TrimSpace(field.Was):
		field.Now = field.Was
		return true
	}
	return false
}

// mostPhotos bounds what a form can name.
const mostPhotos = 100

// readPhotos takes the photos in the order that the form says. A photo that the form does not name, as it
// came to the post meanwhile, stays at the end.
func (f *Form) readPhotos(values url.Values) {
	type placed struct {
		Photo
		at int
	}
	var list []placed
	named := map[string]bool{}
	for i := range mostPhotos {
		name := "photo." + strconv.Itoa(i)
		address := strings.TrimSpace(values.Get(name + ".url"))
		if address == "" || named[address] {
			continue
		}
		named[address] = true
		at, err := strconv.Atoi(values.Get(name + ".at"))
		if err != nil {
			at = i + 1
		}
		list = append(list, placed{Photo{address, strings.TrimSpace(values.Get(name + ".alt")),
			values.Get(name+".remove") != ""}, at})
	}
	slices.SortStableFunc(list, func(a, b placed) int { return a.at - b.at })
	var photos []Photo
	for _, p := range list {
		photos = append(photos, p.Photo)
	}
	for _, p := range f.was {
		if !named[p.URL] {
			photos = append(photos, p)
		}
	}
	f.Photos = photos
}
