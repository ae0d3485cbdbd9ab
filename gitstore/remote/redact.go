package remote

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"slices"
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
		forms := []string{s, url.QueryEscape(s), url.PathEscape(s), html.EscapeString(s), strings.Trim(string(quoted), `"`),
			strings.Trim(strconv.Quote(s), `"`), hex.EncodeToString([]byte(s)), everyByteEscaped(s)}
		slices.Sort(forms)
		for _, form := range slices.Compact(forms) {
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

// base64Escapes decodes what is escaped of Base64 in a query.
var base64Escapes = strings.NewReplacer("%2B", "+", "%2b", "+", "%2F", "/", "%2f", "/", "%3D", "=", "%3d", "=")

// clean replaces every secret in a text by "…".
func (r *redactor) clean(text string) string {
	for _, form := range r.forms {
		text = form.ReplaceAllLiteralString(text, "…")
	}
	if len(r.secrets) == 0 {
		return text
	}
	text = base64Escapes.Replace(text)
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
