package bridge_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"testing"

	"gitpost/bridge/mf2"
)

// pages walks every list forwards and back, one entry at a time, in both orders.
func (e extensions) pages(t *testing.T) {
	for i := range 3 {
		e.create(fmt.Sprintf(`{"properties":{"content":["Pages"],"category":["page-%d"],"checkin":["geo:70.00%d,25;name=Page %d"]}}`, i, i, i))
		if a := e.send("POST", "/micropub?q=contact", "application/x-www-form-urlencoded",
			fmt.Sprintf("h=card&name=Page %d", i)); a.Status != http.StatusCreated {
			t.Fatalf("contact: %d %s", a.Status, a.Body)
		}
		created(t, e.upload(fmt.Sprintf("page-%d.jpg", i), string(picture(t, uint8(200+i)))))
	}
	get := func(path string) map[string]any {
		t.Helper()
		a := e.send("GET", path, "", "")
		if a.Status != http.StatusOK {
			t.Fatalf("%s: %d %s", path, a.Status, a.Body)
		}
		return a.json(t)
	}
	for path, name := range map[string]string{
		"/micropub?q=source&category=page-0,page-1,page-2": "items", "/micropub?q=category&filter=PAGE-": "categories",
		"/micropub?q=contact&filter=page": "contacts",
		"/micropub?q=geo&filter=page":     "places", "/micropub?q=syndicate-to": "syndicate-to",
		"/micropub?q=channel": "channels", "/micropub?q=post-types": "post-types", "/media?q=source&filter=page-": "items",
	} {
		for _, order := range []string{"", "&order=asc", "&order=desc"} {
			all, _ := get(path + order)[name].([]any)
			if len(all) < 2 {
				t.Errorf("%s%s: %v", path, order, get(path+order))
				continue
			}
			var there, back []any
			answer := get(path + order + "&limit=1")
			for range all {
				there = append(there, answer[name].([]any)...)
				after, more := answer["paging"].(map[string]any)["after"].(string)
				if !more {
					break
				}
				answer = get(path + order + "&limit=1&after=" + url.QueryEscape(after))
			}
			if answer["paging"].(map[string]any)["after"] != nil {
				t.Errorf("%s%s: more follows the last, %v", path, order, answer)
			}
			for range all {
				back = append(answer[name].([]any), back...)
				answer = get(path + order + "&limit=1&before=" +
					url.QueryEscape(answer["paging"].(map[string]any)["before"].(string)))
			}
			if before, _ := answer[name].([]any); len(before) != 0 || answer["paging"] != nil {
				t.Errorf("%s%s: before the first is %v", path, order, answer)
			}
			if !mf2.Equal(there, all) || !mf2.Equal(back, all) {
				t.Errorf("%s%s: page by page\n%v, and back\n%v, want\n%v", path, order, there, back, all)
			}
		}
		for _, query := range []string{"&after=nonsense", "&before=AAAA", "&after=AAAAAAAAAAAAAA_____w", "&after=a&before=b",
			"&order=sideways"} {
			if a := e.send("GET", path+query, "", ""); a.Status != http.StatusBadRequest ||
				a.json(t)["error"] != "invalid_request" {
				t.Errorf("%s%s: %d %s", path, query, a.Status, a.Body)
			}
		}
	}

	// A cursor stays good when its entry goes.
	contacts := func(query string) (addresses []string, paging map[string]any) {
		answer := get("/micropub?q=contact&filter=page" + query)
		for _, c := range answer["contacts"].([]any) {
			addresses = append(addresses, c.(map[string]any)["_internal_url"].(string))
		}
		paging, _ = answer["paging"].(map[string]any)
		return addresses, paging
	}
	all, _ := contacts("")
	_, paging := contacts("&limit=1&offset=1")
	for i, address := range []string{all[1], all[0], all[2]} {
		if a := e.form(url.Values{"action": {"delete"}, "url": {address}}); a.Status != http.StatusOK {
			t.Fatalf("delete %s: %d %s", address, a.Status, a.Body)
		}
		if i == 0 {
			before, _ := contacts("&before=" + url.QueryEscape(paging["before"].(string)))
			after, _ := contacts("&after=" + url.QueryEscape(paging["after"].(string)))
			if !slices.Equal(before, all[:1]) || !slices.Equal(after, all[2:]) {
				t.Errorf("beside the entry that is gone: %v and %v, of %v", before, after, all)
			}
		}
	}
}
