package micropub

import (
	"fmt"
	"net/http"
	"strings"
)

// Destination is the site that a POST names with mp-destination, in its body or in the query
// of its address; "" when it names none. command is what Parse or ParseUpload made of it.
func Destination(r *http.Request, command Command) (string, error) {
	inAddress := strings.TrimSpace(r.URL.Query().Get("mp-destination"))
	inBody := ""
	switch c := command.(type) {
	case *Create:
		inBody = c.Commands.Destination
	case *Update:
		inBody = c.Commands.Destination
	case *Delete:
		inBody = c.Destination
	case *Undelete:
		inBody = c.Destination
	case *Upload:
		inBody = c.Commands.Destination
	}
	if inAddress != "" && inBody != "" && inAddress != inBody {
		return "", refuse(
			fmt.Sprintf("mp-destination is %q in the body and %q in the address", shorten(inBody), shorten(inAddress)),
			"send it once",
		)
	}
	if inBody == "" {
		inBody = inAddress
	}
	return inBody, checkText("mp-destination", inBody)
}
