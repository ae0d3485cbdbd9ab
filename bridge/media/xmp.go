package media

import (
	"bytes"
	"encoding/xml"
	"io"
	"regexp"
	"strings"
)

// withoutPlaceXMP removes from an XMP packet where the picture was made, whatever program
// wrote it: elements and attributes are judged by their local names. The rest stays byte for
// byte. It reports whether the packet could be read; when not, it must not be kept.
func withoutPlaceXMP(packet []byte) ([]byte, bool) {
	d := xml.NewDecoder(bytes.NewReader(packet))
	var out bytes.Buffer
	open, cut := 0, -1 // how many elements are open; how many were where a cut began
	for {
		from := d.InputOffset()
		token, err := d.RawToken()
		if err == io.EOF {
			return out.Bytes(), open == 0 && cut < 0
		}
		if err != nil {
			return nil, false
		}
		raw := packet[from:d.InputOffset()]
		switch t := token.(type) {
		case xml.StartElement:
			if cut < 0 && namesPlace(t.Name.Local) {
				cut = open
			}
			open++
			if cut < 0 {
				out.Write(withoutPlaceAttributes(raw, t.Attr))
			}
			continue
		case xml.EndElement:
			open--
			if open < 0 {
				return nil, false
			}
			if cut == open {
				cut = -1
				continue
			}
		}
		if cut < 0 {
			out.Write(raw)
		}
	}
}

var xmlAttribute = regexp.MustCompile(`\s+[^\s=<>"'/]+\s*=\s*("[^"]*"|'[^']*')`)

// withoutPlaceAttributes removes attributes from the text of a start tag.
func withoutPlaceAttributes(raw []byte, attributes []xml.Attr) []byte {
	for _, a := range attributes {
		if !namesPlace(a.Name.Local) {
			continue
		}
		return xmlAttribute.ReplaceAllFunc(raw, func(attribute []byte) []byte {
			name, _, _ := strings.Cut(strings.TrimSpace(string(attribute)), "=")
			if i := strings.LastIndexByte(name, ':'); i >= 0 {
				name = name[i+1:]
			}
			if namesPlace(strings.TrimSpace(name)) {
				return nil
			}
			return attribute
		})
	}
	return raw
}

// namesPlace tells whether a name in metadata means a place: EXIF's, IPTC's and Dublin Core's
// names for it, and those of makers who have their own.
func namesPlace(name string) bool {
	name = strings.ToLower(name)
	if strings.HasPrefix(name, "gps") || strings.HasPrefix(name, "geo") {
		return true
	}
	for _, word := range []string{"location", "latitude", "longitude", "longtitude", "altitude", "coordinate"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	switch name {
	case "city", "state", "country", "countrycode", "countryname", "provincestate", "worldregion", "coverage", "lat", "lon", "long":
		return true
	}
	return false
}
