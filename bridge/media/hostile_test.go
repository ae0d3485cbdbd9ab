package media

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/png"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gitpost/bridge/fault"
)

func TestOtherFilesAreRefused(t *testing.T) {
	s := open(t, Config{})
	all := "send JPEG, PNG, GIF, WebP, AVIF, HEIC, MP3, M4A, OGG, FLAC, WAV, MP4, WebM, MOV or PDF"
	for name, body := range map[string]string{
		"picture.svg":         `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`,
		"picture.png":         `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>`,
		"photo.jpg":           "<!DOCTYPE html><html><script>alert(1)</script>",
		"page.html":           "<html></html>",
		"spaces.jpg":          "  \n\xff\xd8\xff\xe0",
		"bom.html":            "\ufeff<html>",
		"script.js":           "alert(1)",
		"script.sh":           "#!/bin/sh\nrm -rf /\n",
		"page.php":            "<?php phpinfo();",
		"text.txt":            "hello",
		"one byte":            "\xff",
		"two bytes":           "\xff\xd8",
		"zip":                 "PK\x03\x04\x14\x00",
		"exe":                 "MZ\x90\x00",
		"elf":                 "\x7fELF\x02\x01\x01",
		"tiff":                "II*\x00\x08\x00\x00\x00",
		"bmp":                 "BM\x00\x00\x00\x00",
		"psd":                 "8BPS\x00\x01",
		"avi":                 "RIFF\x24\x00\x00\x00AVI LIST",
		"aac":                 "\xff\xf1\x50\x80\x00\x1f\xfc",
		"matroska.webm":       "\x1a\x45\xdf\xa3\x8b\x42\x82\x88matroska",
		"jpeg 2000":           "\x00\x00\x00\x0cjP  \r\n\x87\n\x00\x00\x00\x14ftypjp2 \x00\x00\x00\x00jp2 ",
		"canon raw":           "\x00\x00\x00\x18ftypcrx \x00\x00\x00\x01crx isom",
		"unknown brand":       "\x00\x00\x00\x10ftypabcd\x00\x00\x00\x00",
		"pdf after a line":    "\n%PDF-1.4\n%%EOF",
		"ftyp that is a page": "<h1>ftypisom<script>alert(1)</script>",
		"zeros":               strings.Repeat("\x00", 5000),
	} {
		refused(t, s, name, strings.NewReader(body), fault.UnsupportedMedia, all)
	}
}

func TestATruncatedFileIsRefused(t *testing.T) {
	s := open(t, Config{})
	for _, name := range samples(t) {
		body := sample(t, name)
		if name == "photo.jpg" {
			body = photo(t, scene(64, 48), exifSegment(binary.BigEndian, 6)) // nothing behind its end
		}
		for _, part := range []int{len(body) / 4, len(body) / 2, len(body) * 3 / 4, len(body) - 60, len(body) - 1} {
			if playable(body, part) {
				continue // see incomplete_test.go
			}
			if name == "paper.pdf" && part > len(body)-10 {
				continue // its last line break
			}
			if strings.HasSuffix(name, ".webp") && part == len(body)-1 {
				continue // a padding byte
			}
			staged, err := s.Stage(t.Context(), name, bytes.NewReader(body[:part]))
			if err == nil {
				t.Errorf("%s: the first %d of %d bytes were accepted as %+v", name, part, len(body), staged)
				continue
			}
			if code := fault.CodeOf(err); code != fault.InvalidRequest {
				t.Errorf("%s: the first %d bytes: %s, want invalid_request (%v)", name, part, code, err)
			}
		}
	}
	if left := listing(t, s); len(left) != 0 {
		t.Errorf("left over: %v", left)
	}
}

func TestADamagedFileIsRefusedOrCleaned(t *testing.T) {
	for _, name := range samples(t) {
		body := sample(t, name)
		for i := 0; i < len(body); i += 1 + len(body)/80 {
			for _, v := range []byte{0x00, 0xff, body[i] ^ 0x80} {
				damaged := bytes.Clone(body)
				damaged[i] = v
				if _, _, err := cleanBytes(damaged, keepNothing); err != nil && !isFileError(err) {
					t.Errorf("%s with %#x at %d: %v", name, v, i, err)
				}
			}
		}
	}
}

