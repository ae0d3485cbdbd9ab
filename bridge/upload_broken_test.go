package bridge_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gitpost/bridge"
)

// leavesNothing checks that no upload is on disk or listed and that nothing was committed.
func (f *fixture) leavesNothing(commits string) {
	f.t.Helper()
	files, err := os.ReadDir(filepath.Join(f.config.Data, "uploads"))
	if err != nil {
		f.t.Fatal(err)
	}
	for _, file := range files {
		f.t.Errorf("%s is left in the uploads folder", file.Name())
	}
	if a := f.send("GET", "/media?q=source", "", ""); strings.Contains(a.Body, "url") {
		f.t.Errorf("uploads are listed: %s", a.Body)
	}
	if now := f.commits(); now != commits {
		f.t.Errorf("there are %s commits, were %s", now, commits)
	}
}

// rawRequest sends the head of a request and what there is of its body over a connection of
// its own, ends the sending side when cut is true, and gives all that is answered.
func (f *fixture) rawRequest(path, contentType string, length int, body string, cut bool) string {
	f.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(f.base, "http://"))
	if err != nil {
		f.t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		f.t.Fatal(err)
	}
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s",
		path, f.token, contentType, length, body)
	if cut {
		if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
			f.t.Fatal(err)
		}
	}
	answer, _ := io.ReadAll(conn) // a reset connection has answered what it has
	return string(answer)
}

func TestBrokenUploadLeavesNothing(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	commits := f.commits()
	photo := string(picture(t, 7))
	alone, file := multipartBody(t, part{"file", "a.jpg", photo})
	post, both := multipartBody(t, part{"h", "", "entry"}, part{"content", "", "Two"}, part{"photo", "a.jpg", photo},
		part{"photo", "b.jpg", photo})
	for _, tt := range []struct {
		what, path, contentType, body string
		sent                          int
	}{
		{"an upload cut in the file", "/media", alone, file, len(file) / 2},
		{"an upload cut in the head of the part", "/media", alone, file, 60},
		{"an upload cut in the closing line", "/media", alone, file, len(file) - 8},
		{"a file that is the whole body", "/media", "image/jpeg", photo, len(photo) / 2},
		{"a post cut in its second file", "/micropub", post, both, len(both) - len(photo)/2},
		{"nothing of a body", "/media", alone, file, 0},
	} {
		for how, length := range map[string]int{"cut": len(tt.body), "longer than said": len(tt.body) + 100} {
			body := tt.body[:tt.sent]
			if answer := f.rawRequest(tt.path, tt.contentType, length, body, true); answer != "" &&
				!strings.HasPrefix(answer, "HTTP/1.1 400 ") {
				t.Errorf("%s, %s: answered %.300s", tt.what, how, answer)
			}
		}
	}
	f.leavesNothing(commits)
}

func TestUploadThatStopsArrivingIsGivenUp(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	if err := f.stop(); err != nil {
		t.Fatal(err)
	}
	f.opened = func(s *bridge.Server) { s.SetBodyTimeout(50 * time.Millisecond) }
	f.start()
	commits := f.commits()
	contentType, body := multipartBody(t, part{"file", "a.jpg", string(picture(t, 8))})
	answer := f.rawRequest("/media", contentType, len(body), body[:len(body)/2], false)
	if !strings.HasPrefix(answer, "HTTP/1.1 400 ") || !strings.Contains(answer, "stopped arriving") {
		t.Errorf("answered %s", answer)
	}
	f.leavesNothing(commits)
}

// hugePNG says that it is wide and high, and holds next to nothing.
func hugePNG(wide, high uint32) string {
	var b bytes.Buffer
	b.WriteString("\x89PNG\r\n\x1a\n")
	chunk := func(kind string, data []byte) {
		binary.Write(&b, binary.BigEndian, uint32(len(data)))
		b.WriteString(kind)
		b.Write(data)
		binary.Write(&b, binary.BigEndian, crc32.ChecksumIEEE(append([]byte(kind), data...)))
	}
	size := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, wide), high)
	chunk("IHDR", append(size, 8, 2, 0, 0, 0))
	chunk("IDAT", []byte{0x78, 0x9c, 0x03, 0, 0, 0, 0, 1})
	chunk("IEND", nil)
	return b.String()
}

func TestHostileFilesAreRefusedAndNothingIsStored(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", func(c *settings) { c.MediaMaxSize = 1 << 20 })
	commits := f.commits()
	jpeg := string(picture(t, 9))
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	w, err := z.Create("a.html")
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, "<script>alert(1)</script>")
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, data string
		status     int
	}{
		{"truncated.jpg", jpeg[:len(jpeg)/3], 400},
		{"header-only.jpg", jpeg[:20], 400},
		{"bomb.png", hugePNG(200_000, 200_000), 413},
		{"large.jpg", jpeg + strings.Repeat("\x00", 1<<20), 413},
		{"empty.jpg", "", 400},
		{"script.gif", "GIF89a/*" + strings.Repeat(" ", 20) + "*/=1;alert(1)//<script>", 415},
		{"page.jpg", "<!doctype html><script>alert(1)</script>", 415},
		{"drawing.svg", `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`, 415},
		{"program.jpg", "MZ\x90\x00" + strings.Repeat("\x00", 100), 415},
		{"archive.jpg", archive.String(), 415},
		{"text.jpg", "just words", 415},
		{"noise.mp4", strings.Repeat("\x13\x37", 500), 415},
		{"../../../etc/passwd", "root:x:0:0", 415},
		{strings.Repeat("a", 300) + ".jpg", "not a picture", 415},
		{"film.mp4", "\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2\xff\xff\xff\xffmoov", 400},
	} {
		a := f.upload(tt.name, tt.data)
		if a.Status != tt.status {
			t.Errorf("%.40q: status %d, want %d: %s", tt.name, a.Status, tt.status, a.Body)
		}
		contentType, body := multipartBody(t, part{"h", "", "entry"}, part{"content", "", "x"},
			part{"photo", "good.jpg", jpeg}, part{"photo", tt.name, tt.data})
		if a := f.send("POST", "/micropub", contentType, body); a.Status != tt.status {
			t.Errorf("%.40q with a post: status %d, want %d: %s", tt.name, a.Status, tt.status, a.Body)
		}
	}
	f.leavesNothing(commits)
}

func TestHostileNamesOfGoodFilesDoNoHarm(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	for _, name := range []string{"../../../evil.jpg", `..\..\evil.jpg`, "/etc/passwd", strings.Repeat("ä", 300) + ".jpg",
		"a.php", "x.jpg.html", "con.jpg", ".htaccess", "-rf.jpg", "\u202egpj.exe", "a b?c#d%2e.jpg"} {
		a := f.upload(name, string(picture(t, 10)))
		u := a.Header.Get("Location")
		rest, ok := strings.CutPrefix(u, "https://example.org/media/")
		if a.Status != http.StatusCreated || !ok || len(rest) > 90 || !strings.HasSuffix(u, ".jpg") ||
			strings.Trim(rest, "abcdefghijklmnopqrstuvwxyz0123456789-/.") != "" || strings.Contains(u, "..") {
			t.Errorf("%.40q: status %d, at %s", name, a.Status, u)
		}
	}
}
