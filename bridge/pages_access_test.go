package bridge_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"gitpost/bridge/npmtest"
)

// TestPagesAreAccessible has axe-core look at every page, in both colour schemes, at the width of a small
// phone and of a desk: it finds nothing against WCAG 2.2 AA, and no page is wider than its window.
func TestPagesAreAccessible(t *testing.T) {
	t.Parallel()
	axe, err := os.ReadFile(filepath.Join(npmtest.Modules(t, "axe-core"), "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	b := startChromium(t)
	f, w := b.writer(t)
	f.create(`{"type":["h-entry"],"properties":{"name":["A long title that goes on for more than one line of a small phone"],"content":["x"],"post-status":["draft"]}}`)
	post := f.create(`{"type":["h-entry"],"properties":{"content":["A note"],"category":["sea"],"mood":["calm"]}}`)
	f.create(`{"type":["h-entry"],"properties":{"content":["Gone"],"mp-slug":["gone"]}}`)
	p := f.person().signIn()
	gone := f.create(`{"type":["h-entry"],"properties":{"content":["Deleted"]}}`)
	p.post("/posts/delete", "url", gone)
	contentType, body := multipartBody(t, part{"file", "boat.jpg", string(picture(t, 1))})
	p.upload("/files", contentType, body)
	pages := []string{
		"/", "/?q=note&state=draft", "/?done=deleted&deleted=x", "/posts/new?type=note", "/posts/new?type=photo",
		"/posts/new?type=event",
		"/posts/new?type=checkin", "/posts/edit?url=" + post, "/posts/deleted", "/files", "/status", "/apps", "/apps/new",
		"/connect", "/connect/shortcut", "/account", "/outbox", "/manual", "/manual/apps", "/nothing-here-at-all",
	}
	for _, size := range []struct{ width, height int64 }{{320, 640}, {1280, 900}} {
		w.do(chromedp.EmulateViewport(size.width, size.height))
		for _, scheme := range []string{"light", "dark"} {
			ctx, cancel := w.within()
			_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme},
					{Name: "prefers-reduced-motion", Value: "reduce"}},
			})
			cancel()
			if err != nil {
				t.Fatal(err)
			}
			for _, page := range pages {
				w.open(f.config.URL + page)
				if wide := ask[float64](w, `document.documentElement.scrollWidth`); wide > float64(size.width) {
					t.Errorf("%s is %v wide in a window of %d", page, wide, size.width)
				}
				if found := violations(t, w, string(axe)); len(found) > 0 {
					t.Errorf("%s, %s, %d wide:\n%s", page, scheme, size.width, strings.Join(found, "\n"))
				}
			}
		}
	}
}

// violations is what axe-core finds against WCAG 2.2 AA in the page.
func violations(t *testing.T, w *tab, axe string) (list []string) {
	t.Helper()
	answer := ask[string](w, axe+`;
		for (const d of document.querySelectorAll("details")) d.open = true;
		axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] })
			.then((r) => JSON.stringify(r.violations.map((v) => v.id + ": " + v.help + ": " + v.nodes.map((n) => n.html.slice(0, 160)).join(" | "))))`)
	if err := json.Unmarshal([]byte(answer), &list); err != nil {
		t.Fatal(err)
	}
	return list
}
