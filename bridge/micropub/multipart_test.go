package micropub_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"testing"
	"testing/iotest"

	"gitpost/bridge/fault"
	"gitpost/bridge/micropub"
)

type part struct {
	disposition string // after "form-data; "
	headers     map[string]string
	body        string
}

func text(name, body string) part { return part{disposition: fmt.Sprintf("name=%q", name), body: body} }

func file(name, filename, kind, body string) part {
	return part{disposition: fmt.Sprintf("name=%q; filename=%q", name, filename),
		headers: map[string]string{"Content-Type": kind}, body: body}
}

func parts(t *testing.T, parts ...part) (contentType string, body *bytes.Buffer) {
	t.Helper()
	body = &bytes.Buffer{}
	w := multipart.NewWriter(body)
	for _, p := range parts {
		h := textproto.MIMEHeader{"Content-Disposition": {"form-data; " + p.disposition}}
		for name, value := range p.headers {
			h.Set(name, value)
		}
		to, err := w.CreatePart(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(to, p.body); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), body
}

func TestMultipartOfEveryShape(t *testing.T) {
	const jpg, png = "image/jpeg", "image/png"
	for _, c := range []struct {
		name  string
		parts []part
		want  string
		files string
	}{
		{"texts alone", []part{text("h", "entry"), text("content", "a\r\nb"), text("category[]", "x"),
			text("category[]", "y")}, `Create {"category":["x","y"],"content":["a\r\nb"]}`, ""},
		{"plus and per cent are themselves", []part{text("content", "1+1 %41 & more")},
			`Create {"content":["1+1 %41 & more"]}`, ""},
		{"one photo", []part{text("content", "x"), file("photo", "IMG 1.JPG", jpg, "JPEG")},
			`Create {"content":["x"],"photo":["U1.jpg"]}`, `photo "IMG 1.JPG" 4`},
		{"photos and their texts, texts first", []part{text("mp-photo-alt[]", "a"), text("mp-photo-alt[]", ""),
			file("photo[]", "1", jpg, "1"), file("photo[]", "2", png, "22")},
			`Create {"photo":[{"alt":"a","value":"U1.jpg"},"U2.png"]}`, `photo "1" 1, photo "2" 2`},
		{"photos and their texts, texts last", []part{file("photo[]", "1", jpg, "1"),
			text("photo[]", "https://e.example/2.jpg"), text("mp-photo-alt[]", ""), text("mp-photo-alt[]", "b")},
			`Create {"photo":["U1.jpg",{"alt":"b","value":"https://e.example/2.jpg"}]}`, `photo "1" 1`},
		{"numbered photos", []part{file("photo[1]", "b", jpg, "1"), file("photo[0]", "a", jpg, "1")},
			`Create {"photo":["U2.jpg","U1.jpg"]}`, `photo "b" 1, photo "a" 1`},
		{"a photo as object", []part{file("photo[value]", "b", jpg, "1"), text("photo[alt]", "a")},
			`Create {"photo":[{"alt":"a","value":"U1.jpg"}]}`, `photo "b" 1`},
		{"a file field left empty", []part{text("content", "x"), file("photo", "", "application/octet-stream", "")},
			`Create {"content":["x"]}`, ""},
		{"video and its poster", []part{file("video", "v", "video/mp4", "1"), file("photo", "p", jpg, "1")},
			`Create {"photo":["U2.jpg"],"video":["U1.mp4"]}`, `video "v" 1, photo "p" 1`},
		{"a file that says no name",
			[]part{{disposition: `name="photo"`, headers: map[string]string{"Content-Type": jpg}, body: "1"}},
			`Create {"photo":["U1.jpg"]}`, `photo "" 1`},
		{"a file that says nothing of itself", []part{text("photo[]", "GIF89a\x01"),
			text("photo[]", "https://e.example/2.jpg"), text("content", "GIF89a")},
			`Create {"content":["GIF89a"],"photo":["U1","https://e.example/2.jpg"]}`, `photo "" 7`},
		{"quotes in a name",
			[]part{{disposition: `name="photo[]"; filename="my "best"; one.jpg"`,
				headers: map[string]string{"Content-Type": jpg}, body: "1"}}, `Create {"photo":["U1.jpg"]}`,
			`photo "my \"best\"; one.jpg" 1`},
		{"no quotes", []part{{disposition: `name=photo; filename=a b.jpg`, headers: map[string]string{"Content-Type": jpg},
			body: "1"}}, `Create {"photo":["U1.jpg"]}`, `photo "a b.jpg" 1`},
		{"an old library's charset",
			[]part{{disposition: `name="content"`, headers: map[string]string{"Content-Type": "text/plain; charset=ISO-8859-1"},
				body: "x"}}, `Create {"content":["x"]}`, ""},
		{"a path for a name", []part{file("photo", "../../etc/passwd", jpg, "1")}, `Create {"photo":["U1.jpg"]}`,
			`photo "../../etc/passwd" 1`},
		{"base64 as transfer encoding", []part{
			{disposition: `name="content"`, headers: map[string]string{"Content-Transfer-Encoding": "base64"},
				body: base64.StdEncoding.EncodeToString([]byte("héllo"))},
			{disposition: `name="photo"; filename="p"`, headers: map[string]string{"Content-Type": jpg,
				"Content-Transfer-Encoding": "BASE64"}, body: base64.StdEncoding.EncodeToString([]byte("JPEG"))},
		}, `Create {"content":["héllo"],"photo":["U1.jpg"]}`, `photo "p" 4`},
		{"quoted-printable",
			[]part{{disposition: `name="content"`, headers: map[string]string{"Content-Transfer-Encoding": "quoted-printable"},
				body: "h=C3=A9"}}, `Create {"content":["hé"]}`, ""},
		{"a file alone", []part{file("file", "f", jpg, "1")}, `Upload {"URL":"U1.jpg"}`, `file "f" 1`},
		{"a file alone for one of several sites", []part{text("mp-destination", "d"), text("access_token", "T"),
			file("file", "f", jpg, "1")}, `Upload {"URL":"U1.jpg","mp Destination":"d"}`, `file "f" 1 T`},
		{"a file in a post", []part{text("content", "x"), file("file", "f", jpg, "1")},
			`Create {"content":["x"],"photo":["U1.jpg"]}`, `file "f" 1`},
		{"a film in a post", []part{text("content", "x"), file("file", "f", "video/mp4", "1")},
			`Create {"content":["x"],"video":["U1.mp4"]}`, `file "f" 1`},
		{"something else in a post", []part{text("content", "x"), file("file", "f", "application/pdf", "1")},
			`Create {"content":["x"],"file":["U1"]}`, `file "f" 1`},
		{"the token before the file", []part{text("access_token", "T"), file("photo", "f", jpg, "1")},
			`Create {"photo":["U1.jpg"]}`, `photo "f" 1 T`},
		{"the token after the file", []part{file("photo", "f", jpg, "1"), text("access_token", "T")},
			`Create {"photo":["U1.jpg"]}`, `photo "f" 1`},
		{"a photo for a post that exists", []part{text("mp-url", known), file("photo[]", "f", jpg, "1")},
			`Update {"Add":{"photo":["U1.jpg"]},"URL":"` + known + `"}`, `photo "f" 1`},
		{"delete", []part{text("action", "delete"), text("url", "x")}, `Delete {"URL":"x"}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			contentType, body := parts(t, c.parts...)
			in := &memory{}
			req, err := micropub.Parse(post(contentType, body), micropub.Limits{}, in)
			if err != nil {
				t.Fatal(err)
			}
			got := meaning(t, req)
			for i := range in.files {
				got = strings.ReplaceAll(got, in.addresses[i], fmt.Sprintf("U%d%s", i+1,
					in.addresses[i][strings.LastIndex(in.addresses[i], "-")+7:]))
			}
			if got != c.want {
				t.Errorf("means %s\nwant  %s", got, c.want)
			}
			var files []string
			for i, f := range in.files {
				files = append(files, strings.TrimSpace(fmt.Sprintf("%s %q %d %s", f.Property, f.Filename, in.sizes[i], f.Token)))
			}
			if got := strings.Join(files, ", "); got != c.files {
				t.Errorf("the intake got %s\nwant           %s", got, c.files)
			}
		})
	}
}

func TestMultipartThatCannotBeMeant(t *testing.T) {
	refusal := &fault.Error{Code: fault.Unauthorized, Message: "no"}
	for _, c := range []struct {
		name   string
		parts  []part
		limits micropub.Limits
		intake *memory
		want   fault.Code
	}{
		{"nothing", nil, micropub.Limits{}, nil, fault.InvalidRequest},
		{"not UTF-8", []part{text("content", "caf\xe9")}, micropub.Limits{}, nil, fault.InvalidRequest},
		{"another charset", []part{{disposition: `name="content"`,
			headers: map[string]string{"Content-Type": "text/plain; charset=latin1"}, body: "é"}}, micropub.Limits{}, nil,
			fault.InvalidRequest},
		{"a part without name", []part{{disposition: ``, body: "x"}, text("content", "x")}, micropub.Limits{}, nil,
			fault.InvalidRequest},
		{"two files and no post", []part{file("file", "a", "image/png", "1"), file("file", "b", "image/png", "1"),
			text("h", "entry")}, micropub.Limits{}, &memory{}, ""},
		{"a text over the limit", []part{text("content", strings.Repeat("a", 101))}, micropub.Limits{Body: 100}, nil,
			fault.TooLarge},
		{"texts over the limit together", []part{text("content", strings.Repeat("a", 60)),
			text("name", strings.Repeat("a", 60))}, micropub.Limits{Body: 100}, nil, fault.TooLarge},
		{"a file at the limit", []part{file("photo", "a", "image/png", strings.Repeat("a", 100))},
			micropub.Limits{Upload: 100}, nil, ""},
		{"a file over the limit", []part{file("photo", "a", "image/png", strings.Repeat("a", 101))},
			micropub.Limits{Upload: 100}, nil, fault.TooLarge},
		{"files over the limit of texts", []part{file("photo", "a", "image/png", strings.Repeat("a", 101))},
			micropub.Limits{Body: 100}, nil, ""},
		{"too many files", []part{file("photo[]", "a", "image/png", "1"), file("photo[]", "b", "image/png", "1")},
			micropub.Limits{Files: 1}, nil, fault.TooLarge},
		{"too many parts", []part{text("a[]", "1"), text("a[]", "1"), text("a[]", "1")},
			micropub.Limits{Files: 1, Properties: 1}, nil, fault.InvalidRequest},
		{"a refused file", []part{file("photo", "a", "image/png", "1")}, micropub.Limits{}, &memory{fail: refusal},
			fault.Unauthorized},
		{"a store that breaks", []part{file("photo", "a", "image/png", "1")}, micropub.Limits{},
			&memory{fail: errors.New("disk full")}, fault.Internal},
	} {
		t.Run(c.name, func(t *testing.T) {
			contentType, body := parts(t, c.parts...)
			in := c.intake
			if in == nil {
				in = &memory{}
			}
			_, err := micropub.Parse(post(contentType, body), c.limits, in)
			if c.want == "" {
				if err != nil {
					t.Errorf("was refused: %v", err)
				}
				return
			}
			var f *fault.Error
			if !errors.As(err, &f) || f.Code != c.want || strings.Contains(f.Description(), "disk full") {
				t.Errorf("got %v, want %s and no word of the cause", err, c.want)
			}
		})
	}
}

// halfway is an Intake that reads a file and does not know why it ended.
type halfway struct{}

func (halfway) Store(_ context.Context, f micropub.File) (string, error) {
	if _, err := io.Copy(io.Discard, f.Body); err != nil {
		return "", errors.New("stage the file: it could not be read")
	}
	return "https://site.example/media/1.jpg", nil
}

func TestAFileThatBreaksOffIsTheRequestsFaultWhateverTheIntakeSays(t *testing.T) {
	contentType, body := parts(t, file("photo", "a", "image/png", strings.Repeat("a", 1000)))
	for _, c := range []struct {
		name  string
		body  io.Reader
		limit int64
		want  string
	}{
		{"cut off", bytes.NewReader(body.Bytes()[:600]), 1000, "is incomplete"},
		{"lost", io.MultiReader(bytes.NewReader(body.Bytes()[:600]), iotest.ErrReader(io.ErrClosedPipe)), 1000,
			"is incomplete"},
		{"too large", bytes.NewReader(body.Bytes()), 500, "larger than 500 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := micropub.Parse(post(contentType, c.body), micropub.Limits{Upload: c.limit}, halfway{})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// counting tells how much of a body was asked for.
type counting struct {
	from io.Reader
	read int
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	c.read += n
	return n, err
}

// refusing is an Intake that does not know the sender.
type refusing struct{}

func (refusing) Store(context.Context, micropub.File) (string, error) {
	return "", &fault.Error{Code: fault.Unauthorized, Message: "no token"}
}

func TestARefusedFileIsNotRead(t *testing.T) {
	contentType, body := parts(t, file("photo", "a", "image/png", strings.Repeat("a", 10<<20)))
	c := &counting{from: body}
	_, err := micropub.Parse(post(contentType, c), micropub.Limits{}, refusing{})
	if fault.CodeOf(err) != fault.Unauthorized {
		t.Fatal(err)
	}
	if c.read > 64<<10 {
		t.Errorf("%d bytes of a refused file were read", c.read)
	}
}

func TestUploadsAtTheMediaEndpoint(t *testing.T) {
	upload := func(contentType string, body io.Reader) (string, micropub.Request, error) {
		in := &memory{}
		req, err := micropub.ParseUpload(post(contentType, body), micropub.Limits{Upload: 100}, in)
		if err != nil {
			return "", req, err
		}
		return meaning(t, req), req, nil
	}
	t.Run("multipart", func(t *testing.T) {
		for _, c := range []struct {
			name  string
			parts []part
			want  string // "! " and a code
		}{
			{"file", []part{file("file", "f", "image/png", "1")}, `Upload {"URL":"https://site.example/media/1-6b86b2.png"}`},
			{"by another name", []part{file("photo[]", "f", "image/png", "1")},
				`Upload {"URL":"https://site.example/media/1-6b86b2.png"}`},
			{"without a name", []part{{disposition: `filename="f"`, headers: map[string]string{"Content-Type": "image/png"},
				body: "1"}}, `Upload {"URL":"https://site.example/media/1-6b86b2.png"}`},
			{"with destination", []part{text("mp-destination", "d"), file("file", "f", "image/png", "1")},
				`Upload {"URL":"https://site.example/media/1-6b86b2.png","mp Destination":"d"}`},
			{"with other fields", []part{text("h", "entry"), file("file", "f", "image/png", "1"), text("name", "x")},
				`Upload {"URL":"https://site.example/media/1-6b86b2.png"}`},
			{"two files", []part{file("file", "f", "image/png", "1"), file("file", "g", "image/png", "1")}, "! invalid_request"},
			{"three files", []part{file("file", "f", "image/png", "1"), file("file", "g", "image/png", "1"),
				file("file", "h", "image/png", "1")}, "! too_large"},
			{"no file", []part{text("file", "x")}, "! invalid_request"},
			{"too large", []part{file("file", "f", "image/png", strings.Repeat("1", 101))}, "! too_large"},
			{"delete", []part{text("action", "delete"), text("url", "u")}, `Delete {"URL":"u"}`},
			{"another action", []part{text("action", "update"), text("url", "u")}, "! invalid_request"},
		} {
			t.Run(c.name, func(t *testing.T) {
				contentType, body := parts(t, c.parts...)
				got, _, err := upload(contentType, body)
				if code, refused := strings.CutPrefix(c.want, "! "); refused {
					if fault.CodeOf(err) != fault.Code(code) {
						t.Errorf("got %s, %v; want %s", got, err, code)
					}
				} else if got != c.want || err != nil {
					t.Errorf("got %s, %v; want %s", got, err, c.want)
				}
			})
		}
	})
	t.Run("the file as body", func(t *testing.T) {
		if got, _, err := upload("image/png",
			strings.NewReader("1")); got != `Upload {"URL":"https://site.example/media/1-6b86b2.png"}` {
			t.Errorf("got %s, %v", got, err)
		}
		if _, _, err := upload("image/png",
			strings.NewReader(strings.Repeat("1", 101))); fault.CodeOf(err) != fault.TooLarge {
			t.Errorf("got %v", err)
		}
		if _, _, err := upload("image/png", http.NoBody); fault.CodeOf(err) != fault.InvalidRequest {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a form deletes", func(t *testing.T) {
		got, req, err := upload(formType, strings.NewReader("action=delete&url=u&access_token=T"))
		if got != `Delete {"URL":"u"}` || req.Token != "T" {
			t.Errorf("got %s, %v", got, err)
		}
		if _, _, err := upload(formType, strings.NewReader("url=u")); fault.CodeOf(err) != fault.InvalidRequest {
			t.Errorf("got %v", err)
		}
	})
	t.Run("JSON carries no file, but deletes", func(t *testing.T) {
		for body, want := range map[string]fault.Code{
			`{"properties":{"photo":["u"]}}`:    fault.UnsupportedMedia,
			`{"url":"https://e.example/a.jpg"}`: fault.UnsupportedMedia,
			`{"action":"explode","url":"u"}`:    fault.InvalidRequest, `{"action":"delete"}`: fault.InvalidRequest,
		} {
			if _, _, err := upload(jsonType, strings.NewReader(body)); fault.CodeOf(err) != want {
				t.Errorf("%s: %v", body, err)
			}
		}
		if got, req, err := upload(jsonType,
			strings.NewReader(`{"action":"delete","url":"u","access_token":"T"}`)); got != `Delete {"URL":"u"}` ||
			req.Token != "T" {
			t.Errorf("got %s, %v", got, err)
		}
	})
}
