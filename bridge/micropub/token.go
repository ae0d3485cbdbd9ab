package micropub

import (
	"crypto/subtle"
	"net/http"
	"strings"

	"gitpost/bridge/fault"
)

// HeaderToken returns the bearer token of the Authorization header, or "".
func HeaderToken(r *http.Request) (string, error) {
	headers := r.Header.Values("Authorization")
	if len(headers) > 1 {
		return "", refuse("the request has more than one Authorization header", "send one")
	}
	if len(headers) == 0 {
		return "", nil
	}
	scheme, token, _ := strings.Cut(strings.TrimSpace(headers[0]), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", nil
	}
	return strings.TrimSpace(token), nil
}

// OneToken returns the token of a request, from its header or its body. Some apps send both;
// then they must be equal.
func OneToken(header, body string) (string, error) {
	switch {
	case header == "" && body == "":
		return "", &fault.Error{
			Code: fault.Unauthorized, Op: op,
			Message: "the request has no access token",
			Hint:    `send it as "Authorization: Bearer …", or as access_token in a form`,
		}
	case header == "":
		return body, nil
	case body == "" || subtle.ConstantTimeCompare([]byte(header), []byte(body)) == 1:
		return header, nil
	}
	return "", refuse("the access tokens in the header and in the body differ", "send one token")
}
