package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/textproto"
	"net/url"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// http sends a request to the server, or to a whole address in the place of PATH, and compares the status:
//
//	http STATUS METHOD PATH [-as TOKEN] [-header 'NAME: VALUE'] [-until REGEXP] [BODY]
//
// STATUS may be several, as in 200|202. BODY is -json FILE (with $NAMES in it), -body FILE TYPE, or NAME=VALUE... as a form; a
// value @FILE is a file, which makes the form multipart. $TOKEN is sent unless -as names
// another one or an empty one. The body of the answer goes to stdout, status and headers to
// stderr; a Location becomes $LOCATION and its path $PATHOF, a cookie $COOKIE. -until repeats the request until the body matches.
func (s *scene) http(args []string) {
	s.usage(args, 3, "http STATUS METHOD PATH ...")
	r := request{method: args[1], address: s.ts.Getenv("URL") + args[2], token: s.ts.Getenv("TOKEN"),
		header: http.Header{}}
	if strings.HasPrefix(args[2], "http://") {
		r.address = args[2]
	}
	var until *regexp.Regexp
	rest := args[3:]
	for len(rest) > 1 && strings.HasPrefix(rest[0], "-") {
		switch rest[0] {
		case "-as":
			r.token = rest[1]
		case "-header":
			name, val, _ := strings.Cut(rest[1], ":")
			r.header.Add(name, strings.TrimSpace(val))
		case "-until":
			until = regexp.MustCompile(rest[1])
		case "-json":
			r.body = []byte(os.Expand(s.ts.ReadFile(rest[1]), s.ts.Getenv))
			r.header.Set("Content-Type", "application/json")
		case "-body":
			s.usage(rest, 3, "http … -body FILE TYPE")
			r.body = []byte(s.ts.ReadFile(rest[1]))
			r.header.Set("Content-Type", rest[2])
			rest = rest[1:]
		default:
			s.ts.Fatalf("unknown flag %s", rest[0])
		}
		rest = rest[2:]
	}
	if len(rest) > 0 {
		s.form(&r, rest)
	}
	var answer *http.Response
	send := func() bool {
		var err error
		answer, s.answer, err = r.send()
		s.check(err)
		if strings.HasSuffix(args[2], "/hooks/push") && answer.StatusCode == http.StatusAccepted && args[0] == "200" {
			return false // it still fetches: the machine is busy
		}
		return until == nil || until.Match(s.answer)
	}
	if !await(send) {
		s.ts.Fatalf("%s %s did not come to answer %v; it answers\n%s", r.method, r.address, until, s.answer)
	}
	s.report(answer)
	if want := args[0]; !slices.Contains(strings.Split(want, "|"), strconv.Itoa(answer.StatusCode)) {
		s.ts.Fatalf("%s %s answers %s, want %s\n%s", r.method, args[2], answer.Status, want, s.answer)
	}
}

// report makes an answer known to the script.
func (s *scene) report(answer *http.Response) {
	s.ts.Stdout().Write(s.answer)
	fmt.Fprintln(s.ts.Stderr(), answer.Status)
	var header bytes.Buffer
	answer.Header.Write(&header)
	s.ts.Stderr().Write(bytes.ReplaceAll(header.Bytes(), []byte("\r\n"), []byte("\n")))
	for _, c := range answer.Cookies() {
		if !strings.HasSuffix(c.Name, "gitpost_session") {
			continue // such as the one by which the owner's browser is known
		}
		s.ts.Setenv("COOKIE", c.Name+"="+c.Value)
	}
	if at := answer.Header.Get("Location"); at != "" {
		s.ts.Setenv("LOCATION", at)
		if u, err := url.Parse(at); err == nil {
			s.ts.Setenv("PATHOF", strings.TrimSuffix(u.Path, "/"))
		}
	}
}

// form makes the body of a request.
func (s *scene) form(r *request, fields []string) {
	if !slices.ContainsFunc(fields, func(f string) bool { return strings.Contains(f, "=@") }) {
		var pairs []string
		for _, f := range fields {
			name, val, _ := strings.Cut(f, "=")
			pairs = append(pairs, url.QueryEscape(name)+"="+url.QueryEscape(val))
		}
		r.body = []byte(strings.Join(pairs, "&"))
		r.header.Set("Content-Type", "application/x-www-form-urlencoded")
		return
	}
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for _, f := range fields {
		name, val, _ := strings.Cut(f, "=")
		file, isFile := strings.CutPrefix(val, "@")
		if !isFile {
			s.check(w.WriteField(name, val))
			continue
		}
		part, err := w.CreatePart(textproto.MIMEHeader{
			"Content-Disposition": {fmt.Sprintf(`form-data; name=%q; filename=%q`, name, path.Base(file))},
			"Content-Type":        {"application/octet-stream"},
		})
		s.check(err)
		_, err = part.Write([]byte(s.ts.ReadFile(file)))
		s.check(err)
	}
	s.check(w.Close())
	r.body = body.Bytes()
	r.header.Set("Content-Type", w.FormDataContentType())
}

