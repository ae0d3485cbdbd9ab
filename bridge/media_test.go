package bridge_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/color"
	"image/jpeg"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"path"
	"strings"
	"testing"
)

func hmacHex(secret, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	return hex.EncodeToString(mac.Sum(nil))
}

// picture is a small JPEG; the seed makes it one of its own.
func picture(t *testing.T, seed uint8) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 32, 24))
	for x := range 32 {
		for y := range 24 {
			img.Set(x, y, color.RGBA{uint8(x * 8), uint8(y * 8), seed, 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// part is one part of a multipart body; with a filename it is a file.
type part struct{ name, filename, text string }

func multipartBody(t *testing.T, parts ...part) (contentType, body string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, p := range parts {
		h := textproto.MIMEHeader{}
		disposition := `form-data; name="` + p.name + `"`
		if p.filename != "" {
			disposition += `; filename="` + p.filename + `"`
			h.Set("Content-Type", "application/octet-stream")
		}
		h.Set("Content-Disposition", disposition)
		pw, err := w.CreatePart(h)
		if err != nil {
			t.Fatal(err)
		}
		pw.Write([]byte(p.text))
	}
	w.Close()
	return w.FormDataContentType(), b.String()
}

func (f *fixture) upload(filename, data string, headers ...string) answer {
	f.t.Helper()
	contentType, body := multipartBody(f.t, part{"file", filename, data})
	return f.send("POST", "/media", contentType, body, headers...)
}

func TestUploadWaitsForItsPostAndIsCommittedWithIt(t *testing.T) {
	t.Parallel()
	for _, name := range skeletons {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := serve(t, name, nil)
			before := f.commits()
			a := f.upload("IMG 0412 (1).JPG", string(picture(t, 1)))
			if a.Status != http.StatusCreated {
				t.Fatalf("upload: %d %s", a.Status, a.Body)
			}
			one := a.Header.Get("Location")
			two := f.upload("IMG 0412 (1).JPG", string(picture(t, 2))).Header.Get("Location")
			if one == two || !strings.HasPrefix(one, "https://example.org/") || !strings.HasSuffix(one, ".jpg") {
				t.Fatalf("uploads are at %s and %s", one, two)
			}
			if f.commits() != before {
				t.Error("an upload alone made a commit")
			}
			preview := f.send("GET", "/media/"+path.Base(one), "", "")
			if preview.Status != http.StatusOK || preview.Header.Get("Content-Type") != "image/jpeg" {
				t.Errorf("preview: %d %v", preview.Status, preview.Header)
			}
			if a := f.send("GET", "/media/"+path.Base(one), "", "", "Authorization", "-"); a.Status != http.StatusUnauthorized {
				t.Errorf("preview without a token: %d", a.Status)
			}
			f.create(`{"properties":{"content":["Look: ![second](` + two + `)"],"photo":[{"value":"` + one +
				`","alt":"A gradient"}]}}`)
			change := f.lastChange()
			for _, u := range []string{one, two} {
				if !strings.Contains(change, path.Base(u)) {
					t.Errorf("the post's commit does not hold %s:\n%s", u, change)
				}
			}
			if strings.Count(change, "\n") != 2 {
				t.Errorf("the commit is not one post and two files:\n%s", change)
			}
		})
	}
}

func TestFilesSentWithAPostAreInItsCommit(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	contentType, body := multipartBody(t, part{"h", "", "entry"}, part{"content", "", "Heron, again"},
		part{"mp-photo-alt", "", "A heron"}, part{"photo", "heron.jpg", string(picture(t, 3))})
	a := f.send("POST", "/micropub", contentType, body)
	if a.Status != http.StatusCreated {
		t.Fatalf("status %d: %s", a.Status, a.Body)
	}
	item := f.source(a.Header.Get("Location"))
	photo, _ := item.Properties["photo"][0].(map[string]any)
	if photo["alt"] != "A heron" {
		t.Errorf("photo reads back as %v", item.Properties["photo"])
	}
	if change := f.lastChange(); strings.Count(change, "A\t") != 2 {
		t.Errorf("the commit is not one post and one file:\n%s", change)
	}
}

func TestRefusedUploadLeavesNothing(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	for _, tt := range []struct {
		name, data string
		status     int
	}{
		{"page.html", "<!doctype html><script>alert(1)</script>", 415},
		{"drawing.svg", `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`, 415},
		{"photo.jpg", "#!/bin/sh\necho hello\n", 415},
		{"empty.jpg", "", 400},
	} {
		if a := f.upload(tt.name, tt.data); a.Status != tt.status {
			t.Errorf("%s: status %d, want %d: %s", tt.name, a.Status, tt.status, a.Body)
		}
	}
	if a := f.send("GET", "/media?q=source", "", ""); strings.Contains(a.Body, "url") {
		t.Errorf("refused uploads are listed: %s", a.Body)
	}
}

func TestUploadCanBeListedAndDeletedUntilItIsUsed(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	u := f.upload("a.jpg", string(picture(t, 4))).Header.Get("Location")
	if a := f.send("GET", "/media?q=source", "", ""); !strings.Contains(a.Body, u) {
		t.Errorf("the list does not show %s: %s", u, a.Body)
	}
	remove := url.Values{"action": {"delete"}, "url": {u}}.Encode()
	if a := f.send("POST", "/media", "application/x-www-form-urlencoded", remove); a.Status != http.StatusNoContent &&
		a.Status != http.StatusOK {
		t.Fatalf("delete: %d %s", a.Status, a.Body)
	}
	if a := f.send("GET", "/media/"+path.Base(u), "", ""); a.Status != http.StatusNotFound {
		t.Errorf("preview of a deleted upload: %d", a.Status)
	}
	if a := f.send("POST", "/media", "application/x-www-form-urlencoded", remove); a.Status != http.StatusBadRequest {
		t.Errorf("a second delete: %d %s", a.Status, a.Body)
	}
}

func TestUploadNeedsATokenBeforeItsBytes(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	contentType, body := multipartBody(t, part{"photo", "a.jpg", string(picture(t, 5))}, part{"access_token", "", f.token})
	if a := f.send("POST", "/micropub", contentType, body, "Authorization", "-"); a.Status != http.StatusUnauthorized {
		t.Errorf("a file before its token: %d %s", a.Status, a.Body)
	}
	contentType, body = multipartBody(t, part{"access_token", "", f.token}, part{"photo", "a.jpg", string(picture(t, 5))})
	if a := f.send("POST", "/micropub", contentType, body, "Authorization", "-"); a.Status != http.StatusCreated {
		t.Errorf("a token before its file: %d %s", a.Status, a.Body)
	}
	if a := f.upload("a.jpg", string(picture(t, 6)), "Authorization",
		"Bearer "+f.newToken("read")); a.Status != http.StatusForbidden {
		t.Errorf("a token without the scope: %d %s", a.Status, a.Body)
	}
}
