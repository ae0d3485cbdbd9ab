package main

import (
	"encoding/json"
	"net/url"
	"strings"
)

// keep NAME WHAT puts something of the last answer into a variable: location.NAME is a
// parameter of the query of its Location, anything else the name of a text in its JSON.
func (s *scene) keep(args []string) {
	s.usage(args, 2, "keep NAME location.NAME|MEMBER")
	var found string
	if parameter, ok := strings.CutPrefix(args[1], "location."); ok {
		u, err := url.Parse(s.ts.Getenv("LOCATION"))
		s.check(err)
		found = u.Query().Get(parameter)
	} else {
		var members map[string]any
		s.check(json.Unmarshal(s.answer, &members))
		found, _ = members[args[1]].(string)
	}
	if found == "" {
		s.ts.Fatalf("the last answer has no %s", args[1])
	}
	s.ts.Setenv(args[0], found)
}
