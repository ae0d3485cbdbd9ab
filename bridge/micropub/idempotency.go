package micropub

import (
	"net/http"
	"strings"
)

// IdempotencyKey returns the key by which the client can repeat a request without having it carried
// out twice; "" if it sent none. It is the header of
// https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/, with or without the
// quotes of that draft.
func IdempotencyKey(r *http.Request) (string, error) {
	sent := r.Header.Values("Idempotency-Key")
	if len(sent) == 0 {
		return "", nil
	}
	key := strings.TrimSpace(sent[0])
	if bare, ok := strings.CutPrefix(key, `"`); ok && strings.HasSuffix(bare, `"`) {
		key = strings.TrimSuffix(bare, `"`)
	}
	bad := strings.ContainsFunc(key, func(r rune) bool { return r < '!' || r > '~' })
	if len(sent) > 1 || key == "" || len(key) > maxKey || bad {
		return "", refuse("the Idempotency-Key is not valid",
			"send one key of 1 to 255 letters, digits and signs without spaces, such as a UUID")
	}
	return key, nil
}

const maxKey = 255
