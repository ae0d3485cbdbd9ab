package bridge_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"gitpost/bridge"
)

// One token could fill the disk with uploads that no post used, and posts then had no room (L10).
func TestUploadsHaveAQuotaForEachToken(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	f.stop()
	file := string(picture(t, 1))
	f.opened = func(s *bridge.Server) { s.SetRation(int64(3*len(file)), 0) }
	f.start()
	other := "Bearer " + f.newToken("create media delete")
	kept := []string{}
	for range 4 {
		if a := f.upload("a.jpg", file); a.Status == http.StatusCreated {
			kept = append(kept, a.Header.Get("Location"))
		} else if a.Status != http.StatusRequestEntityTooLarge || !strings.Contains(a.Body, "that no post uses") {
			t.Errorf("%d %s", a.Status, a.Body)
		}
	}
	if len(kept) == 0 || len(kept) > 3 {
		t.Fatalf("%d of 4 uploads were taken", len(kept))
	}
	contentType, body := multipartBody(t, part{"h", "", "entry"}, part{"content", "", "x"}, part{"photo", "b.jpg", file})
	if a := f.send("POST", "/micropub", contentType, body); a.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("with a post: %d %s", a.Status, a.Body)
	}
	if a := f.upload("a.jpg", file, "Authorization", other); a.Status != http.StatusCreated {
		t.Errorf("another token's upload: %d %s", a.Status, a.Body)
	}
	f.create(`{"properties":{"content":["x"],"photo":["` + kept[0] + `"]}}`) // posts pass, and use one up
	if a := f.form(url.Values{"action": {"delete"}, "url": {kept[1]}}, "Authorization", other); a.Status >= 500 {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if a := f.upload("a.jpg", file); a.Status != http.StatusCreated {
		t.Errorf("after a post has used one: %d %s", a.Status, a.Body)
	}
}

// Uploads that arrive at the same time count together, before any of them is complete.
func TestUploadsUnderWayCountForTheQuota(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	f.stop()
	file := string(picture(t, 1)) + strings.Repeat("\x00", 1<<20)
	f.opened = func(s *bridge.Server) { s.SetRation(int64(2*len(file)), 0) }
	f.start()
	var wg sync.WaitGroup
	statuses := make(chan int, 12)
	for range 12 {
		wg.Go(func() { statuses <- f.upload("a.jpg", file).Status })
	}
	wg.Wait()
	close(statuses)
	taken := 0
	for status := range statuses {
		switch status {
		case http.StatusCreated:
			taken++
		case http.StatusRequestEntityTooLarge, http.StatusBadRequest:
		default:
			t.Errorf("an upload was answered %d", status)
		}
	}
	t.Logf("%d of 12 were taken", taken)
	if a := f.upload("b.jpg", string(picture(t, 2))); a.Status != http.StatusCreated &&
		a.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("afterwards: %d %s", a.Status, a.Body)
	}
}

// Posts must have room when uploads have filled the disk.
func TestUploadsLeaveAReserveOfTheDiskToPosts(t *testing.T) {
	t.Parallel()
	f := serve(t, "hugo", nil)
	f.stop()
	f.opened = func(s *bridge.Server) { s.SetRation(1<<40, 1<<62) }
	f.start()
	if a := f.upload("a.jpg", string(picture(t, 1))); a.Status != http.StatusServiceUnavailable ||
		!strings.Contains(a.Body, "for posts") {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	f.create(`{"properties":{"content":["There is room for words"]}}`)
}
