package micropub

import (
	"bytes"
	"fmt"
	"net/http"

	"gitpost/bridge/fault"
)

// ParseUpload reads a POST to the media endpoint: an *Upload of one file, whatever the name of
// its part, or a *Delete of an uploaded one. Every error is a *fault.Error.
func ParseUpload(r *http.Request, l Limits, files FileStore) (Request, error) {
	l = l.withDefaults()
	req := Request{Query: r.URL.Query().Get("q")}
	kind, params := mediaType(r)
	if err := checkEncoding(r); err != nil {
		return req, err
	}
	var f *form
	switch {
	case kind == "multipart/form-data":
		var err error
		l.Files = 2 // uploadCommand refuses the second one
		f, err = readMultipart(r, params["boundary"], l, files)
		if f != nil {
			req.Token = f.takeToken()
		}
		if err != nil {
			return req, err
		}
	case isForm(kind):
		data, err := readAuthorized(r, kind, params, l)
		if err != nil {
			return req, err
		}
		if f, err = decodeForm(string(data), l); err != nil {
			return req, err
		}
		req.Token = f.takeToken()
	case isJSON(kind):
		data, err := readAuthorized(r, kind, params, l)
		if err != nil {
			return req, err
		}
		command, err := parseJSON(data, l, &req.Token)
		if _, ok := command.(*Delete); !ok && (err == nil || !bytes.Contains(data, []byte(`"action"`))) {
			return req, noFile(kind)
		}
		if err != nil {
			return req, err
		}
		req.Command = command
		return req, nil
	case isMedia(kind), kind == "application/octet-stream", kind == "application/pdf":
		var err error
		req.Command, err = rawUpload(r, l, files, kind)
		return req, err
	default:
		return req, noFile(kind)
	}
	var err error
	req.Command, err = f.uploadCommand()
	return req, err
}

func noFile(kind string) error {
	return &fault.Error{
		Code: fault.UnsupportedMedia, Op: op,
		Message: fmt.Sprintf("the Content-Type %q is not supported for uploads", shorten(kind)),
		Hint:    "send multipart/form-data with a part named file",
	}
}

// rawUpload stores a file that is the whole body, as phone automations send it.
func rawUpload(r *http.Request, l Limits, files FileStore, kind string) (Command, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, refuse("the request has no file", "send multipart/form-data with a part named file")
	}
	address, err := store(r, files, l, File{Property: "file", ContentType: kind, Body: r.Body})
	if err != nil {
		return nil, err
	}
	return &Upload{URL: address}, nil
}

func (f *form) uploadCommand() (Command, error) {
	verb, err := f.one("action", "mp-action")
	if err != nil {
		return nil, err
	}
	switch {
	case verb == "delete":
		address, err := f.onePost("url", "mp-url")
		if err != nil {
			return nil, err
		}
		return &Delete{URL: address}, nil
	case verb != "":
		return nil, refuse(
			fmt.Sprintf("the action %q is not supported here", shorten(verb)), "send a file, or action=delete with its url")
	case len(f.files) == 0:
		return nil, refuse("the request has no file", "send multipart/form-data with a part named file")
	case len(f.files) > 1:
		return nil, refuse("the request has more than one file", "send one request for each file")
	}
	u := &Upload{URL: f.files[0].url}
	for _, name := range f.rest() {
		if isCommand(name) {
			u.Commands.set(name, values(f.take(name), false))
		}
	}
	return u, nil
}
