package history

import (
	"fmt"
	"strings"
)

// Message returns the message of a commit: what happened, to what, and trailers as pairs of key
// and value. Trailers without a value are left out.
func Message(verb, subject string, trailers ...string) string {
	var b strings.Builder
	b.WriteString(verb)
	if subject = OneLine(subject, 60); subject != "" {
		b.WriteString(": ")
		b.WriteString(subject)
	}
	b.WriteString("\n\n")
	for i := 0; i+1 < len(trailers); i += 2 {
		if value := OneLine(trailers[i+1], 1000); value != "" {
			fmt.Fprintf(&b, "%s: %s\n", trailers[i], value)
		}
	}
	return b.String()
}

// Trailers of gitpost's commits. Undelete reads them; people may search for them.
const (
	Action = "Gitpost-Action"
	URL    = "Gitpost-Url"
	Client = "Gitpost-Client"
	Path   = "Gitpost-Path"

	Request = "Gitpost-Request" // which request with an Idempotency-Key made the commit

	FormerURL  = "Gitpost-Former-Url" // of a post that an update moved
	FormerPath = "Gitpost-Former-Path"
	Blob       = "Gitpost-Blob"
)

// OneLine returns s on one line, cut after most characters, at a word where possible.
func OneLine(s string, most int) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return r <= ' ' || r == 0x7f || r == 0x85 ||
			r == 0x2028 || r == 0x2029
	}), " ")
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	cut := string(runes[:most])
	if i := strings.LastIndexByte(cut, ' '); i > len(cut)/2 {
		cut = cut[:i]
	}
	return cut + "…"
}

// Trailers reads gitpost's "Key: value" lines of a commit's message.
func Trailers(message string) map[string]string {
	t := map[string]string{}
	for line := range strings.SplitSeq(message, "\n") {
		if key, value, ok := strings.Cut(line, ": "); ok && strings.HasPrefix(key, "Gitpost-") {
			t[key] = strings.TrimSpace(value)
		}
	}
	return t
}
