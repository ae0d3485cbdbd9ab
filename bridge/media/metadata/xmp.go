package metadata

import (
	"bytes"
	"encoding/xml"
	"io"
	"regexp"
	"strings"
)

// StripXMP removes the location from an XMP packet, whatever program wrote it: elements and
// attributes are judged by their local names. The rest stays byte for byte. It reports whether the
// packet could be read; if not, the packet must not be kept.
func StripXMP(packet []byte) ([]byte, bool) {
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
			if cut < 0 && IsLocationName(t.Name.Local) {
				cut = open
			}
			open++
			if cut < 0 {
				out.Write(stripAttributes(raw, t.Attr))
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

// stripAttributes removes attributes that mean a location from the text of a start tag.
func stripAttributes(raw []byte, attributes []xml.Attr) []byte {
	for _, a := range attributes {
		if !IsLocationName(a.Name.Local) {
			continue
		}
		return xmlAttribute.ReplaceAllFunc(raw, func(attribute []byte) []byte {
			name, _, _ := strings.Cut(strings.TrimSpace(string(attribute)), "=")
			if i := strings.LastIndexByte(name, ':'); i >= 0 {
				name = name[i+1:]
			}
			if IsLocationName(strings.TrimSpace(name)) {
				return nil
			}
			return attribute
		})
	}
	return raw
}
