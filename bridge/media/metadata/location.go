package metadata

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

// IsLocationName reports whether a name in metadata means a location: EXIF's, IPTC's and Dublin
// Core's names for it, and those of makers who have their own.
func IsLocationName(name string) bool {
	name = strings.ToLower(name)
	if strings.HasPrefix(name, "gps") || strings.HasPrefix(name, "geo") {
		return true
	}
	for _, word := range []string{"location", "latitude", "longitude", "longtitude", "altitude", "coordinate"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return slices.Contains([]string{
		"city", "state", "country", "countrycode", "countryname", "provincestate", "worldregion", "coverage",
		"lat", "lon", "long",
	}, name)
}

// locationWords are words in names of metadata that mean a location.
var locationWords = []string{"location", "gps", "coordinate", "latitude", "longitude", "geotag"}

// coordinates are in the form of ISO 6709, as phones write them: +48.8577+002.2950/.
var coordinates = regexp.MustCompile(`[+-]\d{2}\.\d{3,}[+-]\d{3}\.\d{3,}`)

// MentionsLocation reports whether metadata of any form, in any encoding of text, contains
// coordinates or one of locationWords and more. The latter are in lower case.
func MentionsLocation(content []byte, more ...string) bool {
	text := bytes.ReplaceAll(bytes.ToLower(content), []byte{0}, nil) // UTF-16 too
	contained := func(word string) bool { return bytes.Contains(text, []byte(word)) }
	return slices.ContainsFunc(locationWords, contained) || slices.ContainsFunc(more, contained) ||
		coordinates.Match(text)
}
