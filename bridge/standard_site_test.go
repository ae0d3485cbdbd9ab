package bridge_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gitpost/bridge/config"
)

// An article is published on the AT Protocol. The site says which publication it is, and the post which
// document, in one commit each that changes nothing else.
func TestAnArticleIsPublishedAndTheSiteSaysSo(t *testing.T) {
	t.Parallel()
	const did = "did:plc:z72i7hdynmk6r22z27h6tvur"
	put := make(chan map[string]any, 8)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/xrpc/com.atproto.server.createSession":
			json.NewEncoder(w).Encode(map[string]string{"accessJwt": "t", "did": did, "handle": "ada.example"})
		case "/xrpc/com.atproto.repo.putRecord":
			var call map[string]any
			if err := json.NewDecoder(r.Body).Decode(&call); err != nil {
				t.Error(err)
			}
			put <- call
			uri := "at://" + did + "/" + call["collection"].(string) + "/" + call["rkey"].(string)
			json.NewEncoder(w).Encode(map[string]string{"uri": uri,
				"cid": "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a"})
		default:
			w.Write([]byte("<article>Some water for everybody.</article>"))
		}
	}))
	defer web.Close()
	password := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(password, []byte("app password"), 0o600); err != nil {
		t.Fatal(err)
	}
	f := serve(t, "hugo", func(c *settings) {
		c.Me, c.Options.URL, c.Delivery = web.URL+"/", web.URL+"/", true
		c.SyndicateTo = []config.Target{{UID: "bluesky", Type: "bluesky", Server: web.URL, Handle: "ada.example",
			PasswordFile: password, StandardSite: true}}
	})
	at := f.create(`{"type": ["h-entry"], "properties": {"name": ["On rivers"], "content": ["Some water for everybody."]}}`)
	var uri string
	f.await("the post names its document", func() bool {
		uri = f.source(at).Properties.Text("at-uri")
		return uri != ""
	})
	f.awaitPush()
	publication, document := <-put, <-put
	if publication["collection"] != "site.standard.publication" ||
		!strings.HasSuffix(uri, "/site.standard.document/"+document["rkey"].(string)) {
		t.Errorf("put were %v and %v, and the post says %s", publication, document, uri)
	}
	want := "at://" + did + "/site.standard.publication/" + publication["rkey"].(string)
	if said := f.remoteFile("static/.well-known/site.standard.publication"); said != want {
		t.Errorf("the site says %q, want %q", said, want)
	}
	if site := document["record"].(map[string]any)["site"]; site != want {
		t.Errorf("the document is of %v, want %s", site, want)
	}
	log := f.askRemote("log", "--format=", "--numstat", "-2")
	if lines := strings.Split(strings.TrimSpace(log), "\n"); len(lines) != 2 ||
		!strings.HasPrefix(lines[0], "1\t0\tcontent/") ||
		!strings.HasPrefix(lines[1], "1\t0\tstatic/.well-known/") {
		t.Errorf("the last two commits changed\n%s", log)
	}
	if len(put) > 0 {
		t.Errorf("it was put again: %v", <-put)
	}
}
