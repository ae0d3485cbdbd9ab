package micropub

import (
	"net/http"
	"strconv"
	"strings"
)

const formType = "application/x-www-form-urlencoded"

// accepted returns the response type that a request prefers: JSON, unless Accept gives another
// supported type a higher weight.
func accepted(r *http.Request) string {
	weights := map[string]float64{}
	for _, header := range r.Header.Values("Accept") {
		for choice := range strings.SplitSeq(header, ",") {
			kind, parameters, _ := strings.Cut(choice, ";")
			weight := 1.0
			for parameter := range strings.SplitSeq(parameters, ";") {
				name, value, _ := strings.Cut(parameter, "=")
				if strings.EqualFold(strings.TrimSpace(name), "q") {
					if q, err := strconv.ParseFloat(strings.TrimSpace(value), 64); err == nil {
						weight = q
					}
				}
			}
			weights[strings.ToLower(strings.TrimSpace(kind))] = weight
		}
	}
	best, kind := max(weights["application/json"], weights["application/*"], weights["*/*"]), "application/json"
	for _, other := range []string{formType, "text/plain"} {
		if weights[other] > best {
			best, kind = weights[other], other
		}
	}
	return kind
}
