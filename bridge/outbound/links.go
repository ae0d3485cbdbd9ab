package outbound

import "strings"

// LinkTargets returns the targets of a Link header (RFC 8288) that have the relation, as written.
func LinkTargets(header, rel string) []string {
	var out []string
	for {
		_, rest, found := strings.Cut(header, "<")
		if !found {
			return out
		}
		target, rest, found := strings.Cut(rest, ">")
		if !found {
			return out
		}
		parameters, rest := cutOutsideQuotes(rest, ',')
		for parameters != "" {
			var one string
			one, parameters = cutOutsideQuotes(parameters, ';')
			name, value, _ := strings.Cut(one, "=")
			if strings.EqualFold(strings.TrimSpace(name), "rel") {
				if hasRel(strings.Trim(strings.TrimSpace(value), `"`), rel) {
					out = append(out, target)
				}
				break // the first rel counts
			}
		}
		header = rest
	}
}

// cutOutsideQuotes cuts at the first sep that is in no quoted string.
func cutOutsideQuotes(s string, sep byte) (before, after string) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == '\\' && quoted:
			i++
		case s[i] == sep && !quoted:
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

func hasRel(value, rel string) bool {
	for word := range strings.FieldsSeq(value) {
		if strings.EqualFold(word, rel) {
			return true
		}
	}
	return false
}
