package bridge_test

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const note = `{"type":["h-entry"],"properties":{"content":["Sent twice"]}}`

func TestRequestWithAKeyIsCarriedOutOnce(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	first := f.json(note, "Idempotency-Key", `"k1"`)
	if first.Status != http.StatusCreated {
		t.Fatalf("%d %s", first.Status, first.Body)
	}
	before := f.commits()
	again := f.json(note, "Idempotency-Key", "k1")
	if again.Status != first.Status || again.Header.Get("Location") != first.Header.Get("Location") ||
		again.Body != first.Body {
		t.Errorf("the second answer is %d %s\n%s\nwant %s\n%s", again.Status, again.Header.Get("Location"), again.Body,
			first.Header.Get("Location"), first.Body)
	}
	if got := f.commits(); got != before {
		t.Errorf("there are %s commits, before there were %s", got, before)
	}
	for name, headers := range map[string][]string{
		"another key":   {"Idempotency-Key", "k2"},
		"no key":        nil,
		"another token": {"Idempotency-Key", "k1", "Authorization", "Bearer " + f.newToken("create")},
	} {
		if a := f.json(note, headers...); a.Status != http.StatusCreated ||
			a.Header.Get("Location") == first.Header.Get("Location") {
			t.Errorf("%s: %d %s", name, a.Status, a.Header.Get("Location"))
		}
	}
	for _, other := range []string{strings.Replace(note, "twice", "thrice", 1),
		`{"action":"delete","url":"` + first.Header.Get("Location") + `"}`} {
		if a := f.json(other, "Idempotency-Key", "k1"); a.Status != http.StatusConflict ||
			!strings.Contains(a.Body, "another request") {
			t.Errorf("another request with the same key: %d %s", a.Status, a.Body)
		}
	}
	for _, key := range []string{"", " ", "a b", "ä", strings.Repeat("k", 256)} {
		if a := f.json(note, "Idempotency-Key", key); a.Status != http.StatusBadRequest {
			t.Errorf("the key %q: %d %s", key, a.Status, a.Body)
		}
	}
}

func TestRepeatedUpdateAndDeleteHaveTheSameAnswer(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	post := f.create(note)
	for _, body := range []string{
		`{"action":"update","url":"` + post + `","add":{"category":["once"]}}`,
		`{"action":"delete","url":"` + post + `"}`,
		`{"action":"undelete","url":"` + post + `"}`,
	} {
		first, again := f.json(body, "Idempotency-Key", body[11:17]), f.json(body, "Idempotency-Key", body[11:17])
		if first.Status/100 != 2 || again.Status != first.Status || again.Body != first.Body {
			t.Errorf("%s: %d %s, then %d %s", body, first.Status, first.Body, again.Status, again.Body)
		}
	}
}

func TestRefusedRequestLeavesItsKeyFree(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	refused := strings.Replace(note, `"content"`, `"visibility":["nobody"],"content"`, 1)
	if a := f.json(refused, "Idempotency-Key", "k"); a.Status != http.StatusBadRequest {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	if a := f.json(note, "Idempotency-Key", "k"); a.Status != http.StatusCreated {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

func TestRequestWithAKeyAndAPhotoIsCarriedOutOnce(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	send := func(photo byte) answer {
		contentType, body := multipartBody(t, part{"h", "", "entry"}, part{"content", "", "A photo"},
			part{"photo", "boat.jpg", string(picture(t, photo))})
		return f.send("POST", "/micropub", contentType, body, "Idempotency-Key", "k") // the boundary differs each time
	}
	first := send(1)
	f.awaitPush()
	text := f.remoteFile(f.newFile())
	again := send(1)
	if first.Status != http.StatusCreated || again.Status != http.StatusCreated ||
		again.Header.Get("Location") != first.Header.Get("Location") {
		t.Fatalf("%d %s, then %d %s %s", first.Status, first.Header.Get("Location"), again.Status,
			again.Header.Get("Location"), again.Body)
	}
	if n := strings.Count(f.send("GET", "/media?q=source", "", "").Body, `"url"`); n != 1 {
		t.Errorf("%d uploads are kept, want the one of the post\n%s", n, text)
	}
	if a := send(2); a.Status != http.StatusConflict {
		t.Errorf("another photo with the same key: %d %s", a.Status, a.Body)
	}
}

func TestTheSameRequestManyTimesAtOnceMakesOnePost(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	before := f.commits()
	var all sync.WaitGroup
	answers := make([]answer, 6)
	for i := range answers {
		all.Go(func() { answers[i] = f.json(note, "Idempotency-Key", "k") })
	}
	all.Wait()
	for _, a := range answers {
		if a.Status != http.StatusCreated || a.Header.Get("Location") != answers[0].Header.Get("Location") {
			t.Errorf("%d %s %s", a.Status, a.Header.Get("Location"), a.Body)
		}
	}
	f.awaitPush()
	was, _ := strconv.Atoi(before)
	if got := f.commits(); got != strconv.Itoa(was+1) {
		t.Errorf("there are %s commits, before there were %s", got, before)
	}
}
