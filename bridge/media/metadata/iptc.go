package metadata

import (
	"bytes"
	"encoding/binary"
)

// Photoshop's segment of a JPEG is a list of resources: "8BIM", an ID, a name, a length, a
// content; names and contents are padded to even length. Resource 0x0404 is an IPTC record:
// a list of data sets: 0x1c, record, number, length, content. Specification: IPTC IIM 4.2.

const (
	resourceIPTC  = 0x0404
	resourceExif1 = 0x0422
	resourceExif3 = 0x0423
	resourceXMP   = 0x0424
)

// StripIPTC removes the location from the resources of a Photoshop segment. It reports whether they
// could be read; if not, they must not be kept.
func StripIPTC(b []byte) ([]byte, bool) {
	var out bytes.Buffer
	for len(b) > 0 {
		if len(b) < 7 || string(b[:4]) != "8BIM" {
			return nil, false
		}
		head := 6 + (1+int(b[6])+1)&^1
		if len(b) < head+4 {
			return nil, false
		}
		id, size := binary.BigEndian.Uint16(b[4:]), int64(binary.BigEndian.Uint32(b[head:]))
		if size > int64(len(b)-head-4) {
			return nil, false
		}
		content := b[head+4:][:size]
		next := min(int64(len(b)), int64(head)+4+(size+1)&^1)
		switch id {
		case resourceExif1, resourceExif3, resourceXMP: // copies of other segments
		case resourceIPTC:
			kept, ok := stripIPTCRecord(content)
			if !ok {
				return nil, false
			}
			out.Write(b[:head])
			out.Write(binary.BigEndian.AppendUint32(nil, uint32(len(kept))))
			out.Write(kept)
			if len(kept)&1 == 1 {
				out.WriteByte(0)
			}
		default:
			out.Write(b[:next])
		}
		b = b[next:]
	}
	return out.Bytes(), true
}

func stripIPTCRecord(b []byte) ([]byte, bool) {
	var out []byte
	for len(b) > 0 {
		if b[0] == 0 { // padding
			break
		}
		if b[0] != 0x1c || len(b) < 5 {
			return nil, false
		}
		size := 5 + int(binary.BigEndian.Uint16(b[3:]))
		if b[3]&0x80 != 0 || size > len(b) { // an extended length, which no program uses for metadata
			return nil, false
		}
		location := false
		if b[1] == 2 {
			switch b[2] {
			case 26, 27, 90, 92, 95, 100, 101: // content location, city, part of it, state, country
				location = true
			}
		}
		if !location {
			out = append(out, b[:size]...)
		}
		b = b[size:]
	}
	return out, true
}
