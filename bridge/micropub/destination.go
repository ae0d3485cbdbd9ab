package micropub

import (
	"fmt"
	"net/http"
	"strings"
)

// Destination returns the mp-destination of a POST, from its body or the query of its URL, or
// "". command is the result of Parse or ParseUpload.
func Destination(r *http.Request, command Command) (string, error) {
	inURL := strings.TrimSpace(r.URL.Query().Get("mp-destination"))
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
	if inURL != "" && inBody != "" && inURL != inBody {
		return "", refuse(
			fmt.Sprintf("mp-destination is %q in the body and %q in the URL", shorten(inBody), shorten(inURL)),
			"send it once",
		)
	}
	if inBody == "" {
		inBody = inURL
	}
	return inBody, checkText("mp-destination", inBody)
}
