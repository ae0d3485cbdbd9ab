package remote

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// redactor removes credentials from texts, however they are encoded there: as they are,
// percent-encoded, quoted, in hexadecimal or Base64, also over the ends of lines.
type redactor struct {
	secrets []string
	forms   []*regexp.Regexp
}

// lineEnd is what may stand between two characters of a secret that was wrapped.
const lineEnd = `(?:\s*[\r\n]\s*)?`

// add adds secrets; ones of fewer than four characters cannot be told from text.
func (r *redactor) add(secrets ...string) {
	for _, s := range secrets {
		if len(s) < 4 {
			continue
		}
		r.secrets = append(r.secrets, s)
		quoted, _ := json.Marshal(s)
		forms := map[string]bool{s: true, url.QueryEscape(s): true, url.PathEscape(s): true, html.EscapeString(s): true,
			strings.Trim(string(quoted), `"`): true, strings.Trim(strconv.Quote(s), `"`): true, hex.EncodeToString([]byte(s)): true, everyByteEscaped(s): true}
		for form := range forms {
			parts := make([]string, 0, len(form))
			for _, c := range form {
				parts = append(parts, regexp.QuoteMeta(string(c)))
			}
			r.forms = append(r.forms, regexp.MustCompile(`(?i)`+strings.Join(parts, lineEnd)))
		}
	}
}

func everyByteEscaped(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		b.WriteString("%" + hex.EncodeToString([]byte{c}))
	}
	return b.String()
}

// base64Run is a text that may be Base64, over several lines.
var base64Run = regexp.MustCompile(`[A-Za-z0-9+/_-]{4,}(?:\s*[\r\n]\s*[A-Za-z0-9+/_-]+)*=*`)

// clean replaces every secret in a text by "…".
func (r *redactor) clean(text string) string {
	for _, form := range r.forms {
		text = form.ReplaceAllLiteralString(text, "…")
	}
	if len(r.secrets) == 0 {
		return text
	}
	for _, escaped := range []string{"%2B", "%2b", "%2F", "%2f", "%3D", "%3d"} {
		if strings.Contains(text, escaped) { // Base64 in a query
			text = strings.NewReplacer("%2B", "+", "%2b", "+", "%2F", "/", "%2f", "/", "%3D", "=", "%3d", "=").Replace(text)
		}
	}
	return base64Run.ReplaceAllStringFunc(text, func(run string) string {
		if r.inBase64(run) {
			return "…"
		}
		return run
	})
}

// inBase64 reports whether a run decodes to something with a secret in it, from whichever
// character on it was encoded.
func (r *redactor) inBase64(run string) bool {
	run = strings.NewReplacer("-", "+", "_", "/").Replace(strings.Join(strings.Fields(strings.TrimRight(run, "=")), ""))
	for from := range min(4, len(run)) {
		part := run[from:]
		plain, _ := base64.RawStdEncoding.DecodeString(part[:len(part)-len(part)%4])
		if rest := len(part) % 4; rest > 1 {
			tail, _ := base64.RawStdEncoding.DecodeString(part[len(part)-rest:])
			plain = append(plain, tail...)
		}
		for _, s := range r.secrets {
			if strings.Contains(string(plain), s) {
				return true
			}
		}
	}
	return false
}
