package micropub

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"regexp"
	"strings"

	"gitpost/bridge/fault"
)

// readMultipart reads multipart/form-data part by part: texts into the form, files into the
// FileStore as they arrive, without buffering them. The form returned with an error has the
// parts before it.
func readMultipart(r *http.Request, boundary string, l Limits, files FileStore) (*form, error) {
	if boundary == "" {
		return nil, refuse("the multipart Content-Type has no boundary", "let the HTTP library set the Content-Type")
	}
	if r.Body == nil {
		return nil, brokenBody(io.ErrUnexpectedEOF)
	}
	m := &multipartReader{
		request: r, files: files, limits: l, form: newForm(l), left: l.Body,
		parts: multipart.NewReader(io.LimitReader(r.Body, l.Body+int64(l.Files)*l.Upload), boundary),
	}
	for {
		part, err := m.parts.NextPart()
		if errors.Is(err, io.EOF) {
			return m.form, m.authorize(false)
		}
		if err != nil {
			return m.form, brokenBody(err)
		}
		if err := m.take(part); err != nil {
			return m.form, err
		}
	}
}

type multipartReader struct {
	request *http.Request
	files   FileStore
	limits  Limits
	parts   *multipart.Reader
	form    *form
	left    int64 // bytes of limits.Body left for texts
	seen    int   // parts
	claim   Claim
}

func (m *multipartReader) take(part *multipart.Part) error {
	if m.seen++; m.seen > m.limits.Properties+m.limits.Files {
		return tooManyNames(m.limits)
	}
	name, filename, isFile := disposition(part.Header.Get("Content-Disposition"))
	kind := part.Header.Get("Content-Type")
	if !isFile {
		isFile = isMedia(kind)
	}
	var body io.Reader = part
	if strings.EqualFold(part.Header.Get("Content-Transfer-Encoding"), "base64") {
		body = base64.NewDecoder(base64.StdEncoding, part)
	}
	if !isFile {
		buffered := bufio.NewReaderSize(body, 512)
		body = buffered
		if start, _ := buffered.Peek(512); !isMediaName(name) || !isBinary(start) {
			return m.text(name, kind, body)
		}
	}
	return m.file(name, filename, kind, body)
}

// disposition returns a part's name, and its file name if it is a file. Some apps do not
// escape quotes in the header.
func disposition(header string) (name, filename string, isFile bool) {
	if _, params, err := mime.ParseMediaType(header); err == nil {
		filename, isFile = params["filename"]
		return params["name"], filename, isFile
	}
	if m := partName.FindStringSubmatch(header); m != nil {
		name = m[1]
	}
	if m := partFilename.FindStringSubmatch(header); m != nil {
		filename, isFile = m[1], true
	}
	return name, filename, isFile
}

var (
	partName     = regexp.MustCompile(`(?i);\s*name="?([^";]*)"?`)
	partFilename = regexp.MustCompile(`(?i);\s*filename="?(.*?)"?\s*$`)
)

// isMedia reports whether a content type is that of a media file.
func isMedia(kind string) bool {
	kind, _, _ = strings.Cut(strings.ToLower(kind), "/")
	return kind == "image" || kind == "video" || kind == "audio"
}

// isMediaName reports whether a part's name is one that files have. curl -F 'photo=<boat.jpg'
// sends a file as text.
func isMediaName(name string) bool {
	property, _ := splitKey(name)
	switch property {
	case "photo", "video", "audio", "featured", "file":
		return true
	}
	return false
}

// isBinary reports whether a part is not text, by its first bytes.
func isBinary(start []byte) bool {
	return bytes.IndexByte(start, 0) >= 0 || isMedia(http.DetectContentType(start))
}

func (m *multipartReader) text(name, kind string, body io.Reader) error {
	data, err := io.ReadAll(io.LimitReader(body, m.left+1))
	if err != nil {
		return brokenBody(err)
	}
	if m.left -= int64(len(data)); m.left < 0 {
		return bodyTooLarge(m.limits)
	}
	if _, params, err := mime.ParseMediaType(kind); err == nil {
		if err := checkCharset(params, data); err != nil {
			return err
		}
	}
	property, _ := splitKey(name)
	switch property {
	case "access_token", "auth_token":
		m.claim.Token = strings.TrimSpace(string(data))
		if err := m.authorize(true); err != nil && !errors.Is(err, ErrPartial) {
			return err
		}
	default:
		if field := m.claim.field(property); field != nil && *field == "" {
			*field = strings.TrimSpace(string(data))
		}
	}
	return m.form.add(name, string(data))
}

// authorize checks the token that was read so far.
func (m *multipartReader) authorize(partial bool) error {
	if m.limits.Authorize == nil {
		return nil
	}
	m.claim.Partial = partial
	return m.limits.Authorize(m.claim)
}

// file stores one file and adds its URL to the form under the part's name: photo, photo[],
// photo[0] or photo[value].
func (m *multipartReader) file(name, filename, kind string, body io.Reader) error {
	property, _ := splitKey(name)
	if property == "" {
		property, name = "file", "file"
	}
	if len(m.form.files) >= m.limits.Files {
		return &fault.Error{
			Code: fault.TooLarge, Op: op,
			Message: fmt.Sprintf("the request has more than %d files", m.limits.Files), Hint: "send fewer at once",
		}
	}
	first := make([]byte, 1)
	if n, err := io.ReadFull(body, first); n == 0 {
		if !errors.Is(err, io.EOF) {
			return brokenBody(err)
		}
		if filename == "" {
			return nil // a file input that was left empty
		}
		first = nil
	}
	address, err := store(m.request, m.files, m.limits, File{
		Property: property, Filename: filename, ContentType: kind, Token: m.claim.Token, Destination: m.claim.Destination,
		Body: io.MultiReader(strings.NewReader(string(first)), body),
	})
	if err != nil {
		return err
	}
	m.form.files = append(m.form.files, storedFile{property: property, url: address})
	return m.form.add(name, address)
}

// store calls FileStore.Store with a body that ends at the limit. An error of the body takes
// precedence: it means that the client failed, not the server.
func store(r *http.Request, files FileStore, l Limits, f File) (string, error) {
	upload := &boundedFile{from: f.Body, left: l.Upload, limit: l.Upload, name: f.Filename}
	f.Body = upload
	address, err := files.Store(r.Context(), f)
	if upload.err != nil {
		return "", upload.err
	}
	if err == nil {
		return address, nil
	}
	var known *fault.Error
	if errors.As(err, &known) {
		return "", err
	}
	return "", &fault.Error{
		Code: fault.Internal, Op: "store file",
		Message: "the file could not be stored", Hint: "nothing was posted; try again", Err: err,
	}
}

// boundedFile is the body of one file. It remembers the error that ended it.
type boundedFile struct {
	from  io.Reader
	left  int64
	limit int64
	name  string
	err   error
}

func (b *boundedFile) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.from.Read(p)
	if b.left -= int64(n); b.left < 0 {
		b.err = &fault.Error{
			Code: fault.TooLarge, Op: op,
			Message: fmt.Sprintf("the file %q is larger than %s", shorten(b.name), size(b.limit)),
			Hint:    "send a smaller one; nothing was posted",
		}
		return 0, b.err
	}
	if err != nil && !errors.Is(err, io.EOF) {
		b.err = brokenBody(err)
		return n, b.err
	}
	return n, err
}
