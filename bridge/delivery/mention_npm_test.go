package delivery

import (
	"bufio"
	"encoding/json"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gitpost/bridge/npmtest"
)

// A receiver that others wrote reads the mentions of a reply, of its new version, and of its deletion.
func TestAReceiverOfNPMReadsTheMentions(t *testing.T) {
	folder := filepath.Dir(npmtest.Modules(t, "webmention-handler"))
	script, err := filepath.Abs("../../testdata/delivery/webmention-receiver.mjs")
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command("node", script, folder)
	c.Stderr = t.Output()
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); c.Wait() })
	said := bufio.NewScanner(out)
	if !said.Scan() {
		t.Fatal("the receiver does not start")
	}
	page := said.Text() + "/page"
	mentions := func() (list []struct{ Type, Source string }) {
		t.Helper()
		answer, err := http.Get(said.Text() + "/mentions?page=" + url.QueryEscape(page))
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if err := json.NewDecoder(answer.Body).Decode(&list); err != nil {
			t.Fatal(err)
		}
		return list
	}

	r := newRig(t)
	reply := `<article class="h-entry"><a class="u-in-reply-to" href="` + page + `">them</a><div class="e-content">Well said</div>
<a class="u-url" href="/a/"></a></article>`
	r.publish("/a/", note("Well said"), reply)
	r.pass(time.Minute)
	list := mentions()
	if len(list) != 1 || list[0].Source != r.web.URL+"/a/" || !strings.Contains(list[0].Type, "reply") {
		t.Errorf("it got %v; %+v", list, r.rows(Webmention))
	}
	r.publish("/a/", note("Well said, and more"), strings.Replace(reply, "Well said", "Well said, and more", 1))
	r.pass(time.Minute)
	if list = mentions(); len(list) != 1 {
		t.Errorf("after the update it has %v; %+v", list, r.rows(Webmention))
	}
	r.commit("/a/", nil)
	r.push()
	r.build("/a/", "")
	r.pass(time.Minute)
	if list = mentions(); len(list) != 0 {
		t.Errorf("after the deletion it has %v; %+v", list, r.rows(Webmention))
	}
}