func TestPolyglotsAreRefused(t *testing.T) {
	s := open(t, Config{})
	jpg := photo(t, scene(8, 8))
	var plain bytes.Buffer
	if err := png.Encode(&plain, scene(8, 8)); err != nil {
		t.Fatal(err)
	}
	pic := plain.Bytes()
	var text bytes.Buffer
	writeChunk(&text, "tEXt", []byte("Comment\x00<script>alert(1)</script>"))
	gif := sample(t, "animated.gif")
	script := bytes.Clone(gif)
	copy(script[6:], "/*")
	webp := sample(t, "lossy.webp")
	page := "<html><body><script>alert(1)</script></body></html>"
	for name, body := range map[string][]byte{
		"JPEG with a page behind it":     append(bytes.Clone(jpg), page...),
		"JPEG with a page in a comment":  photo(t, scene(8, 8), segment(markerCOM, []byte("<!--"+page))),
		"JPEG with a page in its EXIF":   photo(t, scene(8, 8), segment(markerAPP1, []byte("Exif\x00\x00"+page))),
		"JPEG that is a script":          append(bytes.Clone(jpg), "*/=alert(1);//"...),
		"JPEG with PHP":                  photo(t, scene(8, 8), segment(markerCOM, []byte("<?php system($_GET[0]); ?>"))),
		"JPEG with an archive behind it": append(bytes.Clone(jpg), "PK\x03\x04\x14\x00\x08\x00"...),
		"JPEG with a PDF behind it":      append(bytes.Clone(jpg), "%PDF-1.4\n\x00\x01\x02"...),
		"PNG with a page behind it":      append(bytes.Clone(pic), page...),
		"PNG with a page in a text":      slices.Concat(pic[:33], text.Bytes(), pic[33:]),
		"GIF with a script behind it":    append(bytes.Clone(gif), "*/=1;alert(document.domain);"...),
		"GIF that opens a comment":       script,
		"GIF that is only a script":      []byte("GIF89a/*\x00\x00\x00\x00\x00*/=1;alert(1);//"),
		"GIF with a page in a comment":   slices.Concat(gif[:13], []byte("\x21\xfe\x33"+page+"\x00"), gif[13:]),
		"WebP with a page behind it":     append(bytes.Clone(webp), page...),
		"PDF with a page behind it":      append(sample(t, "paper.pdf"), page...),
		"PDF with an archive behind it":  append(sample(t, "paper.pdf"), "\r\nPK\x03\x04\x14\x00\x08\x00"...),
		"page in upper case":             append(bytes.Clone(jpg), "\x00\x01<SCRIPT>alert(1)</SCRIPT>\x00\x02"...),
	} {
		code := fault.UnsupportedMedia
		_, err := s.Stage(t.Context(), name, bytes.NewReader(body))
		if name == "GIF with a page in a comment" || name == "GIF that is only a script" {
			if got := fault.CodeOf(err); err == nil || got != fault.InvalidRequest && got != code {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err == nil || fault.CodeOf(err) != code || !strings.Contains(err.Error(), "send JPEG, PNG") {
			t.Errorf("%s: %v, want %s", name, err, code)
		}
	}
	if left := listing(t, s); len(left) != 0 {
		t.Errorf("left over: %v", left)
	}
}

func TestAScriptWordAcrossTwoWritesIsFound(t *testing.T) {
	text := "\x00\xff<a <<scr <script>\x01"
	for i := range text {
		for j := i; j < len(text); j++ {
			spy := &scriptScanner{}
			fmt.Fprint(spy, text[:i])
			fmt.Fprint(spy, text[i:j])
			for _, c := range []byte(text[j:]) {
				spy.Write([]byte{c})
			}
			if spy.found != "<script" {
				t.Fatalf("%q, %q, … : found %q", text[:i], text[i:j], spy.found)
			}
		}
	}
	harmless := &scriptScanner{}
	fmt.Fprint(harmless, "<x:xmpmeta><rdf:Description/><?xpacket end='w'?><description>a < b</description>")
	if harmless.found != "" {
		t.Errorf("found %q", harmless.found)
	}
}

func TestAPNGWithAWrongChecksumIsRefused(t *testing.T) {
	body := sample(t, "picture.png")
	i := bytes.Index(body, []byte("IDAT"))
	body[i+20] ^= 1
	refused(t, open(t, Config{}), "picture.png", bytes.NewReader(body), fault.InvalidRequest, "checksum")
}

func TestAppendedCameraDataIsOmitted(t *testing.T) {
	jpg := photo(t, scene(8, 8))
	for name, tail := range map[string]string{
		"motion photo":    "\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom\x00\x01\x02\x03\x04\x05\x06\x07\x08",
		"further picture": string(jpg),
		"zeros":           strings.Repeat("\x00", 2000),
		"Samsung": "\x00\x00\x01\x0a\x0e\x00\x00\x00Image_UTC_Data1500000000000" +
			"SEFH\x6a\x00\x00\x00\x01\x00\x00\x00\x00\x00\x01\x0a\x23\x00\x00\x00\x23\x00\x00\x00\x18\x00\x00\x00SEFT",
		"a line break": "\r\n",
	} {
		if _, got := stage(t, open(t, Config{}), name, append(bytes.Clone(jpg), tail...)); !bytes.Equal(got, jpg) {
			t.Errorf("%s: %d bytes are left, want the image's %d", name, len(got), len(jpg))
		}
	}
}

// bomb is an image with a header that says it is larger than it is.
func bomb(t *testing.T, kind string, width, height int) []byte {
	t.Helper()
	switch kind {
	case "JPEG":
		b := photo(t, scene(8, 8))
		i := bytes.Index(b, []byte{0xff, 0xc0})
		binary.BigEndian.PutUint16(b[i+5:], uint16(min(height, 65535)))
		binary.BigEndian.PutUint16(b[i+7:], uint16(min(width, 65535)))
		return b
	case "PNG":
		var b, head bytes.Buffer
		if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
			t.Fatal(err)
		}
		ihdr := bytes.Clone(b.Bytes()[16:29])
		binary.BigEndian.PutUint32(ihdr, uint32(width))
		binary.BigEndian.PutUint32(ihdr[4:], uint32(height))
		writeChunk(&head, "IHDR", ihdr)
		return slices.Concat(b.Bytes()[:8], head.Bytes(), b.Bytes()[33:])
	case "GIF":
		b := sample(t, "animated.gif")
		binary.LittleEndian.PutUint16(b[6:], uint16(min(width, 65535)))
		binary.LittleEndian.PutUint16(b[8:], uint16(min(height, 65535)))
		return b
	case "AVIF", "HEIC":
		b := sample(t, "photo."+strings.ToLower(kind))
		for i := range len(b) - 16 {
			if string(b[i:i+4]) == "ispe" {
				binary.BigEndian.PutUint32(b[i+8:], uint32(width))
				binary.BigEndian.PutUint32(b[i+12:], uint32(height))
			}
		}
		return b
	}
	b := sample(t, "animated.webp")
	i := bytes.Index(b, []byte("VP8X"))
	binary.LittleEndian.PutUint32(b[i+12:], uint32(width-1))
	b[i+15], b[i+16], b[i+17] = byte(height-1), byte((height-1)>>8), byte((height-1)>>16)
	return b
}

func TestDecompressionBombsAreRefusedBeforeDecoding(t *testing.T) {
	s := open(t, Config{})
	for _, kind := range []string{"JPEG", "PNG", "GIF", "WebP", "AVIF", "HEIC"} {
		refused(t, s, kind, bytes.NewReader(bomb(t, kind, 60_000, 60_000)), fault.TooLarge, "60000 × 60000 pixels")
	}
	refused(t, s, "PNG", bytes.NewReader(bomb(t, "PNG", 1<<31-1, 1<<31-1)), fault.TooLarge, "pixels")
	refused(t, s, "PNG", bytes.NewReader(bomb(t, "PNG", 1<<31, 5)), fault.InvalidRequest, "no size")
}

func TestAHEICThatIsCodedLargerThanItSaysIsRefused(t *testing.T) {
	body := sample(t, "photo.heic")
	i := bytes.Index(body, []byte("hvcC")) + 4
	pixels, _ := hevcConfiguration(body[i:])
	if pixels < 64*48 || pixels > 128*128 {
		t.Fatalf("the sample is coded in %d pixels", pixels)
	}
	const width = "000000000000001" + "00000000000000" // 16,383 as an Exp-Golomb number
	bits := "0000" + "000" + "1" + strings.Repeat("0", 96) + "1" + "010" + width + width
	unit := []byte{nalSPS << 1, 1}
	for len(bits) > 0 {
		bits += strings.Repeat("0", max(0, 8-len(bits)))
		v, err := strconv.ParseUint(bits[:8], 2, 8)
		if err != nil {
			t.Fatal(err)
		}
		unit, bits = append(unit, byte(v)), bits[8:]
	}
	if got := unitPixels(unit); got != 16_383*16_383 {
		t.Fatalf("the made-up parameter set declares %d pixels", got)
	}
	// In place of the first unit of the image's own data.
	h, err := readHEIF(newMedium(t.Context(), &memory{body}, int64(len(body))))
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range h.items {
		if item.kind == "hvc1" {
			binary.BigEndian.PutUint32(body[item.extents[0].from:], uint32(len(unit)))
			copy(body[item.extents[0].from+4:], unit)
		}
	}
	refused(t, open(t, Config{}), "photo.heic", bytes.NewReader(body), fault.TooLarge, "268 million pixels")
}

func TestATinyFileWithLargeDimensionsIsRefused(t *testing.T) {
	// Below the limit of pixels, so the decoder has to find out that there is nothing.
	s := open(t, Config{})
	for _, kind := range []string{"JPEG", "PNG"} {
		refused(t, s, kind, bytes.NewReader(bomb(t, kind, 9_000, 9_000)), fault.InvalidRequest, "damaged")
	}
}

func TestImpossibleLengthsAreHarmless(t *testing.T) {
	for _, name := range samples(t) {
		body := sample(t, name)
		for i := 0; i+4 <= min(len(body), 2500); i += 9 {
			for _, v := range []uint32{0, 1, 0x7fffffff, 0xffffffff} {
				damaged := bytes.Clone(body)
				binary.BigEndian.PutUint32(damaged[i:], v)
				if _, _, err := cleanBytes(damaged, keepNoLocation); err != nil && !isFileError(err) {
					t.Errorf("%s with %#x at %d: %v", name, v, i, err)
				}
			}
		}
	}
}

func TestDeeplyNestedBoxesAreRefused(t *testing.T) {
	// Each contains the next, so that a recursive reader runs out of stack.
	nest := func(outer, inner string, levels int) []byte {
		b := make([]byte, 8*levels)
		for i := range levels {
			be.PutUint32(b[8*i:], uint32(len(b)-8*i))
			copy(b[8*i+4:], inner)
		}
		copy(b[4:], outer)
		return b
	}
	deep := nest("moof", "traf", 500_000)
	refused(t, open(t, Config{}), "film.mp4", bytes.NewReader(append(sample(t, "film.mp4"), deep...)),
		fault.InvalidRequest, "do not fit")
	tracks := newBox("moov", bytes.Repeat(newBox("trak"), 1000))
	refused(t, open(t, Config{}), "film.mp4", bytes.NewReader(append(newBox("ftyp",
		[]byte("isom\x00\x00\x02\x00isomiso2")), tracks...)), fault.InvalidRequest, "1000 tracks")
}

func TestOverlappingItemsAreRefused(t *testing.T) {
	// As many items as fit, each of which is the whole file: reading them all takes forever.
	for kind, lies := range map[string]string{"mime": "photo.avif", "hvc1": "photo.heic"} {
		file := many(t, sample(t, lies)[:32], kind, 2000)
		refused(t, open(t, Config{}), lies, bytes.NewReader(file), fault.InvalidRequest, "damaged")
	}
}

// many is a HEIF file of so many items of one kind, each a little longer than the one before.
func many(t testing.TB, start []byte, kind string, count int) []byte {
	t.Helper()
	var items []byte
	locations := be.AppendUint16([]byte{0, 0, 0, 0, 0x44, 0}, uint16(count))
	data := make([]byte, 10_000)
	for i := range count {
		id := be.AppendUint16(nil, uint16(i+1))
		items = append(items, newBox("infe", []byte{2, 0, 0, 0}, id, []byte("\x00\x00"+kind+"\x00"))...)
		locations = append(append(locations, id...), 0, 0, 0, 1)
		locations = be.AppendUint32(be.AppendUint32(locations, 40), uint32(5000+i))
	}
	ftyp := start[:be.Uint32(start)]
	return slices.Concat(ftyp, newBox("mdat", data), newBox("meta", make([]byte, 4),
		newBox("hdlr", []byte("\x00\x00\x00\x00\x00\x00\x00\x00pict"), make([]byte, 13)),
		newBox("pitm", []byte{0, 0, 0, 0, 0, 1}), newBox("iinf", be.AppendUint16(make([]byte, 4), uint16(count)),
			items), newBox("iloc", locations),
		newBox("iprp", newBox("ipco", newBox("ispe", make([]byte, 4), []byte{0, 0, 0, 9, 0, 0, 0, 9})),
			newBox("ipma", []byte{0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 1}))))
}
