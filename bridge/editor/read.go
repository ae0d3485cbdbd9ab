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
	var conflicts []string
	for _, field := range f.all() {
		if values.Has(field.Name) && f.read(field, values) {
			conflicts = append(conflicts, field.Label)
		}
	}
	for i := range f.Photos {
		name := "photo." + strconv.Itoa(i)
		if values.Get(name+".url") == f.Photos[i].URL {
			f.Photos[i].Alt, f.Photos[i].Remove = values.Get(name+".alt"), values.Get(name+".remove") != ""
		}
	}
	for i := range f.Targets {
		f.Targets[i].Chosen = slices.Contains(values["mp-syndicate-to"], f.Targets[i].UID)
	}
	if len(conflicts) == 0 {
		return nil
	}
	return &fault.Error{
		Code: fault.Conflict, Op: "edit post",
		Message: "the post was changed elsewhere while you edited it (" + strings.Join(conflicts, ", ") + ")",
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
	case strings.TrimSpace(was) != strings.TrimSpace(field.Was):
		field.Now = field.Was
		return true
	}
	return false
}
