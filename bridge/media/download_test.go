package media

import (
	"archive/zip"
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"gitpost/bridge/fault"
)

const gpxTrack = `<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="watch" xmlns="http://www.topografix.com/GPX/1/1">
<trk><trkseg><trkpt lat="48.8577" lon="2.295"><ele>35</ele></trkpt></trkseg></trk></gpx>
`

// archive returns a ZIP file of one file.
func archive(t testing.TB, name, comment string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("content")); err != nil {
		t.Fatal(err)
	}
	if err := z.SetComment(comment); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestOtherKindsAreAcceptedIfTheOwnerNamesThem(t *testing.T) {
	s := open(t, Config{Accept: []string{"*/*", "application/gpx+xml", "Application/ZIP", "text/plain"}})
	long := strings.Repeat("Grüße aus dem Süden – 🌉\r\n", 20_000)
	for _, c := range []struct{ name, body, mime, extension string }{
		{"walk.gpx", gpxTrack, "application/gpx+xml", ".gpx"},
		{"walk.xml", "\ufeff" + gpxTrack, "application/gpx+xml", ".gpx"},
		{"no declaration.gpx", "<gpx><wpt lat='1' lon='2'><name>a &amp; b</name></wpt></gpx>", "application/gpx+xml", ".gpx"},
		{"things.zip", string(archive(t, "a.txt", "")), "application/zip", ".zip"},
		{"book.epub", string(archive(t, "mimetype", "a comment PK\x05\x06")), "application/zip", ".zip"},
		{"notes.txt", "hello", "text/plain", ".txt"},
		{"table.csv", "a,b\n1,2\n", "text/plain", ".txt"},
		{"long.txt", long, "text/plain", ".txt"},
		{"long, shifted.txt", "x" + long, "text/plain", ".txt"},
		{"script.js", "alert('<script>')", "text/plain", ".txt"},
		{"photo.jpg", string(photo(t, scene(8, 8))), "image/jpeg", ".jpg"},
	} {
		staged, got := stage(t, s, c.name, []byte(c.body))
		if staged.ContentType != c.mime || filepath.Ext(staged.Name) != c.extension || string(got) != c.body {
			t.Errorf("%s: %+v; want %s, unchanged", c.name, staged, c.mime)
		}
		if IsDownload(staged.ContentType) != (c.mime != "image/jpeg") {
			t.Errorf("%s: a download: %v", c.name, IsDownload(staged.ContentType))
		}
	}
}

func TestOtherKindsThatAreNotWhatTheySeemAreRefused(t *testing.T) {
	s := open(t, Config{Accept: []string{"application/gpx+xml", "application/zip", "text/plain"}})
	whole := string(archive(t, "a.txt", ""))
	long := strings.Repeat("x", 200_000)
	for _, c := range []struct {
		name, body string
		code       fault.Code
	}{
		{"cut.zip", whole[:len(whole)-5], fault.InvalidRequest},
		{"appended.zip", whole + "<html>", fault.InvalidRequest},
		{"page.html", "<html><p>hello</p></html>", fault.UnsupportedMedia},
		{"page.gpx", "<!DOCTYPE html><gpx/>", fault.UnsupportedMedia},
		{"picture.svg", `<svg xmlns="http://www.w3.org/2000/svg"><gpx/></svg>`, fault.InvalidRequest},
		{"script.gpx", `<gpx><x:script xmlns:x="http://www.w3.org/1999/xhtml">alert(1)</x:script></gpx>`,
			fault.UnsupportedMedia},
		{"style.gpx", `<?xml version="1.0"?><?xml-stylesheet href="a.xsl"?><gpx/>`, fault.UnsupportedMedia},
		{"entities.gpx", `<!DOCTYPE gpx [<!ENTITY a "b">]><gpx>&a;</gpx>`, fault.UnsupportedMedia},
		{"cut.gpx", gpxTrack[:200], fault.InvalidRequest},
		{"two.gpx", "<gpx/><gpx/>", fault.InvalidRequest},
		{"deep.gpx", "<gpx>" + strings.Repeat("<a>", 10_000), fault.InvalidRequest},
		{"bytes.txt", "hello\x00", fault.UnsupportedMedia},
		{"late.txt", long + "\x00", fault.InvalidRequest},
		{"latin.txt", long + "Gr\xfc\xdfe", fault.InvalidRequest},
		{"empty.txt", " \n", fault.UnsupportedMedia},
		{"photo.jpg", string(photo(t, scene(8, 8))), fault.UnsupportedMedia},
	} {
		refused(t, s, c.name, strings.NewReader(c.body), c.code, "")
	}
}

func TestOtherKindsAreNotPartOfAGroup(t *testing.T) {
	for _, accept := range [][]string{nil, {"*/*"}, {"application/*"}} {
		s := open(t, Config{Accept: accept})
		for _, body := range []string{gpxTrack, string(archive(t, "a", "")), "hello"} {
			refused(t, s, "file", strings.NewReader(body), fault.UnsupportedMedia, "not accepted here")
		}
	}
	for entry, want := range map[string]bool{
		"text/plain": true, "application/zip": true, " Image/* ": true, "*/*": true,
		"text/*": false, "text/html": false, "": false,
	} {
		if Acceptable(entry) != want {
			t.Errorf("%q is acceptable: %v", entry, !want)
		}
	}
}