type request struct {
	method, address, token string
	header                 http.Header
	body                   []byte
}

func (r *request) send() (*http.Response, []byte, error) {
	req, err := http.NewRequest(r.method, r.address, bytes.NewReader(r.body))
	if err != nil {
		return nil, nil, err
	}
	req.Header = r.header.Clone()
	if r.token != "" {
		req.Header.Set("Authorization", "Bearer "+r.token)
	}
	client := http.Client{Timeout: patience, CheckRedirect: func(*http.Request,
		[]*http.Request) error {
		return http.ErrUseLastResponse
	}}
	answer, err := client.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return answer, body, err
}

// json PATH VALUE compares one value of the last answer, found by names and numbers with
// dots between them. With ! the value must not be there.
func (s *scene) json(args []string) {
	s.usage(args, 1, "json PATH [VALUE]")
	var at any
	if err := json.Unmarshal(s.answer, &at); err != nil {
		s.ts.Fatalf("the answer is not JSON: %v\n%s", err, s.answer)
	}
	found := true
	for step := range strings.SplitSeq(args[0], ".") {
		switch v := at.(type) {
		case map[string]any:
			at, found = v[step]
		case []any:
			i, err := strconv.Atoi(step)
			found = err == nil && i < len(v)
			if found {
				at = v[i]
			}
		default:
			found = false
		}
		if !found {
			break
		}
	}
	got := fmt.Sprint(at)
	if _, isText := at.(string); !isText {
		encoded, err := json.Marshal(at)
		s.check(err)
		got = string(encoded)
	}
	matches := found && (len(args) == 1 || got == args[1])
	if matches == s.neg {
		s.ts.Fatalf("%s is %s in\n%s", args[0], got, s.answer)
	}
}

// heldRequest is a request of which the end was not sent yet.
type heldRequest struct {
	conn net.Conn
	rest string
}

// hold NAME=VALUE... sends all but the end of a POST to the Micropub endpoint.
func (s *scene) hold(args []string) {
	var r request
	r.header = http.Header{}
	s.form(&r, args)
	conn, err := net.Dial("tcp", s.ts.Getenv("LISTEN"))
	s.check(err)
	s.ts.Defer(func() { conn.Close() })
	half := len(r.body) / 2
	_, err = fmt.Fprintf(conn,
		"POST /micropub HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
		s.ts.Getenv("LISTEN"), s.ts.Getenv("TOKEN"), r.header.Get("Content-Type"), len(r.body))
	s.check(err)
	// "100 Continue" comes when the handler reads the body: from here on it is under way.
	first := make([]byte, len("HTTP/1.1 100 Continue\r\n\r\n"))
	_, err = io.ReadFull(conn, first)
	s.check(err)
	if !bytes.Contains(first, []byte("100")) {
		s.ts.Fatalf("got %q, want 100 Continue", first)
	}
	_, err = conn.Write(r.body[:half])
	s.check(err)
	s.held = &heldRequest{conn, string(r.body[half:])}
}

// finish STATUS sends SIGTERM, waits until the server has noticed, sends the rest of the
// held request, and waits for its answer and for the server's end.
func (s *scene) finish(args []string) {
	s.usage(args, 1, "finish STATUS")
	s.server.signal(syscall.SIGTERM)
	if !s.server.until(func() bool { return strings.Contains(s.server.output(), "finishing") }) {
		s.ts.Fatalf("the server does not notice SIGTERM:\n%s", s.server.output())
	}
	_, err := io.WriteString(s.held.conn, s.held.rest)
	s.check(err)
	answer, err := io.ReadAll(s.held.conn)
	s.check(err)
	status, _, _ := strings.Cut(string(answer), "\r\n")
	s.ts.Stdout().Write(answer)
	if !strings.Contains(status, " "+args[0]+" ") {
		s.ts.Fatalf("the held request was answered\n%s", answer)
	}
	s.awaitEnd()
}
